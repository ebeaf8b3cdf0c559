-- Money by stage: unit × budget year × period × fund × activity × stage, cumulative, and what came in since the report
-- before.
with contribution as (
    select * from {{ ref('fct_contribution') }}
    where fact = 'fct_disbursement' and measure = 'ytd'
),

summed as (
    select
        unit_key,
        budget_year,
        period_end,
        fund_code,
        activity_code,
        stage,
        sum(value) filter (where state in ('accepted', 'carried')) as ytd_vnd,
        sum(value) filter (where state = 'disputed') as disputed_vnd,
        count(*) filter (where state in ('disputed', 'missing')) as n_open,
        bool_or(is_estimated) as is_estimated
    from contribution
    group by unit_key, budget_year, period_end, fund_code, activity_code, stage
),

final as (
    select
        unit_key,
        budget_year,
        period_end,
        fund_code,
        activity_code,
        stage,
        ytd_vnd,
        ytd_vnd - case
            when min(period_end) over key_of_year = period_end then 0
            when lag(n_open) over key_of_year = 0 and n_open = 0 then lag(ytd_vnd) over key_of_year
        end as in_period_vnd,
        disputed_vnd,
        n_open,
        is_estimated
    from summed
    window key_of_year as (
        partition by unit_key, budget_year, fund_code, activity_code, stage order by period_end
    )
)

select * from final
