-- What became of every word until now, whatever the moment of the last night.
create view review.decision_state as
with said as (
    select
        decision.*,
        signature_needed.group_key is not null as needs_signature,
        signature.signed_by,
        signature.signed_at,
        signature_needed.group_key is not null and signature.group_key is null as is_unsigned
    from review.decision
    left join review.signature_needed on decision.group_key = signature_needed.group_key
    left join review.signature on decision.group_key = signature.group_key
),
replaced as (
    select distinct said.decision_key, said.group_key, said.is_unsigned
    from said
    inner join said as later
        on said.figure_key = later.figure_key
        and said.rule_id = later.rule_id
        and (later.decided_at, later.decision_key) > (said.decided_at, said.decision_key)
        and not later.is_unsigned
),
-- a word is signed as a whole: overtaken in part, it cannot be signed any more
overtaken as (
    select distinct group_key
    from replaced
    where is_unsigned
)
select
    said.decision_key, said.flag_id, said.figure_key, said.rule_id, said.rule_terms_hash, said.reported_value, said.decision,
    said.corrected_value, said.reason, said.until_date, said.decided_by, said.decided_at, said.submission_key,
    said.recorded_at, said.carried_by, said.carried_from, said.group_key, said.needs_signature, said.signed_by, said.signed_at,
    revocation.revoked_by,
    revocation.revoked_at,
    revocation.reason as revoked_reason,
    case
        when revocation.decision_key is not null then 'revoked'
        when decision_lapse.decision_key is not null then 'lapsed'
        when said.until_date < (select tonight.as_of::date from release.tonight) then 'lapsed'
        when replaced.decision_key is not null or overtaken.group_key is not null then 'replaced'
        when said.is_unsigned then 'pending'
        else 'counts'
    end as word_state
from said
left join review.revocation on said.decision_key = revocation.decision_key
left join review.decision_lapse on said.decision_key = decision_lapse.decision_key
left join replaced on said.decision_key = replaced.decision_key
left join overtaken on said.group_key = overtaken.group_key;
comment on view review.decision_state is
'Every decision with what became of it: counts, pending (wants a signature), replaced by a later word, lapsed, revoked.';

grant select on review.decision_state to transformer, reviewer, answer_carrier;
