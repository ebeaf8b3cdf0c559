-- The baseline: what the migrations of version 0.1.0 made, a file a schema (decision 0060). One schema a station; folder = schema =
-- prefix = word in the docs.
create schema raw;
create schema register;
create schema review;
create schema staging;
create schema checks;
create schema facts;
create schema marts;
create schema release;
create schema outbox;
comment on schema outbox is 'Mail that was written, sent or not, and which report each mail asked for.';

do $$
declare
    role_name text;
begin
    foreach role_name in array array['loader', 'transformer', 'reviewer', 'bi_reader'] loop
        if not exists (select 1 from pg_roles where rolname = role_name) then
            execute format('create role %I nologin', role_name);
        end if;
    end loop;
end
$$;

-- The login of Airflow's tasks carries answers; it decides nothing itself. Here that is whoever migrates: the owner.
do $$
begin
    if not exists (select 1 from pg_roles where rolname = 'answer_carrier') then
        create role answer_carrier nologin;
    end if;
    if not pg_has_role(current_user, 'answer_carrier', 'usage') then
        execute format('grant answer_carrier to %I with inherit true', current_user);
    end if;
end
$$;

grant usage on schema raw to loader, transformer, reviewer, answer_carrier;
grant usage on schema register to loader, transformer, reviewer, bi_reader, answer_carrier;
grant usage on schema staging, checks to loader, transformer, reviewer, answer_carrier;
grant usage on schema facts to loader, transformer, reviewer;
grant usage on schema release to loader, transformer, reviewer, answer_carrier;
grant usage on schema review to transformer, reviewer, answer_carrier;
grant usage on schema marts to bi_reader, transformer, reviewer;
grant usage on schema outbox to loader, transformer, reviewer;
grant create on schema register, staging, checks, facts, marts to transformer;
-- Whoever opens the warehouse reads which migrations it holds.
grant select on public.migration to loader, transformer, reviewer, bi_reader, answer_carrier;

-- What dbt builds is read as soon as it stands.
alter default privileges in schema marts grant select on tables to bi_reader, reviewer;
alter default privileges in schema checks, facts, staging, register grant select on tables to reviewer;
alter default privileges in schema checks, staging, register grant select on tables to answer_carrier;
