-- Support to an establishment in a project, as of a period. Personal: it is read by no mart, only counted.
with figure as (
    select * from {{ ref('stg_figure') }}
    where fact in ('beneficiary_support', 'beneficiary_counterpart') and is_source_of_record
),

submission as (
    select * from {{ ref('fct_submission') }}
    where submission_kind = 'report' and submission_state = 'in_force'
),

repeated as (
    select * from {{ ref('fct_repeated') }}
),

counted as (
    select * from {{ ref('fct_figure') }}
    where fact = 'fct_beneficiary'
),

final as (
    select
        figure.establishment_key,
        figure.project_key,
        figure.dimension_key,
        figure.budget_year,
        figure.period_end,
        figure.unit_key,
        figure.fund_code,
        figure.activity_code,
        max(figure.value) filter (where figure.fact = 'beneficiary_support') as support_vnd,
        max(figure.value) filter (where figure.fact = 'beneficiary_counterpart') as counterpart_vnd,
        max(counted.state) as state
    from figure
    inner join submission on figure.submission_key = submission.submission_key
    left join counted
        on figure.submission_key = counted.submission_key
        and figure.sheet_code = counted.sheet_code
        and figure.row_number = counted.row_number
    left join repeated
        on figure.submission_key = repeated.submission_key
        and figure.sheet_code = repeated.sheet_code
        and figure.row_number = repeated.row_number
        and figure.column_name = repeated.column_name
    where repeated.submission_key is null
    group by
        figure.establishment_key, figure.project_key, figure.budget_year, figure.period_end, figure.unit_key,
        figure.fund_code, figure.activity_code, figure.dimension_key
)

select * from final
