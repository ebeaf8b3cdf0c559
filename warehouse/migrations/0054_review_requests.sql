-- What Airflow's review page asked and what came back are rows; a decision given there carries the login of the person who
-- gave it, and the login that carried it into the database.

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

create table review.request (
    request_key bigint generated always as identity primary key,
    asked_from text not null check (btrim(asked_from) <> ''),
    run_key bigint not null references release.run,
    period_end date not null,
    place integer not null,
    flag_id text not null,
    queue_rank integer not null,
    shown jsonb not null,
    evidence_hash text not null,
    asked_at timestamptz not null,
    answer_until timestamptz not null,
    closed_at timestamptz,
    outcome text check (outcome in ('decided', 'still_held', 'timed_out', 'refused')),
    answered_by text,
    answered_at timestamptz,
    answer jsonb,
    refusal_code text,
    refusal_vi text,
    refusal_en text,
    check ((closed_at is null) = (outcome is null)),
    check (outcome is distinct from 'timed_out' or answered_by is null),
    check ((outcome is not distinct from 'refused') = (refusal_code is not null)),
    check ((refusal_code is null) = (refusal_vi is null) and (refusal_code is null) = (refusal_en is null))
);
comment on table review.request is
'One flag put before the reviewers once, on a page of one period, and what came back. Without an answer the flag stays held.';
comment on column review.request.asked_from is 'The page: DAG, run, task and map index.';
comment on column review.request.run_key is 'The night whose queue was asked.';
comment on column review.request.shown is 'The suspected figures as the page showed them.';
comment on column review.request.evidence_hash is 'Figures, values and rules of the flag as they were shown (review.evidence_of).';
comment on column review.request.outcome is
'decided: a decision was recorded; still_held: answered so; timed_out: nobody answered; refused: see the sentence.';
comment on column review.request.answer is 'What was written into the form for this flag, as it was written.';

-- A flag is before the reviewers once at a time; on a page it has one place.
create unique index request_open on review.request (flag_id) where closed_at is null;
create index request_asked_from on review.request (asked_from);
create index request_flag on review.request (flag_id);

create function review.guard_request() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    if tg_op in ('DELETE', 'TRUNCATE') then
        raise insufficient_privilege using message = 'Requests are kept as they were made.';
    end if;
    if tg_op = 'INSERT' and new.closed_at is not null then
        raise insufficient_privilege using message = 'A request begins open.';
    end if;
    if tg_op = 'UPDATE' then
        if old.closed_at is not null then
            raise insufficient_privilege using message = 'A closed request stays as it was closed.';
        end if;
        if (new.asked_from, new.run_key, new.period_end, new.place, new.flag_id, new.queue_rank, new.shown, new.evidence_hash,
            new.asked_at, new.answer_until)
            is distinct from (old.asked_from, old.run_key, old.period_end, old.place, old.flag_id, old.queue_rank, old.shown,
            old.evidence_hash, old.asked_at, old.answer_until)
        then
            raise insufficient_privilege using message = 'What was asked stays as it was asked.';
        end if;
    end if;
    return new;
end
$$;
create trigger guard_request before insert or update or delete on review.request
for each row execute function review.guard_request();
create trigger guard_requests before truncate on review.request
for each statement execute function review.guard_request();

-- The flag as a reviewer sees it: every figure with its value and every rule with its terms. Null when it names none.
-- In plpgsql, because what dbt builds is not there yet when this is made.
create function review.evidence_of(asked_flag text) returns text
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    return (
        select md5(string_agg(shown.line, E'\n' order by shown.line))
        from (
        select distinct concat_ws(
            '|', flag_figure.figure_key, flag_figure.rule_id, rule.terms_hash, coalesce(trim_scale(figure.value)::text, 'none')
        ) as line
        from checks.flag_figure
        left join register.rule on flag_figure.rule_id = rule.rule_id
        left join staging.stg_figure as figure
            on flag_figure.submission_key = figure.submission_key
            and flag_figure.sheet_code = figure.sheet_code
            and flag_figure.row_number = figure.row_number
            and flag_figure.column_name = figure.column_name
        where flag_figure.flag_id = asked_flag
        ) as shown
    );
end
$$;
comment on function review.evidence_of is 'A hash of the figures, values and rules that a flag is about, as they stand now.';

