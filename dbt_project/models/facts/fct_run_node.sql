-- One model, seed or test that dbt ran in a station of a night, also when it failed: a view, for rows go on coming.
{{ config(materialized='view') }}
with node as (
    select * from {{ source('release', 'run_node') }}
),

final as (
    select
        run_node_key,
        run_key,
        station,
        try_number,
        node,
        resource_type,
        status,
        seconds,
        n_rows,
        message,
        recorded_at
    from node
)

select * from final
