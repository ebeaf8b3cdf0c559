-- One verdict a rule version, scope and evidence, stored once.
with verdict as (
    select * from {{ source('checks', 'verdict_store') }}
),

submission as (
    select * from {{ ref('fct_submission') }}
),

final as (
    select
        verdict.rule_id,
        verdict.rule_version,
        submission.unit_key,
        submission.form_code,
        submission.period_end,
        verdict.scope,
        verdict.evidence_hash,
        verdict.verdict,
        verdict.closeness,
        verdict.reason,
        verdict.first_run,
        submission.sha256
    from verdict
    inner join submission on verdict.submission_key = submission.submission_key
)

select * from final
