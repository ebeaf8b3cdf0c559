-- The numbered states of the national figures, each with what opened it.
with release as (
    select * from {{ source('release', 'release') }}
),

moved as (
    select
        at_release,
        why as reason,
        count(*) filter (where sign = 1) as n_opened,
        count(*) filter (where sign = -1) as n_closed
    from {{ source('release', 'moved_contribution') }}
    group by at_release, why
),

final as (
    select
        release.release_number,
        release.as_of,
        release.release_hash,
        coalesce(moved.reason, '') as reason,
        coalesce(moved.n_opened, 0) as n_opened,
        coalesce(moved.n_closed, 0) as n_closed
    from release
    left join moved on release.release_number = moved.at_release
)

select * from final