-- A person of this name who may decide: a login of their own (never a superuser's, never the carrier itself) with the rights
-- of a reviewer. The owner of the warehouse has given itself none of these.
create function review.is_reviewer(asked_login text) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
    select exists (
        select 1
        from pg_roles
        where
            rolname = asked_login
            and rolcanlogin
            and not rolsuper
            and rolname <> session_user
            and pg_has_role(oid, 'reviewer', 'usage')
    )
$$;
comment on function review.is_reviewer is 'Whether this is the login of a person who may decide.';

alter table review.decision add column carried_by text;
alter table review.decision add column carried_from text;
alter table review.decision add check ((carried_by is null) = (carried_from is null));
comment on column review.decision.decided_by is 'Who decided: a database login.';
comment on column review.decision.carried_by is 'The login that recorded the decision for the one who made it; null when they are one.';
comment on column review.decision.carried_from is 'The page on which it was made (review.request.asked_from); null when made by the own login.';

-- A decision comes from the own login (`kc decide`), or is carried from a page that asked for it. `constraint` in a refusal is
-- the word by which the application knows it.
create or replace function review.guard_decision() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
    is_carried boolean;
begin
    if tg_op <> 'INSERT' then
        raise insufficient_privilege using message = 'Decisions are kept as they were made; a new one takes the place of an old one.';
    end if;
    is_carried := new.carried_from is not null;
    if is_carried then
        if not pg_has_role(session_user, 'answer_carrier', 'usage') then
            raise insufficient_privilege using message = format('%s carries no answers of others.', session_user);
        end if;
        if not review.is_reviewer(new.decided_by) then
            raise insufficient_privilege using
                message = format('%s is no reviewer; only reviewers decide.', new.decided_by), constraint = 'not_reviewer';
        end if;
        -- The transaction that records the decision closes the request, so a page answers each of its flags once.
        if not exists (
            select 1
            from review.request
            where request.asked_from = new.carried_from and request.flag_id = new.flag_id and request.closed_at is null
        ) then
            raise insufficient_privilege using
                message = format('The page %s does not ask about flag %s.', new.carried_from, new.flag_id),
                constraint = 'not_asked';
        end if;
        if not review.is_flagged(new.flag_id, new.figure_key, new.rule_id, new.rule_terms_hash, new.reported_value) then
            raise insufficient_privilege using
                message = format('Flag %s is no longer what was shown.', new.flag_id), constraint = 'flag_changed';
        end if;
        new.carried_by := session_user;
    else
        if not pg_has_role(session_user, 'reviewer', 'member') then
            raise insufficient_privilege using
                message = format('%s is no reviewer; only reviewers decide.', session_user), constraint = 'not_reviewer';
        end if;
        if new.decided_by <> session_user then
            raise insufficient_privilege using message = format('%s decides as %s and as nobody else.', session_user, session_user);
        end if;
        new.carried_by := null;
    end if;
    if exists (
        select 1
        from (
            select flag.submission_key from checks.flag where flag.flag_id = new.flag_id
            union
            select flag_figure.submission_key from checks.flag_figure where flag_figure.figure_key = new.figure_key
        ) as concerned
        where review.sent_by(new.decided_by, concerned.submission_key)
    ) then
        raise insufficient_privilege using
            message = format('%s sent this submission; nobody decides on their own.', new.decided_by), constraint = 'own_submission';
    end if;
    new.recorded_at := clock_timestamp();
    new.submission_key := (
        select flag_figure.submission_key
        from checks.flag_figure
        inner join checks.flag on flag_figure.flag_id = flag.flag_id
        where (flag_figure.flag_id, flag_figure.figure_key, flag_figure.rule_id) = (new.flag_id, new.figure_key, new.rule_id)
        order by flag_figure.submission_key <> flag.submission_key, flag_figure.submission_key desc
        limit 1
    );
    return new;
end
$$;

-- Where Airflow has a login of its own beside the owner, this is all that it may do here.
grant select on public.migration to answer_carrier;
grant usage on schema raw, register, review, staging, checks, release to answer_carrier;
grant select on all tables in schema raw, register, checks, release, review to answer_carrier;
alter default privileges in schema checks, staging, register grant select on tables to answer_carrier;
grant insert (
    flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision, corrected_value, reason, until_date, decided_at,
    decided_by, carried_from
) on review.decision to answer_carrier;
grant insert, update on review.request to answer_carrier;
create policy answers_are_carried on review.decision for insert to answer_carrier
with check (carried_by is not null);

grant select on review.request to transformer, reviewer;
