-- The decisions in force on some figures.
select
    decision.figure_key,
    decision.flag_id,
    decision.rule_id,
    decision.decision,
    decision.reported_value,
    decision.corrected_value,
    decision.reason,
    decision.decided_by,
    decision.decided_at
from review.decision as decision
inner join review.decision_in_force as in_force on decision.decision_key = in_force.decision_key
where decision.figure_key = any(%(figures)s)
order by decision.decision_key
