-- The newest run that is done and speaks of a moment up to as_of.
select
    run_key as run,
    as_of,
    release_number as release
from release.run
where state = 'done' and as_of <= %(as_of)s
order by run_key desc
limit 1
