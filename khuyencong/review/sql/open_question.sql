-- A question that is still open, locked.
select
    asked_from,
    flag_id,
    shown,
    evidence_hash,
    coalesce(newest_decision_key, 0) as known_until,
    asks
from review.request
where request_key = %(request_key)s and closed_at is null
for update
