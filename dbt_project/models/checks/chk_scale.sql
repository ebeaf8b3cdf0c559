-- Is a whole report in its unit of money? It is not when enough independent gauges say the same power of ten and none
-- says another; one that says that the report is right is enough to hold nothing. Check columns alone, which a report
-- may have from elsewhere, say nothing of its own figures.
{{ config(materialized='ephemeral') }}

with judged as (
    select * from {{ ref('chk_judged') }}
),

gauge as (
    select * from {{ ref('chk_scale_gauge') }}
),

parameter as (
    select parameter_value as least_gauges
    from {{ ref('parameters') }}
    where parameter_code = 'scale_gauges_least'
),

counted as (
    select
        gauge.rule_id,
        gauge.submission_key,
        count(gauge.power) as n_gauges,
        count(distinct gauge.power) as n_powers,
        min(gauge.power) as power,
        bool_or(gauge.is_of_record) filter (where gauge.power is not null) as is_of_record
    from gauge
    inner join judged on gauge.submission_key = judged.submission_key
    group by gauge.rule_id, gauge.submission_key
),

told as (
    select
        counted.*,
        case
            when n_gauges = 0 then 'no_gauge'
            when n_powers > 1 then 'gauges_disagree'
            when power <> 0 and n_gauges < parameter.least_gauges then 'too_few_gauges'
            when power <> 0 and not is_of_record then 'check_columns_alone'
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
