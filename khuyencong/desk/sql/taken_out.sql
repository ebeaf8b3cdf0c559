-- Submissions that the desk took out, the last one first.
select
    submission.submission_key as submission,
    submission.unit_key,
    submission.form_code as form,
    submission.period_end,
    withdrawal.reason,
    withdrawal.withdrawn_by,
    withdrawal.withdrawn_at
from review.withdrawal as withdrawal
inner join raw.submission as submission on withdrawal.submission_key = submission.submission_key
where withdrawal.withdrawn_at <= %(as_of)s
order by withdrawal.withdrawal_key desc
