-- Separation of duties is kept by the database: whoever connects, with whatever program, decides under their own login, only as
-- a reviewer, never on what they sent themselves, and never again on what was said before.

-- Which unit a login acts for, and under which sender's name its reports arrive. Only the owner of the warehouse writes here.
create table review.login_unit (
    login text not null,
    unit_key text,
    sender text,
    check (coalesce(unit_key, sender) is not null),
    unique nulls not distinct (login, unit_key, sender)
);
comment on table review.login_unit is 'The unit that a database login acts for, or the sender as whom its reports arrive.';

-- The submission whose figure was decided on, and the server's own time beside the time that the program gave.
alter table review.decision add column submission_key bigint references raw.submission;
alter table review.decision add column recorded_at timestamptz not null default clock_timestamp();

create function review.sent_by(asked_login text, asked_submission bigint) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
    select exists (
        select 1
        from raw.submission
        inner join raw.receipt on submission.receipt_key = receipt.receipt_key
        left join review.login_unit on login_unit.login = asked_login
        where
            submission.submission_key = asked_submission
            and (
                receipt.sender = asked_login
                or receipt.sender = login_unit.sender
                or login_unit.unit_key in (submission.unit_key, receipt.claimed_unit_key)
            )
    )
$$;
comment on function review.sent_by is 'Whether a login sent a submission, or acts for the unit that sent it or that it is about.';

create function review.guard_decision() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if tg_op <> 'INSERT' then
        raise insufficient_privilege using message = 'Decisions are kept as they were made; a new one takes the place of an old one.';
    end if;
    if not pg_has_role(session_user, 'reviewer', 'member') then
        raise insufficient_privilege using message = format('%s is no reviewer; only reviewers decide.', session_user);
    end if;
    if new.decided_by <> session_user then
        raise insufficient_privilege using message = format('%s decides as %s and as nobody else.', session_user, session_user);
    end if;
    if exists (
        select 1
        from (
            select flag.submission_key from checks.flag where flag.flag_id = new.flag_id
            union
            select flag_figure.submission_key from checks.flag_figure where flag_figure.figure_key = new.figure_key
        ) as concerned
        where review.sent_by(session_user, concerned.submission_key)
    ) then
        raise insufficient_privilege using message = format('%s sent this submission; nobody decides on their own.', session_user);
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

create trigger guard_decision before insert or update or delete on review.decision
for each row execute function review.guard_decision();
create trigger guard_decisions before truncate on review.decision
for each statement execute function review.guard_decision();

-- What a reviewer writes must be about an open flag as it stands: its figure, the value reported there, its rule as it is.
create function review.is_flagged(
    asked_flag text, asked_figure text, asked_rule text, asked_terms text, asked_value numeric
) returns boolean
language plpgsql stable security definer set search_path = pg_catalog as $$
begin
    return exists (
        select 1
        from checks.flag
        inner join checks.flag_figure on flag.flag_id = flag_figure.flag_id
        inner join register.rule on flag_figure.rule_id = rule.rule_id
        inner join staging.stg_figure as figure
            on flag_figure.submission_key = figure.submission_key
            and flag_figure.sheet_code = figure.sheet_code
            and flag_figure.row_number = figure.row_number
            and flag_figure.column_name = figure.column_name
        where
            flag.closed_run is null
            and (flag.flag_id, flag_figure.figure_key, flag_figure.rule_id, rule.terms_hash)
            = (asked_flag, asked_figure, asked_rule, asked_terms)
            and figure.value is not distinct from asked_value
    );
end
$$;
comment on function review.is_flagged is 'Whether an open flag names this figure, with this value, for this rule as it stands.';

alter table review.decision enable row level security;
create policy all_are_read on review.decision for select using (true);
create policy reviewers_decide on review.decision for insert to reviewer
with check (review.is_flagged(flag_id, figure_key, rule_id, rule_terms_hash, reported_value));

revoke insert on review.decision from reviewer;
grant insert (
    flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision, corrected_value, reason, until_date, decided_at
) on review.decision to reviewer;

-- What a reviewer's own login needs to read for `kc flags`, `kc decide` and `kc decisions`.
grant select on public.migration to loader, transformer, reviewer, bi_reader;
grant select on review.login_unit to reviewer;
grant select on all tables in schema register, checks, release to reviewer;

-- A decision also ends on the day after its last one; a lapse counts from the night that saw it.
alter table review.decision_lapse drop constraint decision_lapse_reason_check;
alter table review.decision_lapse add constraint decision_lapse_reason_check
check (reason in ('value_changed', 'rule_changed', 'until_passed'));

create or replace view review.decision_in_force as
select distinct on (decision.figure_key, decision.rule_id) decision.*
from review.decision
cross join release.tonight
inner join register.rule on decision.rule_id = rule.rule_id and decision.rule_terms_hash = rule.terms_hash
where
    decision.decided_at <= tonight.as_of
    and not exists (
        select 1
        from review.decision_lapse
        inner join release.run on decision_lapse.run_key = run.run_key
        where decision_lapse.decision_key = decision.decision_key and run.as_of <= tonight.as_of
    )
    and (decision.until_date is null or decision.until_date >= tonight.as_of::date)
order by decision.figure_key, decision.rule_id, decision.decided_at desc, decision.decision_key desc;
