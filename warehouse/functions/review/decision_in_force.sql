-- The last word on each (figure, rule) that a night as of `tonight` counts: signed where that is needed, not ended, not past its
-- day, about the rule as it stands. What took the place of an earlier word keeps it when it ends: ended ones do not return.
create view review.decision_in_force as
with said as (
    select distinct on (decision.figure_key, decision.rule_id) decision.*
    from review.decision
    cross join release.tonight
    left join review.signature_needed on decision.group_key = signature_needed.group_key
    left join review.signature on decision.group_key = signature.group_key
    where
        decision.decided_at <= tonight.as_of
        and (signature_needed.group_key is null or signature.signed_at <= tonight.as_of)
    order by decision.figure_key, decision.rule_id, decision.decided_at desc, decision.decision_key desc
)
select
    said.decision_key, said.flag_id, said.figure_key, said.rule_id, said.rule_terms_hash, said.reported_value, said.decision,
    said.corrected_value, said.reason, said.until_date, said.decided_by, said.decided_at, said.submission_key,
    said.recorded_at, said.carried_by, said.carried_from, said.group_key
from said
cross join release.tonight
inner join register.rule on said.rule_id = rule.rule_id and said.rule_terms_hash = rule.terms_hash
where
    not exists (
        select 1
        from review.decision_lapse
        inner join release.run on decision_lapse.run_key = run.run_key
        where decision_lapse.decision_key = said.decision_key and run.as_of <= tonight.as_of
    )
    and not exists (
        select 1 from review.revocation
        where revocation.decision_key = said.decision_key and revocation.revoked_at <= tonight.as_of
    )
    and (said.until_date is null or said.until_date >= tonight.as_of::date);
comment on view review.decision_in_force is
'The last word on each (figure, rule) that tonight still counts: not ended, not past its day, about the rule as it stands.';

grant select on review.decision_in_force to transformer, reviewer, answer_carrier;
