-- Projects that were reported before, neither closed nor withdrawn, and are left out of a report.
select
    unit_key,
    form_code as form,
    period_end,
    project_key,
    last_period_end,
    last_state_code,
    flag_id
from facts.fct_vanished_project
order by period_end, unit_key, project_key
