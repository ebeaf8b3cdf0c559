-- Every finding for which a file was sent back.
select
    submission.unit_key,
    submission.form_code as form,
    submission.period_end,
    receipt.location,
    finding.finding_code,
    finding.message_vi,
    finding.message_en
from raw.finding as finding
inner join raw.receipt as receipt on finding.receipt_key = receipt.receipt_key
left join raw.submission as submission on finding.submission_key = submission.submission_key
where finding.verdict = 'return' and receipt.received_at <= %(as_of)s
order by receipt.received_at, receipt.location, finding.finding_key
