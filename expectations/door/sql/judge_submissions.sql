-- The door's verdict on submissions: back when a finding sends them back.
update raw.submission as submission
set
    door_run = %(run_key)s,
    door_verdict = case
        when exists (
                select 1 from raw.finding as finding
                where finding.submission_key = submission.submission_key and finding.verdict = 'return'
            )
            then 'return'
        else 'accept'
    end
where submission.submission_key = any(%(submissions)s)
returning submission.door_verdict
