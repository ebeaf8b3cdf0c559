-- The numbered states of the national figures, each with what opened it.
with release as (
    select * from {{ source('release', 'release') }}
),

contribution as (
    select * from {{ source('release', 'contribution') }}
),

opened as (
    select
        opened_release as release_number,
        reason,
        count(*) as n_opened
    from contribution
    group by opened_release, reason
),

closed as (
    select
        closed_release as release_number,
        closed_reason as reason,
        count(*) as n_closed
    from contribution
    where closed_release is not null
    group by closed_release, closed_reason
),

moved as (
    select
        coalesce(opened.release_number, closed.release_number) as release_number,
        coalesce(opened.reason, closed.reason) as reason,
        coalesce(opened.n_opened, 0) as n_opened,
        coalesce(closed.n_closed, 0) as n_closed
    from opened
    full join closed on opened.release_number = closed.release_number and opened.reason = closed.reason
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
    left join moved on release.release_number = moved.release_number
)

select * from final
