-- What the gate needs to know of every submission in its sight, identity by identity in the order of arrival.
select
    submission.submission_key,
    submission.identity_key,
    submission.identity_sequence,
    submission.submission_kind,
    submission.door_verdict,
    submission.is_withdrawal,
    submission.is_nil,
    history.submission_state,
    received_at,
    was_in_force
from staging.stg_submission as submission
left join checks.standing_recorded as history on submission.submission_key = history.submission_key
inner join checks.in_sight on submission.submission_key = in_sight.submission_key
order by submission.identity_key, submission.identity_sequence
