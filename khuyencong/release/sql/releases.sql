-- Every release, newest first, with the contributions that it opened and closed.
with opened as (
    select
        opened_release as release_number,
        count(*) as n_rows
    from release.contribution
    group by opened_release
),

closed as (
    select
        closed_release as release_number,
        count(*) as n_rows
    from release.contribution
    group by closed_release
)

select
    release.release_number as release,
    release.as_of,
    release.release_hash,
    release.run_key as run,
    coalesce(opened.n_rows, 0) as n_opened,
    coalesce(closed.n_rows, 0) as n_closed
from release.release as release
left join opened on release.release_number = opened.release_number
left join closed on release.release_number = closed.release_number
order by release.release_number desc
