-- The open flags on some submissions, blocking ones first.
select
    flag_id,
    severity,
    explanation_vi,
    explanation_en
from checks.flag
where closed_run is null and submission_key = any(%(submission_keys)s)
order by severity, flag_id
