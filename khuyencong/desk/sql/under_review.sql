-- Submissions that wait while the one before stays in force.
select
    unit_key,
    form_code as form,
    period_end,
    n_holds,
    received_at
from facts.fct_submission
where submission_state = 'under_review'
order by period_end, form_code, unit_key
