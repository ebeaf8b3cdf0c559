-- How many open flags of a period are before the reviewers now.
select count(*)
from review.request
inner join checks.flag on request.flag_id = flag.flag_id
where
    request.closed_at is null
    and flag.closed_run is null
    and to_char(flag.period_end, 'YYYY-MM') = %(period)s
