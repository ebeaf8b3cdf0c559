-- What was said under some groups of decisions, the earliest first.
select
    figure_key,
    rule_id,
    decision,
    corrected_value
from review.decision
where group_key = any(%(group_keys)s)
order by decided_at, decision_key
