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
        select 1 from release.open_contribution as c
        where c.budget_year = new.budget_year and c.period_end = new.period_end
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
