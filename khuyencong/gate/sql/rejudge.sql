-- The submissions to judge again: the changed ones, and what was compared with them as they stood before.
insert into checks.rejudge (submission_key, why)
select
    changed.submission_key,
    'changed' as why
from unnest(%(changed)s::bigint[]) as changed (submission_key)
union
select
    evidence.submission_key,
    'compared' as why
from checks.chk_evidence as evidence
where evidence.evidence_submission_key = any(%(changed)s)
