-- Reports that say that there is nothing to report, with their reason.
select
    unit_key,
    form_code as form,
    period_end,
    coalesce(nil_reason, '') as nil_reason
from facts.fct_submission
where submission_state = 'nil'
order by period_end, form_code, unit_key
