-- The submissions that a name means: by one of its four ways, the others null. Of bytes that came several times the
-- last.
select distinct on (submission.form_code, submission.sha256)
    submission.submission_key,
    submission.sha256
from raw.submission as submission
inner join raw.receipt as receipt on submission.receipt_key = receipt.receipt_key
where
    submission.submission_key = %(submission_key)s
    or submission.sha256 = %(sha256)s
    or submission.sha256 like %(sha256_like)s
    or receipt.location = %(location)s
order by submission.form_code, submission.sha256, submission.submission_key desc
