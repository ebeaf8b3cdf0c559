-- Close the run of a night. One that had nothing to build shows the newest release.
with last as (
    select max(release_number) as release_number
    from release.release
)

update release.run
set
    state = 'done',
    finished_at = %(finished_at)s,
    failed_station = null,
    failed_reason = null,
    inputs_hash = %(inputs_hash)s,
    release_number = coalesce(run.release_number, newest.release_number),
    release_hash = coalesce(run.release_hash, newest.release_hash)
from last
left join release.release as newest on last.release_number = newest.release_number
where run.run_key = %(run_key)s
returning run.release_number, run.release_hash
