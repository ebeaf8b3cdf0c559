-- Every release, newest first, with the contributions that it opened and closed.
with moved as (
    select
        at_release,
        count(*) filter (where sign = 1) as n_opened,
        count(*) filter (where sign = -1) as n_closed
    from release.moved_contribution
    group by at_release
)

select
    release.release_number as release,
    release.as_of,
    release.release_hash,
    release.run_key as run,
    coalesce(moved.n_opened, 0) as n_opened,
    coalesce(moved.n_closed, 0) as n_closed
from release.release as release
left join moved on release.release_number = moved.at_release
order by release.release_number desc
