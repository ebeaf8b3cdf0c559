-- Is a whole report in its unit of money? It is not when enough independent measures say the same power of ten and none
-- says another; one that says that the report is right is enough to hold nothing.
{{ config(materialized='ephemeral') }}

with judged as (
    select * from {{ ref('chk_judged') }}
),

measure as (
    select * from {{ ref('chk_scale_measure') }}
),

parameter as (
    select parameter_value as least_measures
    from {{ ref('parameters') }}
    where parameter_code = 'scale_measures_least'
),

counted as (
    select
        measure.rule_id,
        measure.submission_key,
        count(measure.power) as n_measures,
        count(distinct measure.power) as n_powers,
        min(measure.power) as power
    from measure
    inner join judged on measure.submission_key = judged.submission_key
    group by measure.rule_id, measure.submission_key
),

told as (
    select
        counted.*,
        case
            when n_measures = 0 then 'no_measure'
            when n_powers > 1 then 'measures_disagree'
            when power <> 0 and n_measures < parameter.least_measures then 'too_few_measures'
        end as hindrance
    from counted
    cross join parameter
),

final as (
    select
        told.rule_id,
        told.submission_key,
        '' as scope_key,
        {%- for name in scope_columns() %}
            '' as {{ name }},
        {%- endfor %}
        case when hindrance is not null then 'undecided' when power <> 0 then 'fail' else 'pass' end as verdict,
        case when hindrance is not null then null when power <> 0 then 'hard' else 'exact' end as closeness,
        case when hindrance is not null then hindrance when power <> 0 then 'wrong_unit' end as reason,
        -- how many times too large the report is, beside once
        sides.times as left_value,
        sides.times as left_low,
        sides.times as left_high,
        sides.once as right_value,
        sides.once as right_low,
        sides.once as right_high,
        sides.times - sides.once as difference
    from told
    cross join lateral (
        select
            case when hindrance is null then power(10::numeric, told.power) else 0 end as times,
            case when hindrance is null then 1 else 0 end::numeric as once
    ) as sides
)

select * from final
