-- Completeness and timeliness as measures: one row a report that the calendar asked a unit for, counted once whatever
-- documents answer it. Rates are sums of these columns divided, over any units, forms and periods.
{{ config(indexes=[{'columns': ['unit_key', 'form_code', 'period_end']}]) }}

with report as (
    select * from {{ ref('fct_report') }}
    where is_owed
),

answered as (
    select
        unit_key,
        form_code,
        period_end,
        register.budget_year_of(period_end) as budget_year,
        min(due_date) as due_date,
        min(responsible_unit_key) as responsible_unit_key,
        bool_or(state in ('in_force', 'nil')) as is_reported,
        bool_or(state = 'nil') as is_nil,
        bool_or(state = 'returned') as is_returned,
        bool_or(is_late) as is_late,
        bool_or(sha256_under_review is not null) as is_under_review,
        max(days_late) as days_late
    from report
    group by unit_key, form_code, period_end
),

final as (
    select
        unit_key,
        form_code,
        period_end,
        budget_year,
        due_date,
        responsible_unit_key,
        case
            when is_nil then 'nil' when is_reported then 'in_force' when is_returned then 'returned' else 'missing'
        end as state,
        1 as n_owed,
        is_reported::integer as n_reported,
        (is_reported and not is_late)::integer as n_on_time,
        is_late::integer as n_late,
        (not is_reported)::integer as n_missing,
        (not is_reported and is_returned)::integer as n_returned,
        is_nil::integer as n_nil,
        is_under_review::integer as n_under_review,
        days_late
    from answered
)

select * from final
