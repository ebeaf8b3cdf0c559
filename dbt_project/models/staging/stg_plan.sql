-- The lines that plans are made of: allocation lines of the centre with their effect and sign, and the plan cells
-- of the forms that are the source of record of a plan.
{{ config(materialized='table', indexes=[{'columns': ['unit_key', 'budget_year']}]) }}

with figure as (
    select * from {{ ref('stg_figure') }}
),

submission as (
    select * from {{ ref('stg_submission') }}
),

effect as (
    select distinct
        effect_code,
        sign
    from {{ ref('budget_effects') }}
),

final as (
    select
        figure.submission_key,
        figure.form_code,
        figure.sheet_code,
        figure.row_number,
        figure.column_name,
        figure.figure_key,
        submission.document_no as decision_no,
        figure.row_number as line_no,
        figure.effective_from as decided_date,
        submission.unit_key as reporter_unit_key,
        figure.unit_key,
        figure.place_unit_key,
        figure.project_key,
        figure.budget_year,
        figure.fund_code,
        figure.activity_code,
        figure.indicator_code,
        figure.line_reference,
        coalesce(figure.effect_code, 'assign') as effect_code,
        coalesce(effect.sign, 1) as sign,
        figure.value,
        figure.low,
        figure.high,
        figure.is_missing,
        figure.is_unreadable
    from figure
    inner join submission on figure.submission_key = submission.submission_key
    left join effect on figure.effect_code = effect.effect_code
    where figure.measure = 'plan' and figure.is_source_of_record
)

select * from final
