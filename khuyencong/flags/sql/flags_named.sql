-- Flags whose name begins with what was typed, in the order of the queue. Live are open ones, and closed ones on which
-- a word still counts or waits: a correction that was accepted closes its flag.
select
    flag.flag_id,
    flag.unit_key,
    flag.form_code,
    to_char(flag.period_end, 'YYYY-MM') as period,
    flag.closed_run is null or exists (
        select 1
        from review.decision_state as decision
        where decision.flag_id = flag.flag_id and decision.word_state in ('counts', 'pending')
    ) as is_live
from checks.flag
where starts_with(flag.flag_id, %(beginning)s)
order by flag.queue_rank, flag.flag_id
