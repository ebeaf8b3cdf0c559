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
    (
        select count(*)
        from release.contribution as contribution
        where
            contribution.budget_year = final.budget_year
            and contribution.period_end = final.period_end
            and contribution.opened_release > final.release_number
            and contribution.opened_release <= %(release)s
    ) as n_opened_after,
    (
        select count(*)
        from release.contribution as contribution
        where
            contribution.budget_year = final.budget_year
            and contribution.period_end = final.period_end
            and contribution.closed_release > final.release_number
            and contribution.closed_release <= %(release)s
    ) as n_closed_after
from newest as final
where final.act = 'finalise' and final.release_number <= %(release)s
order by final.budget_year, final.period_end
