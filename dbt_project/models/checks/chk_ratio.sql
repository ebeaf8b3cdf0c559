-- Stated percentages: the printed ratio against the interval of numerator over denominator, then against the other
-- denominators that the rule names.
{{ config(materialized='ephemeral') }}

with matched as (
    {{ rule_matches('ratio') }}
),

rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

summed as (
    select
        matched.rule_number,
        matched.submission_key,
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        max(value) filter (where role = 'reported') as reported,
        max(low) filter (where role = 'reported') as reported_low,
        max(high) filter (where role = 'reported') as reported_high,
        max(truncated_low) filter (where role = 'reported') as reported_truncated_low,
        max(truncated_high) filter (where role = 'reported') as reported_truncated_high,
        sum(value) filter (where role = 'numerator') as numerator,
        sum(low) filter (where role = 'numerator') as numerator_low,
        sum(high) filter (where role = 'numerator') as numerator_high,
        bool_or(is_unreadable) as is_unreadable,
        bool_or(is_missing) filter (where role in ('reported', 'numerator')) as is_missing
    from matched
    group by
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        matched.rule_number,
        matched.submission_key
),

denominator as (
    select
        matched.rule_number,
        matched.submission_key,
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        matched.alternative,
        sum(value) as denominator,
        sum(low) as denominator_low,
        sum(high) as denominator_high
    from matched
    where role = 'denominator'
    group by
        matched.rule_number,
        matched.submission_key,
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        matched.alternative
    having count(value) > 0 and sum(low) > 0
),

-- worked out once, so that the ladder below is an expression of columns
tried as materialized (
    select
        summed.*,
        denominator.alternative,
        scale.scale * summed.numerator / denominator.denominator - scale.less as ratio,
        scale.scale * summed.numerator_low / denominator.denominator_high - scale.less as ratio_low,
        scale.scale * summed.numerator_high / denominator.denominator_low - scale.less as ratio_high
    from summed
    inner join rule on summed.rule_number = rule.rule_number
    -- growth is what the ratio is above one
    cross join
        lateral (
            select
                (rule.parameters ->> 'scale')::numeric as scale,
                case
                    when (rule.parameters ->> 'growth')::boolean then (rule.parameters ->> 'scale')::numeric else 0
                end as less
        ) as scale
    left join denominator
        on summed.rule_number = denominator.rule_number
        and summed.submission_key = denominator.submission_key
        {%- for name in scope_columns() %}
            and summed.{{ name }} = denominator.{{ name }}
        {%- endfor %}
    where summed.reported is not null
),

placed as (
    select
        tried.*,
        coalesce(
            checks.closeness(
                '==',
                ratio - reported,
                ratio_low - reported_high,
                ratio_high - reported_low,
                ratio_low - reported_truncated_high,
                ratio_high - reported_truncated_low
            ),
            'hard'
        ) as closeness
    from tried
),

-- the declared denominator speaks; if it fails, one of the others may tell what was meant
judged as (
    select
        rule_number,
        submission_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        reported,
        reported_low,
        reported_high,
        bool_or(is_unreadable) as is_unreadable,
        bool_or(coalesce(is_missing, false)) as is_missing,
        max(ratio) filter (where alternative = 0) as ratio,
        max(ratio_low) filter (where alternative = 0) as ratio_low,
        max(ratio_high) filter (where alternative = 0) as ratio_high,
        max(closeness) filter (where alternative = 0) as closeness,
        min(alternative) filter (where alternative > 0 and closeness <> 'hard') as fitting_alternative
    from placed
    group by
        rule_number,
        submission_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        reported,
        reported_low,
        reported_high
),

final as (
    select
        rule.rule_id,
        judged.submission_key,
        {{ scope_key('judged') }} as scope_key,
        {%- for name in scope_columns() %}
            judged.{{ name }},
        {%- endfor %}
        case
            when judged.is_unreadable or judged.is_missing or judged.closeness is null then 'undecided'
            when judged.closeness = 'hard' then 'fail'
            else 'pass'
        end as verdict,
        case
            when judged.is_unreadable or judged.is_missing then null
            else judged.closeness
        end as closeness,
        case
            when judged.is_unreadable then 'unreadable'
            when judged.is_missing then 'missing_value'
            when judged.closeness is null then 'no_denominator'
            when judged.closeness = 'hard' and judged.fitting_alternative is not null
                then 'wrong_denominator:' || judged.fitting_alternative
        end as reason,
        judged.reported as left_value,
        judged.reported_low as left_low,
        judged.reported_high as left_high,
        round(judged.ratio, 6) as right_value,
        round(judged.ratio_low, 6) as right_low,
        round(judged.ratio_high, 6) as right_high,
        judged.reported - round(judged.ratio, 6) as difference
    from judged
    inner join rule on judged.rule_number = rule.rule_number
)

select * from final
