-- The place of a flag in the queue, and what it may cost the nation.
update checks.flag
set
    impact_score = %(score)s,
    impact_indicator = %(indicator_code)s,
    impact_vnd = %(impact_vnd)s,
    queue_rank = %(rank)s,
    is_review_needed = %(is_review_needed)s
where flag_id = %(flag_id)s
