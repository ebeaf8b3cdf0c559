-- What stood for an identity that the gate takes up stands no more.
delete from checks.standing using staging.stg_submission as submission, taken_up
where standing.submission_key = submission.submission_key and submission.identity_key = taken_up.identity_key
returning standing.submission_key
