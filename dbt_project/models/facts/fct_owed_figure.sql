-- Which figures a report of each form owes: every indicator, fund and measure that is stored from it.

with form_column as (
    select
        *,
        bool_or(measure = 'plan') over (partition by form_code, sheet_code, fund_code) as has_plan_column
    from {{ source('register', 'form_column') }}
),

form as (
    select * from {{ source('register', 'form') }}
),

indicator as (
    select * from {{ ref('indicators') }}
),

meaning as (
    select * from {{ ref('stg_indicator') }}
),

indicator_source as (
    select * from {{ ref('indicator_sources') }}
),

activity as (
    select * from {{ ref('activities') }}
),

fund as (
    select * from {{ ref('funds') }}
),

matched as (
    select
        indicator_source.form_code,
        indicator_source.indicator_code,
        indicator_source.fund_code,
        indicator_source.fact,
        indicator_source.stage,
        form.is_line_form,
        case
            when form_column.measure <> 'by_behaviour' then form_column.measure
            else meaning.measure
        end as measure,
        coalesce(activity.activity_code, 'unallocated') as activity_code,
        -- of months across, each column is a figure of its own; cumulative ones differ by their end alone
        case when form_column.measure = 'in_period' then coalesce(form_column.period_months_before, 0) else 0 end
            as months_before,
        case when form_column.measure = 'in_period' then form_column.period_months end as months,
        -- a column of one period is owed by the report of that period alone
        greatest(activity.valid_from, form_column.period_end) as owed_from,
        least(fund.valid_to, form_column.period_end) as owed_to
    from indicator_source
    inner join form on indicator_source.form_code = form.form_code
    inner join indicator on indicator_source.indicator_code = indicator.indicator_code
    inner join meaning on indicator.indicator_code = meaning.indicator_code
    inner join form_column
        on indicator_source.form_code = form_column.form_code
        and indicator_source.sheet_code = form_column.sheet_code
        and indicator_source.fund_code = coalesce(form_column.fund_code, indicator_source.fund_code)
        and (
            coalesce(form_column.indicator_code, form_column.counts_as) = indicator_source.indicator_code
            or form_column.column_type = 'by_indicator'
            or form_column.fact = 'beneficiary_support' and indicator_source.fact = 'fct_beneficiary'
        )
    left join activity on indicator.activity = activity.activity_code
    left join fund on indicator_source.fund_code = fund.fund_code
    where
        form_column.column_role = 'figure'
        -- of an earlier period no report is owed a second time
        and (coalesce(form_column.period_months_before, 0) = 0 or form_column.measure = 'in_period')
        and not indicator.is_formula
        and meaning.measure <> 'ratio'
        -- an indicator that is itself a plan is stored from the plan column, where its sheet has one
        and not (form_column.measure = 'by_behaviour' and meaning.measure = 'plan' and form_column.has_plan_column)
),

final as (
    select distinct * from matched
)

select * from final
