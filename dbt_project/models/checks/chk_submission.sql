-- The submissions that are judged tonight: of each identity the one in force and whatever came after it. No older one
-- returns, so no older one is judged.
{{ config(materialized='table') }}

with submission as (
    select * from {{ ref('stg_submission') }}
    where submission_key in (select in_sight.submission_key from {{ source('checks', 'in_sight') }} as in_sight)
),

history as (
    select * from {{ source('checks', 'standing_recorded') }}
),

settled as (
    select
        submission.identity_key,
        max(submission.identity_sequence) as identity_sequence
    from submission
    left join history on submission.submission_key = history.submission_key
    where history.submission_state in ('in_force', 'nil', 'withdrawal') or submission.was_in_force
    group by submission.identity_key
),

names_units as (
    select distinct form_code
    from {{ source('register', 'form_column') }}
    where column_type = 'unit' and column_role = 'key'
),

final as (
    select
        submission.*,
        names_units.form_code is not null as names_units,
        -- a report that says it was cut off later than it came was cut off when it came
        least(coalesce(submission.cutoff_date, submission.period_end), submission.received_at::date) as cut_off_date
    from submission
    left join settled on submission.identity_key = settled.identity_key
    left join names_units on submission.form_code = names_units.form_code
    where
        submission.submission_kind = 'report'
        and submission.door_verdict = 'accept'
        and not submission.is_withdrawal
        and submission.identity_sequence >= coalesce(settled.identity_sequence, 0)
)

select * from final
