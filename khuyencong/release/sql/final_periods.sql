-- Periods that are final now, and how many of their contributions later releases opened and closed, up to a release.
with newest as (
    select distinct on (budget_year, period_end) *
    from review.final
    order by budget_year, period_end, final_key desc
)

select
    final.budget_year,
    final.period_end,
    final.release_number,
    final.decided_by,
    final.decided_at,
    final.reason,
    since.n_opened_after,
    since.n_closed_after
from newest as final
cross join
    lateral (
        select
            count(*) filter (where moved.sign = 1) as n_opened_after,
            count(*) filter (where moved.sign = -1) as n_closed_after
        from release.moved_contribution as moved
        where
            moved.budget_year = final.budget_year
            and moved.period_end = final.period_end
            and moved.at_release > final.release_number
            and moved.at_release <= %(release)s
    ) as since
where final.act = 'finalise' and final.release_number <= %(release)s
order by final.budget_year, final.period_end
