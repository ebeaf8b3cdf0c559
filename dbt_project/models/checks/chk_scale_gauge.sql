-- What each independent gauge says of the unit of money of a whole report: by which power of ten its amounts are too
-- large (0: they are right), or why it says nothing. A night builds it whole, like the verdicts made from it.
{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='submission_key',
    pre_hook=hash_joins_only(),
    post_hook='analyze {{ this }}'
) }}

with judged as (
    select * from {{ ref('chk_judged') }}
),

-- two units of money lie one of these powers of ten apart
power as (
    select distinct round(log(one.stored_factor::numeric / other.stored_factor))::integer as power
    from {{ ref('units_of_measure') }} as one
    cross join {{ ref('units_of_measure') }} as other
    where one.is_money and other.is_money
),

parameter as (
    select
        log(max(parameter_value) filter (where parameter_code = 'scale_nearness_times'))::double precision as nearness,
        max(parameter_value) filter (where parameter_code = 'scale_share_pct') as least_share_pct,
        max(parameter_value) filter (where parameter_code = 'scale_least_vnd') as least_vnd,
        max(parameter_value) filter (where parameter_code = 'scale_units_least') as least_units
    from {{ ref('parameters') }}
),

comparison as (
    select * from {{ ref('chk_scale_comparison') }}
),

sized as (
    select
        paired.rule_number,
        paired.gauge,
        paired.submission_key,
        paired.is_disputed,
        paired.is_of_record,
        paired.own_value,
        coalesce(paired.against_value, paired.things) as counted,
        paired.gauge = 'own_size' and usual.n_units < parameter.least_units as is_of_few,
        paired.gauge = 'own_size'
        and greatest(usual.quartiles[3] - usual.quartiles[2], usual.quartiles[2] - usual.quartiles[1])
        > parameter.nearness as is_scattered,
        case
            when paired.gauge = 'own_size'
                then paired.things * power(10::numeric, usual.quartiles[2]::numeric)
            else paired.against_value
        end as reference_value
    from {{ ref('chk_scale_pair') }} as paired
    inner join judged on paired.submission_key = judged.submission_key
    cross join parameter
    left join {{ ref('chk_usual_size') }} as usual
        on paired.rule_number = usual.rule_number
        and paired.alternative = usual.alternative
        and paired.fund_code = usual.fund_code
        and judged.form_code = usual.form_code
        and judged.budget_year = usual.budget_year
        and judged.period_end = usual.period_end
),

weighed as (
    select
        sized.*,
        sized.own_value > 0 and sized.reference_value > 0
        and not coalesce(sized.is_of_few or sized.is_scattered, false) as is_compared,
        case
            when sized.own_value > 0 and sized.reference_value > 0
                then log(sized.own_value / sized.reference_value)::double precision
        end as digits
    from sized
),

told as (
    select
        weighed.rule_number,
        weighed.gauge,
        weighed.submission_key,
        power.power
    from weighed
    cross join parameter
    inner join power on abs(weighed.digits - power.power) <= parameter.nearness
    where weighed.is_compared
),

middle as (
    select
        rule_number,
        gauge,
        submission_key,
        count(*) filter (where is_compared) as n_compared,
        percentile_cont(0.5) within group (order by digits) filter (where is_compared) as middle_digits,
        sum(own_value) filter (where is_compared) as own_value,
        sum(reference_value) filter (where is_compared) as reference_value,
        bool_or(is_of_record) filter (where is_compared) as is_of_record,
        bool_or(is_disputed) as is_disputed,
        bool_or(coalesce(counted, 0) > 0) as has_source,
        bool_or(coalesce(own_value, 0) > 0) as has_own,
        bool_or(coalesce(is_of_few, true)) as is_of_few,
        bool_or(is_scattered) as is_scattered
    from weighed
    group by rule_number, gauge, submission_key
),

alike as (
    select
        rule_number,
        gauge,
        submission_key,
        power,
        count(*) as n_alike,
        sum(count(*)) over (partition by rule_number, gauge, submission_key) as n_telling
    from told
    group by rule_number, gauge, submission_key, power
),

spoken as (
    select
        middle.*,
        power.power,
        coalesce(alike.n_alike, 0) as n_alike,
        coalesce(alike.n_telling, 1) as n_telling
    from middle
    cross join parameter
    left join power on abs(middle.middle_digits - power.power) <= parameter.nearness
    left join alike
        on middle.rule_number = alike.rule_number
        and middle.gauge = alike.gauge
        and middle.submission_key = alike.submission_key
        and power.power = alike.power
),

due as (
    select distinct
        comparison.rule_id,
        comparison.rule_number,
        comparison.gauge,
        judged.submission_key
    from comparison
    inner join judged
        on comparison.judges_form = judged.form_code
        and judged.period_end between comparison.valid_from and comparison.valid_to
),

reasoned as (
    select
        due.rule_id,
        due.submission_key,
        due.gauge,
        spoken.own_value,
        spoken.reference_value,
        spoken.middle_digits,
        coalesce(spoken.n_compared, 0) as n_compared,
        coalesce(spoken.is_of_record, false) as is_of_record,
        spoken.power,
        case
            when not coalesce(spoken.has_source, false)
                then case when spoken.is_disputed then 'counterpart_disputed' else 'no_source' end
            when not spoken.has_own then 'nothing_to_compare'
            when spoken.n_compared = 0 and spoken.is_disputed then 'counterpart_disputed'
            when spoken.n_compared = 0 and spoken.is_scattered then 'sizes_scattered'
            when spoken.n_compared = 0 and spoken.is_of_few and due.gauge = 'own_size' then 'too_few_units'
            when spoken.n_compared = 0 then 'nothing_to_compare'
            when spoken.reference_value < parameter.least_vnd then 'too_small'
            when spoken.power is null then 'between_powers'
            when 100 * spoken.n_alike < parameter.least_share_pct * spoken.n_telling then 'parts_differ'
        end as reason
    from due
    cross join parameter
    left join spoken
        on due.rule_number = spoken.rule_number
        and due.gauge = spoken.gauge
        and due.submission_key = spoken.submission_key
),

final as (
    select
        rule_id,
        submission_key,
        gauge,
        own_value,
        reference_value,
        round(power(10::numeric, middle_digits::numeric), 12) as ratio,
        n_compared,
        is_of_record,
        case when reason is null then power end as power,
        reason
    from reasoned
)

select * from final
