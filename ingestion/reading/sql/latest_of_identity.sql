-- The latest submission of an identity that came before another one, or with it: its bytes, the door's word, and
-- whether the desk took it out.
select
    submission.sha256,
    submission.door_verdict,
    exists(
        select 1 from review.withdrawal as withdrawal
        where withdrawal.submission_key = submission.submission_key
    ) as is_withdrawn
from raw.submission as submission
where
    submission.form_code = %(form_code)s
    and submission.unit_key = %(unit_key)s
    and submission.period_end = %(period_end)s
    and submission.sender_role = %(sender_role)s
    and submission.document_no = %(document_no)s
    and (submission.received_at, submission.sha256) <= (%(received_at)s, %(sha256)s)
order by submission.received_at desc, submission.sha256 desc, submission.submission_key desc
limit 1
