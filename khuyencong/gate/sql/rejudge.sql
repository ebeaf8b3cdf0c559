-- The submissions to judge again: the changed ones, and what was compared with them as they stood before. Those that
-- stand now or no longer do, and what is compared with them, change the crowd beside which others are seen ('stood').
with concerned as (
    select
        changed.submission_key,
        'changed' as why,
        'compared' as why_compared
    from unnest(%(changed)s::bigint[]) as changed (submission_key)
    union all
    select
        stood.submission_key,
        'stood' as why,
        'stood' as why_compared
    from unnest(%(stood)s::bigint[]) as stood (submission_key)
)

insert into checks.rejudge (submission_key, why)
select
    submission_key,
    why
from concerned
union
select
    evidence.submission_key,
    concerned.why_compared as why
from checks.chk_evidence as evidence
inner join concerned on evidence.evidence_submission_key = concerned.submission_key
