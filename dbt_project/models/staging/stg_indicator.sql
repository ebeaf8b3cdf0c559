-- What the register says of each code under which figures stand, asked nowhere else: is it money, in what is it
-- stored, which measure does its behaviour mean, and what does a blank say. Beside the indicators stand the facts that
-- a form stores without one.
{{ config(materialized='table', post_hook='analyze {{ this }}') }}

with indicator as (
    select * from {{ ref('indicators') }}
),

unit_of_measure as (
    select * from {{ ref('units_of_measure') }}
),

behaviour as (
    select * from {{ ref('behaviours') }}
),

form_column as (
    select * from {{ source('register', 'form_column') }}
),

of_indicators as (
    select
        indicator.indicator_code,
        indicator.activity,
        unit_of_measure.is_money,
        unit_of_measure.stored_unit,
        unit_of_measure.stored_factor,
        behaviour.measure,
        behaviour.blank
    from indicator
    left join unit_of_measure on indicator.unit = unit_of_measure.unit
    left join behaviour on indicator.behaviour = behaviour.behaviour
),

-- such a fact is money when every column that is stored as it is a column of money
of_facts as (
    select
        fact as indicator_code,
        null::text as activity,
        bool_and(column_type = 'money') as is_money,
        null::text as stored_unit,
        null::bigint as stored_factor,
        null::text as measure,
        null::text as blank
    from form_column
    where fact is not null
    group by fact
),

final as (
    select * from of_indicators
    union all
    select * from of_facts
)

select * from final
