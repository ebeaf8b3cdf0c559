-- What the open release accepts of some indicators, at some period ends; a plan as it stands at one of them.
select
    budget_year,
    period_start,
    period_end,
    fund_code,
    activity_code,
    indicator_code,
    measure,
    sum(value) as accepted
from release.open_contribution
where state in ('accepted', 'carried') and (
        measure <> 'plan' and period_end = any(%(span_ends)s)
        or measure = 'plan' and effective_from <= %(span_end)s and coalesce(effective_to > %(span_end)s, true)
    ) and indicator_code = any(%(indicators)s)
group by 1, 2, 3, 4, 5, 6, 7
