-- One station of a night, as its rows stand at this moment: a view, so that it also knows the stations after this one
-- and nights that failed. A station that is at work and whose lock nobody holds was interrupted.
{{ config(materialized='view') }}
with run as (
    select
        *,
        run_key = max(run_key) over () and release.is_night_running() as is_at_work
    from {{ source('release', 'run') }}
),

station as (
    select
        station.*,
        case
            when station.state = 'running' and not run.is_at_work then 'interrupted'
            else station.state
        end as state_now
    from {{ source('release', 'run_station') }} as station
    inner join run on station.run_key = run.run_key
),

interrupted as (
    select distinct run_key
    from station
    where state_now = 'interrupted'
),

node as (
    select * from {{ source('release', 'run_node') }}
),

nodes as (
    select
        run_key,
        station,
        count(*) as n_nodes,
        count(*) filter (where resource_type = 'test') as n_tests,
        count(*) filter (where status in ('error', 'fail', 'runtime error', 'partial success')) as n_failed_nodes,
        (array_agg(node order by seconds desc, node))[1] as slowest_node,
        max(seconds) as slowest_node_seconds
    from node
    group by run_key, station
),

final as (
    select
        run.run_key,
        run.as_of,
        run.started_at as run_started_at,
        run.finished_at as run_finished_at,
        case
            when run.state = 'running' and (interrupted.run_key is not null or run.run_key < max(run.run_key) over ())
                then 'interrupted'
            else run.state
        end as run_state,
        run.failed_station,
        run.release_number,
        run.release_hash,
        station.station,
        station.position,
        station.state_now as state,
        station.failed_reason,
        station.note,
        station.n_tries,
        station.started_at,
        station.finished_at,
        station.seconds,
        station.rows_in,
        station.rows_out,
        coalesce(nodes.n_nodes, 0) as n_nodes,
        coalesce(nodes.n_tests, 0) as n_tests,
        coalesce(nodes.n_failed_nodes, 0) as n_failed_nodes,
        nodes.slowest_node,
        nodes.slowest_node_seconds
    from run
    left join station on run.run_key = station.run_key
    left join interrupted on run.run_key = interrupted.run_key
    left join nodes on station.run_key = nodes.run_key and station.station = nodes.station
)

select * from final
