-- The newest word on a flag that counts or waits and that a page did not know when it asked.
select
    decided_by,
    decision
from review.decision_state
where flag_id = %(flag_id)s and decision_key > %(known_until)s and word_state in ('counts', 'pending')
order by decision_key desc
limit 1
