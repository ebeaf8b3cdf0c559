-- What is told about submissions before they are compared.
select
    submission.submission_key,
    submission.form_code,
    submission.unit_key,
    submission.period_end,
    submission.sender_role,
    submission.document_no,
    submission.submission_kind,
    submission.is_nil,
    submission.received_at,
    submission.sha256,
    outcome.submission_state,
    outcome.revision_number,
    outcome.replaces_submission_key,
    outcome.replaced_by_submission_key,
    receipt.location
from staging.stg_submission as submission
inner join raw.receipt as receipt on submission.receipt_key = receipt.receipt_key
left join facts.fct_submission as outcome on submission.submission_key = outcome.submission_key
where submission.submission_key = any(%(submissions)s)
order by submission.submission_key
