-- How finely a column is printed, for each unit of measure in it. A total may be printed finer than its parts but is never
-- taken as coarser.
{{ config(
    materialized='table', unlogged=true,
    pre_hook=["analyze {{ source('raw', 'cell') }}", "analyze {{ source('raw', 'line') }}"],
    post_hook='analyze {{ this }}'
) }}

with cell as (
    select * from {{ source('raw', 'cell') }}
),

line as (
    select * from {{ source('raw', 'line') }}
),

indicator as (
    select * from {{ ref('indicators') }}
),

final as (
    select
        cell.submission_key,
        cell.sheet_code,
        cell.column_name,
        coalesce(indicator.unit, '') as unit_of_measure,
        coalesce(max(cell.decimals) filter (where line.line_kind = 'detail'), 0) as detail_decimals,
        coalesce(max(cell.decimals), 0) as total_decimals,
        bool_and(bool_and(cell.reading = 'blank') filter (where line.line_kind = 'detail')) over (
            partition by cell.submission_key, cell.sheet_code, cell.column_name
        ) as is_wholly_blank
    from cell
    inner join line
        on cell.submission_key = line.submission_key
        and cell.sheet_code = line.sheet_code
        and cell.row_number = line.row_number
    left join indicator on line.indicator_code = indicator.indicator_code
    group by cell.submission_key, cell.sheet_code, cell.column_name, coalesce(indicator.unit, '')
)

select * from final
