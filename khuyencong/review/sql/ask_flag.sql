-- A flag becomes a question on a page, with its figures as they are shown and its evidence as it is now.
insert into review.request (
    asked_from, run_key, period_end, place, flag_id, queue_rank, shown, evidence_hash, asked_at, answer_until, asks
)
select
    %(asked_from)s,
    tonight.run_key,
    flag.period_end,
    %(place)s,
    flag.flag_id,
    flag.queue_rank,
    %(shown)s,
    review.evidence_of(flag.flag_id) as evidence_hash,
    %(asked_at)s,
    %(answer_until)s,
    %(asks)s
from checks.flag
cross join release.tonight
where flag.flag_id = %(flag_id)s
