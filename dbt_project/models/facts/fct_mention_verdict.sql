-- What was said of every number in running text, for people: the words and the verdict, no value that could be added.
with mention_verdict as (
    select * from {{ ref('chk_mention') }}
),

mention as (
    select * from {{ source('raw', 'mention') }}
),

submission as (
    select * from {{ ref('fct_submission') }}
),

final as (
    select
        submission.sha256,
        submission.unit_key as narrative_unit_key,
        submission.period_end as narrative_period_end,
        mention_verdict.mention_number,
        mention_verdict.judgement,
        mention_verdict.relation_number,
        mention_verdict.relation_kind,
        mention.unit_key,
        mention.budget_year,
        mention.period_end,
        mention.fund_code,
        mention.activity_code,
        mention.indicator_code,
        mention.measure,
        mention.line_number,
        mention.span_start,
        mention.span_end,
        mention_verdict.written,
        mention_verdict.verdict,
        mention_verdict.closeness,
        mention_verdict.reason,
        mention_verdict.explanation_vi,
        mention_verdict.explanation_en,
        submission.received_at,
        submission.source_code,
        submission.location
    from mention_verdict
    inner join mention
        on mention_verdict.submission_key = mention.submission_key
        and mention_verdict.mention_number = mention.mention_number
    inner join submission on mention_verdict.submission_key = submission.submission_key
)

select * from final
