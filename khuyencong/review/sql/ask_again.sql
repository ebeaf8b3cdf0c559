-- The questions of a page once more, as they were asked last: Airflow cannot change the text of a page that it shows.
insert into review.request (
    asked_from, run_key, period_end, place, flag_id, queue_rank, shown, evidence_hash, asked_at, answer_until, asks
)
select distinct on (flag_id)
    asked_from,
    run_key,
    period_end,
    place,
    flag_id,
    queue_rank,
    shown,
    evidence_hash,
    %(asked_at)s,
    %(answer_until)s,
    asks
from review.request
where asked_from = %(asked_from)s
order by flag_id, request_key desc
on conflict (flag_id) where closed_at is null do nothing
