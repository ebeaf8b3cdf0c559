-- One schema a station; folder = schema = prefix = word in the docs.
create schema if not exists raw;
create schema if not exists register;
create schema if not exists review;
create schema if not exists staging;
create schema if not exists checks;
create schema if not exists facts;
create schema if not exists marts;
create schema if not exists release;

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

-- Text without case, accents and punctuation, for matching names that people type. Unicode decomposition, then the
-- combining marks go; đ has no decomposition. Kept equal to ingestion.written.text.folded by a test.
create or replace function register.folded(written text) returns text
language sql immutable strict parallel safe as $$
    select btrim(regexp_replace(
        regexp_replace(translate(lower(normalize(written, nfd)), 'đĐ', 'dd'), '[\u0300-\u036f]', '', 'g'),
        '[^a-z0-9%]+', ' ', 'g'))
$$;
