-- One cause of failed verdicts, with its explanation.
with flag as (
    select * from {{ source('checks', 'flag') }}
),

final as (
    select
        flag_id,
        unit_key,
        form_code,
        period_end,
        severity,
        mechanism,
        confidence,
        impact_score,
        impact_indicator,
        impact_vnd,
        queue_rank,
        is_review_needed,
        explanation_vi,
        explanation_en,
        suggested_value,
        opened_run,
        closed_run,
        closed_run is null as is_open
    from flag
)

select * from final
