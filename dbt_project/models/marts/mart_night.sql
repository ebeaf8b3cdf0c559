-- The nights: what each came to and how long it took. A view, so that tonight is seen while it runs and when it failed.
{{ config(materialized='view') }}
with station as (
    select * from {{ ref('fct_run') }}
),

final as (
    select
        run_key,
        as_of,
        run_started_at as started_at,
        coalesce(run_finished_at, max(finished_at)) as finished_at,
        run_state as state,
        failed_station,
        release_number,
        count(*) filter (where state = 'done') as n_stations,
        coalesce(sum(n_tries), 0) as n_tries,
        sum(seconds) as seconds
    from station
    group by run_key, as_of, run_started_at, run_finished_at, run_state, failed_station, release_number
)

select * from final
