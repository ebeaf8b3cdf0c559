-- What was read from some bytes, and where they came from.
select
    submission.sha256,
    submission.form_code,
    submission.unit_key,
    to_char(submission.period_end, 'YYYY-MM') as period,
    receipt.received_at,
    receipt.location
from raw.submission as submission inner join raw.receipt as receipt on submission.receipt_key = receipt.receipt_key
where submission.sha256 = any(%(causes)s)
order by receipt.received_at, submission.form_code, submission.unit_key, submission.period_end
