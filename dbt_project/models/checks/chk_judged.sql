-- The submissions judged in this round: all, or, when the gate judges again, those that a changed choice concerns.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with submission as (
    select * from {{ ref('chk_submission') }}
),

evidence as (
    select * from {{ ref('chk_evidence') }}
),

line as (
    select * from {{ source('raw', 'line') }}
),

rejudge as (
    select * from {{ source('checks', 'rejudge') }}
),

changed as (
    select submission_key from rejudge
    where why = 'changed'
),

-- two units that report one project judge each other without being each other's evidence
shares_project as (
    select other_line.submission_key
    from line
    inner join changed on line.submission_key = changed.submission_key
    inner join line as other_line on line.project_key = other_line.project_key
),

stood as (
    select submission_key from rejudge
    where why = 'stood'
),

-- how far a figure moved is judged beside all other reports of its form and period: when one of these stands no more,
-- or is compared with something else, the others are judged beside another crowd
moved as (
    select submission_key from stood
    union
    select evidence.submission_key
    from evidence
    inner join stood on evidence.evidence_submission_key = stood.submission_key
),

crowd as (
    select distinct
        form_code,
        period_end
    from {{ ref('stg_submission') }}
    where submission_key in (select moved.submission_key from moved)
),

concerned as (
    select submission_key from rejudge
    union
    select submission.submission_key
    from submission
    inner join crowd on submission.form_code = crowd.form_code and submission.period_end = crowd.period_end
    inner join {{ source('register', 'rule') }} as rule
        on submission.form_code = rule.judges_form and rule.family = 'outlier'
    union
    select evidence.submission_key
    from evidence
    inner join changed on evidence.evidence_submission_key = changed.submission_key
    union
    select submission_key from shares_project
),

final as (
    select * from submission
    where not exists (select 1 from rejudge) or submission_key in (select concerned.submission_key from concerned)
)

select * from final
