-- What the nation owed and what came, a row a period and form.
select
    period_end,
    form_code as form,
    n_owed,
    n_reported,
    n_missing,
    n_returned,
    n_nil,
    n_on_time,
    n_late,
    days_late,
    n_estimated,
    n_under_review,
    completeness_pct::float,
    timeliness_pct::float
from marts.mart_coverage
where group_key = register.nation_key()
order by period_end, form_code
