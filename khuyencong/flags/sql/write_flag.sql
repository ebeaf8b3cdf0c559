-- A flag of tonight: opened, or open still (again) with what is known of it now.
insert into checks.flag (
    flag_id, submission_key, unit_key, form_code, period_end, severity, suspected_figures, mechanism, confidence,
    suggested_value, alternatives, explanation_vi, explanation_en, opened_run
)
values (
    %(flag_id)s, %(submission_key)s, %(unit_key)s, %(form_code)s, %(period_end)s, %(severity)s, %(suspected_figures)s,
    %(mechanism)s, %(confidence)s, %(suggested_value)s, %(alternatives)s, %(explanation_vi)s, %(explanation_en)s,
    %(run_key)s
)
on conflict (flag_id) do update set
    submission_key = excluded.submission_key,
    severity = excluded.severity,
    suspected_figures = excluded.suspected_figures,
    mechanism = excluded.mechanism,
    confidence = excluded.confidence,
    suggested_value = excluded.suggested_value,
    alternatives = excluded.alternatives,
    explanation_vi = excluded.explanation_vi,
    explanation_en = excluded.explanation_en,
    closed_run = null
