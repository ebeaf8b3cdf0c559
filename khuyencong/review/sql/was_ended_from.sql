-- Whether an answer of a page has ended a word on a flag before.
select exists(
    select 1
    from review.revocation
    inner join review.decision on revocation.decision_key = decision.decision_key
    where decision.flag_id = %(flag_id)s and revocation.carried_from = %(asked_from)s
)
