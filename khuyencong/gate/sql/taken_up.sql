-- What the gate takes up in its next step, as the temporary table taken_up: reports in its sight that have no state
-- yet.
create temporary table taken_up on commit drop as
select
    submission_key,
    identity_key,
    identity_sequence,
    is_withdrawal
from staging.stg_submission
where submission_kind = 'report' and door_verdict = 'accept'
    and submission_key in (select submission_key from checks.in_sight)
    and submission_key not in (select submission_key from checks.standing_recorded)
