-- The newest run that speaks of a moment up to as_of, done or not.
select
    run_key as run,
    as_of,
    state,
    started_at,
    finished_at,
    failed_station,
    failed_reason
from release.run
where as_of <= %(as_of)s
order by run_key desc
limit 1
