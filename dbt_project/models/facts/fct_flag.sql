-- One cause of failed verdicts, with its explanation and its age.
with flag as (
    select * from {{ source('checks', 'flag') }}
),

run as (
    select * from {{ source('release', 'run') }}
),

tonight as (
    select * from {{ source('release', 'tonight') }}
),

final as (
    select
        flag.flag_id,
        flag.unit_key,
        flag.form_code,
        flag.period_end,
        flag.severity,
        flag.mechanism,
        flag.confidence,
        flag.impact_score,
        flag.impact_indicator,
        flag.impact_vnd,
        flag.queue_rank,
        flag.is_review_needed,
        flag.explanation_vi,
        flag.explanation_en,
        flag.suggested_value,
        flag.opened_run,
        flag.closed_run,
        flag.closed_run is null as is_open,
        opened.as_of as opened_at,
        closed.as_of as closed_at,
        coalesce(closed.as_of, tonight.as_of)::date - opened.as_of::date as days_open
    from flag
    cross join tonight
    left join run as opened on flag.opened_run = opened.run_key
    left join run as closed on flag.closed_run = closed.run_key
)

select * from final
