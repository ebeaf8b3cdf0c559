-- What stands for the other identities while rules are judged: what the gate chose in this run; before that the
-- newest that the door accepted, unless the gate has already put it under review. The gate repeats until its
-- choice is this one.
{{ config(materialized='table') }}

with chosen as (
    select standing.submission_key
    from {{ source('checks', 'standing') }} as standing
    inner join {{ source('release', 'tonight') }} as tonight on standing.run_key = tonight.run_key
),

recorded as (
    select * from {{ source('checks', 'standing_recorded') }}
),

guessed as (
    select distinct on (submission.identity_key)
        submission.submission_key,
        submission.is_withdrawal or submission.was_in_force as is_end
    from {{ ref('stg_submission') }} as submission
    inner join {{ source('checks', 'in_sight') }} as in_sight on submission.submission_key = in_sight.submission_key
    left join recorded on submission.submission_key = recorded.submission_key
    where
        submission.submission_kind = 'report'
        and (submission.door_verdict = 'accept' or submission.was_in_force)
        and recorded.submission_state is distinct from 'under_review'
    order by submission.identity_key, submission.identity_sequence desc
),

final as (
    select submission_key from chosen
    union all
    select submission_key from guessed
    where not is_end and not exists (select 1 from chosen)
)

select * from final
