-- Cells that a reviewer corrected and whose value is still the one reviewed. The correction is judged by all rules,
-- with the rounding of the digits in whose place it stands: a total and its lines, all printed to the thousand, need
-- not agree to the smallest part of the currency. A value that is larger by a power of ten was printed that much more
-- coarsely, as the engine reckons that proposes it.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with figure as (
    select * from {{ ref('stg_figure') }}
),

decision as (
    select * from {{ source('review', 'decision_in_force') }}
    where decision = 'correct'
),

submission as (
    select * from {{ source('raw', 'submission') }}
),

chosen as (
    select distinct on (figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name)
        figure.submission_key,
        figure.sheet_code,
        figure.row_number,
        figure.column_name,
        figure.figure_key,
        decision.corrected_value,
        decision.decision_key,
        figure.value,
        figure.low,
        figure.high,
        figure.truncated_low,
        figure.truncated_high,
        greatest(1, abs(decision.corrected_value / nullif(figure.value, 0))) as coarser
    from figure
    inner join decision
        on figure.figure_key = decision.figure_key
        and figure.value is not distinct from decision.reported_value
    left join submission as reviewed on decision.submission_key = reviewed.submission_key
    -- another form may say the same number under the same key: it was not reviewed
    where reviewed.form_code is null or figure.form_code = reviewed.form_code
    order by
        figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name, decision.decided_at desc,
        decision.decision_key desc
),

-- what was missing or unreadable has no digits: its correction is exact
final as (
    select
        submission_key,
        sheet_code,
        row_number,
        column_name,
        figure_key,
        corrected_value,
        trim_scale(corrected_value - coalesce((value - low) * coarser, 0)) as corrected_low,
        trim_scale(corrected_value + coalesce((high - value) * coarser, 0)) as corrected_high,
        trim_scale(corrected_value - coalesce((value - truncated_low) * coarser, 0)) as corrected_truncated_low,
        trim_scale(corrected_value + coalesce((truncated_high - value) * coarser, 0)) as corrected_truncated_high,
        decision_key
    from chosen
)

select * from final
