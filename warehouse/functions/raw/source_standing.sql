create view raw.source_standing as
with
newest as (
    select distinct on (source_code) *
    from raw.source_attempt
    order by source_code, attempt_key desc
),

reached as (
    select
        source_code,
        max(attempted_at) as last_reached_at
    from raw.source_attempt
    where outcome in ('done', 'partly')
    group by source_code
),

failing as (
    select
        a.source_code,
        min(a.attempted_at) as failing_since,
        count(*) as n_failed_attempts
    from raw.source_attempt as a
    where
        a.attempt_key > coalesce((
            select max(good.attempt_key)
            from raw.source_attempt as good
            where good.source_code = a.source_code and good.outcome in ('done', 'partly')
        ), 0)
    group by a.source_code
),

final as (
    select
        newest.source_code,
        newest.transport,
        newest.unit_key,
        newest.attempt_key,
        newest.attempted_at,
        newest.outcome,
        newest.trouble_code,
        newest.n_seen,
        newest.n_new,
        newest.n_waiting,
        newest.n_failed,
        newest.sentence_vi,
        newest.sentence_en,
        reached.last_reached_at,
        failing.failing_since,
        coalesce(failing.n_failed_attempts, 0) as n_failed_attempts
    from newest
    left join reached on newest.source_code = reached.source_code
    left join failing on newest.source_code = failing.source_code
)

select * from final;
comment on view raw.source_standing is 'Each source as its newest attempt left it, when it was last reached, and since when it fails.';

grant select on raw.source_standing to loader, transformer, reviewer, answer_carrier;
