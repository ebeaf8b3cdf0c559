-- The reports of forms with given lines, and sheet by sheet the lines that the reader found absent.
select
    submission.submission_key,
    finding.sheet_code,
    finding.written
from raw.submission as submission
inner join register.form as form on submission.form_code = form.form_code and not form.is_line_form
left join raw.finding as finding
    on submission.submission_key = finding.submission_key and finding.finding_code = 'line_left_out'
where submission.submission_key = any(%(keys)s)
