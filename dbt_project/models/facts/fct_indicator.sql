-- Every stored indicator that is neither a stage of money nor an amount of a plan.
with contribution as (
    select * from {{ ref('fct_contribution') }}
    where fact = 'fct_indicator'
),

final as (
    select
        unit_key,
        budget_year,
        period_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        dimension_key,
        effective_from,
        carried_into,
        sum(value) filter (where state in ('accepted', 'carried')) as value,
        sum(value) filter (where state = 'disputed') as disputed_value,
        count(*) filter (where state in ('disputed', 'missing')) as n_open,
        bool_or(is_estimated) as is_estimated
    from contribution
    group by
        unit_key,
        budget_year,
        period_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        dimension_key,
        effective_from,
        carried_into
)

select * from final
