-- Cells that a reviewer corrected and whose value is still the one reviewed. The correction is judged by all rules.
{{ config(materialized='table', unlogged=true, post_hook='analyze {{ this }}') }}

with figure as (
    select * from {{ ref('stg_figure') }}
),

decision as (
    select * from {{ source('review', 'decision_in_force') }}
    where decision = 'correct'
),

final as (
    select distinct on (figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name)
        figure.submission_key,
        figure.sheet_code,
        figure.row_number,
        figure.column_name,
        figure.figure_key,
        decision.corrected_value,
        decision.decision_key
    from figure
    inner join decision
        on figure.figure_key = decision.figure_key
        and figure.value is not distinct from decision.reported_value
    order by
        figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name, decision.decided_at desc,
        decision.decision_key desc
)

select * from final
