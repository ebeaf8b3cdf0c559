-- Cells that the gate held when it last spoke. A disputed figure is no evidence against another report: what was
-- compared with it waits.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with hold as (
    select * from {{ source('checks', 'hold') }}
),

last_gate as (
    select max(run_key) as run_key
    from {{ source('checks', 'standing') }}
),

final as (
    select distinct
        hold.submission_key,
        hold.sheet_code,
        hold.row_number,
        hold.column_name
    from hold
    inner join last_gate on hold.run_key = last_gate.run_key
)

select * from final
