-- Marked ratios: the nation's rows, then those of units above their plan by how far. A region shows nothing that these
-- do not.
with nation as (
    select
        1 as position,
        unit_key,
        unit_name,
        period_end,
        fund_code,
        activity_code,
        indicator_code,
        indicator_name,
        indicator_name_en,
        accepted,
        plan_value,
        plan_pct,
        prior_value,
        growth_pct,
        ratio_mark
    from marts.mart_national_rollup
    where ratio_mark <> ''
),

units as (
    select
        2 as position,
        unit_key,
        unit_name,
        period_end,
        fund_code,
        activity_code,
        indicator_code,
        indicator_name,
        indicator_name_en,
        accepted,
        plan_value,
        plan_pct,
        prior_value,
        growth_pct,
        ratio_mark
    from marts.mart_unit_rollup
    where ratio_mark like 'above-plan%%'
),

marked as (
    select * from nation
    union all
    select * from units
)

select
    unit_key,
    unit_name,
    to_char(period_end, 'YYYY-MM') as period,
    fund_code as fund,
    activity_code as activity,
    indicator_code,
    indicator_name,
    indicator_name_en,
    accepted,
    plan_value,
    plan_pct,
    prior_value,
    growth_pct,
    ratio_mark
from marked
where
    (%(unit)s::text is null or unit_key = %(unit)s)
    and (%(period)s::text is null or to_char(period_end, 'YYYY-MM') = %(period)s)
order by
    position,
    accepted - coalesce(plan_value, 0) desc,
    unit_key,
    period_end,
    fund_code,
    activity_code,
    indicator_code
