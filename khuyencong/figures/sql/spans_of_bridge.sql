-- Spans that a change between two releases touches, from the year's begin; a plan is shown at every period end of its
-- budget year.
with moved as (
    select
        period_end,
        budget_year,
        measure
    from release.moved_contribution
    where at_release > %(a)s and at_release <= %(b)s
),

shown as (
    select distinct
        period_end,
        budget_year
    from release.contribution
    where measure <> 'plan'
)

select distinct
    register.year_start(register.budget_year_of(shown.period_end)) as period_start,
    shown.period_end
from shown
where exists (
        select 1 from moved
        where moved.period_end = shown.period_end or moved.measure = 'plan' and moved.budget_year = shown.budget_year
    )
order by 2
