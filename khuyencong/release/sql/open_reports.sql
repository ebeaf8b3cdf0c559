-- Open the new rows of tonight's changes of release.report.
insert into release.report (
    unit_key,
    form_code,
    period_end,
    sender_role,
    document_no,
    is_owed,
    state,
    is_late,
    is_estimated,
    sha256_in_force,
    sha256_under_review,
    days_late,
    period_start,
    opened_release,
    reason,
    cause_reference
)
select
    unit_key,
    form_code,
    period_end,
    sender_role,
    document_no,
    is_owed,
    state,
    is_late,
    is_estimated,
    sha256_in_force,
    sha256_under_review,
    days_late,
    period_start,
    %(release_number)s,
    reason,
    cause_reference
from change_report
where is_new
