-- A run, or the newest where none is named, and whether a station works on the warehouse now.
select
    run_key,
    as_of,
    started_at,
    finished_at,
    state,
    failed_reason,
    release.is_night_running() as is_running
from release.run
where %(run_key)s is null or run_key = %(run_key)s
order by run_key desc
limit 1
