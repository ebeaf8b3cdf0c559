-- Flags that wait for a reviewer: open, about figures, not before the reviewers now, not left as they are in this night
-- already; and either worth a review and undecided, or with a word that waits for a second reviewer's signature.
with pending as (
    select distinct flag_id
    from review.decision_state
    where word_state = 'pending'
)

select
    flag.flag_id,
    to_char(flag.period_end, 'YYYY-MM') as period,
    case when pending.flag_id is null then 'flag' else 'signature' end as asks
from checks.flag
cross join release.tonight
left join pending on flag.flag_id = pending.flag_id
where
    flag.closed_run is null
    and (%(period)s::text is null or to_char(flag.period_end, 'YYYY-MM') = %(period)s)
    and exists (
        select 1
        from checks.flag_figure
        where flag_figure.flag_id = flag.flag_id
    )
    and (
        pending.flag_id is not null
        or flag.is_review_needed and not exists (
            select 1
            from review.decision_state as decision
            where decision.flag_id = flag.flag_id and decision.word_state = 'counts'
        )
    )
    and not exists (
        select 1
        from review.request
        where
            request.flag_id = flag.flag_id
            and (
                request.closed_at is null
                or request.run_key = tonight.run_key and request.outcome in ('still_held', 'timed_out')
            )
    )
order by flag.queue_rank, flag.flag_id
