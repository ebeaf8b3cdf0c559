-- One station of a night: what it took in and gave out, and how long it took.
with run as (
    select * from {{ source('release', 'run') }}
),

station as (
    select * from {{ source('release', 'run_station') }}
),

final as (
    select
        run.run_key,
        run.as_of,
        run.state,
        run.failed_station,
        station.station,
        station.position,
        station.seconds,
        station.rows_in,
        station.rows_out
    from run
    left join station on run.run_key = station.run_key
)

select * from final
