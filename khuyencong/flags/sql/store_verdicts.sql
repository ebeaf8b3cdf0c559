-- Every verdict that is no pass, once; a pass needs no memory beyond tonight's checks.chk_verdict.
insert into checks.verdict_store (
    rule_id, rule_version, submission_key, scope, evidence_hash, verdict, closeness, reason, first_run
)
select
    rule_id,
    rule_version,
    submission_key,
    jsonb_build_object('key', scope_key) as scope,
    evidence_hash,
    verdict,
    closeness,
    reason,
    %(run_key)s
from checks.chk_verdict
where verdict <> 'pass'
on conflict do nothing
