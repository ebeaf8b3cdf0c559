-- Final periods. A period (budget year, month-end) is finalised at the newest release and stays so until somebody reopens it;
-- both are rows with reason and login. Later releases go on; the roll-up shows the frozen figures and what came after.
create table review.final (
    final_key bigint generated always as identity primary key,
    budget_year integer not null,
    period_end date not null,
    act text not null check (act in ('finalise', 'reopen')),
    release_number bigint not null references release.release,
    reason text not null check (btrim(reason) <> ''),
    decided_by text not null default session_user,
    decided_at timestamptz not null
);
comment on table review.final is 'A period made final at a release, or opened again. Append-only; who is the login.';
create index final_period on review.final (budget_year, period_end);

-- The release at which a period is final, as known at a moment (null: now); null when it is open.
create function release.final_release(p_budget_year integer, p_period_end date, p_known_at timestamptz)
returns bigint
language sql stable as $$
    select case when f.act = 'finalise' then f.release_number end
    from review.final as f
    where f.budget_year = p_budget_year and f.period_end = p_period_end
        and (p_known_at is null or f.decided_at <= p_known_at)
    order by f.final_key desc
    limit 1
$$;
comment on function release.final_release is 'The release at which a period is final; null when it is open.';

-- Who signs is the login, whatever the statement says; nobody signs a period on a flag of which they decided. The checks run as
-- the owner, because a reviewer need not be able to read all that they look at.
create function review.sign_final() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
declare
    newest bigint;
    frozen bigint;
begin
    lock table review.final in share row exclusive mode;
    select max(release_number) into newest from release.release;
    frozen := release.final_release(new.budget_year, new.period_end, null);
    new.decided_by := session_user;
    if new.act = 'reopen' then
        if frozen is null then
            raise exception 'Period % of budget year % is not final, so there is nothing to reopen.',
                to_char(new.period_end, 'YYYY-MM'), new.budget_year;
        end if;
        new.release_number := frozen;
        return new;
    end if;
    if frozen is not null then
        raise exception 'Period % of budget year % is final already, at release %.',
            to_char(new.period_end, 'YYYY-MM'), new.budget_year, frozen;
    end if;
    if not exists (
        select 1 from release.contribution as c
        where c.budget_year = new.budget_year and c.period_end = new.period_end and c.closed_release is null
    ) then
        raise exception 'Release % holds no figure of period %, budget year %.',
            newest, to_char(new.period_end, 'YYYY-MM'), new.budget_year;
    end if;
    if exists (
        select 1 from review.decision as d
        where d.decided_by = session_user and (
            split_part(d.figure_key, '|', 4) = new.period_end::text
            or exists (select 1 from checks.flag as f where f.flag_id = d.flag_id and f.period_end = new.period_end)
            or exists (
                select 1 from checks.flag_figure as g
                inner join raw.submission as s on g.submission_key = s.submission_key
                where g.flag_id = d.flag_id and g.figure_key = d.figure_key and s.period_end = new.period_end
            )
        )
    ) then
        raise exception '% decided on a flag of period %; somebody else signs it.',
            session_user, to_char(new.period_end, 'YYYY-MM');
    end if;
    new.release_number := newest;
    return new;
end
$$;
create trigger sign_final before insert on review.final for each row execute function review.sign_final();

create function review.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '%.% is append-only.', tg_table_schema, tg_table_name;
end
$$;
create trigger append_only before update or delete or truncate on review.final
for each statement execute function review.refuse_change();

grant select on review.final to transformer, reviewer;
grant insert (budget_year, period_end, act, release_number, reason, decided_at) on review.final to reviewer;
