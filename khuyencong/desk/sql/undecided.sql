-- Verdicts that decide nothing, counted by reason. They still have something to say: most of all where one side has an
-- amount and the other nothing.
select
    verdict.reason,
    count(*) as n_verdicts,
    count(distinct verdict.submission_key) as n_reports,
    count(*) filter (where (verdict.left_value <> 0) <> (verdict.right_value <> 0)) as n_one_sided
from checks.chk_verdict as verdict
inner join facts.fct_submission as submission on verdict.submission_key = submission.submission_key
where
    verdict.verdict in ('undecided', 'could_not_run')
    and submission.submission_state in ('in_force', 'nil', 'under_review')
group by verdict.reason
order by n_one_sided desc, n_verdicts desc
