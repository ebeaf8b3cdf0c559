-- How many verdicts of each kind rules gave on some submissions.
select
    submission_key,
    verdict,
    count(*) as n_verdicts
from checks.verdict_store
where submission_key = any(%(submissions)s)
group by submission_key, verdict
order by submission_key, verdict
