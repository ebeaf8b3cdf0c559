-- Sources that the newest pull did not reach, or not all of.
select
    source_code,
    unit_key,
    outcome,
    trouble_code,
    sentence_vi,
    sentence_en,
    attempted_at,
    last_reached_at,
    failing_since,
    n_failed_attempts
from raw.source_standing
where outcome not in ('done', 'partly')
order by source_code
