-- A block that repeats the period before figure by figure. A fund that is closed cannot move and is left out.
{{ config(materialized='ephemeral') }}

with matched as (
    {{ rule_matches('not_copy') }}
),

rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

judged as (
    select * from {{ ref('chk_judged') }}
),

fund as (
    select * from {{ ref('funds') }}
),

paired as (
    select
        matched.rule_number,
        matched.submission_key,
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        split_part(matched.line_key, '|', 3) as line_name,
        matched.figure_dimension_key,
        matched.figure_column_name,
        max(matched.value) filter (where matched.side = 'left') as value_now,
        max(matched.value) filter (where matched.side = 'right') as value_before
    from matched
    group by
        matched.rule_number,
        matched.submission_key,
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        split_part(matched.line_key, '|', 3),
        matched.figure_dimension_key,
        matched.figure_column_name
),

counted as (
    select
        rule_number,
        submission_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        count(*) filter (where value_now <> 0) as n_nonzero,
        count(*) filter (where value_now <> 0 and value_now = value_before) as n_same,
        count(*) filter (where value_now is distinct from value_before) as n_moved,
        count(value_before) as n_before
    from paired
    group by
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        rule_number,
        submission_key
),

final as (
    select
        rule.rule_id,
        counted.submission_key,
        {{ scope_key('counted') }} as scope_key,
        {%- for name in scope_columns() %}
            counted.{{ name }},
        {%- endfor %}
        case
            when counted.n_before = 0 or counted.n_nonzero < (rule.parameters ->> 'min_nonzero')::integer
                then 'undecided'
            when counted.n_moved = 0 then 'fail'
            else 'pass'
        end as verdict,
        case
            when counted.n_before = 0 or counted.n_nonzero < (rule.parameters ->> 'min_nonzero')::integer then null
            when counted.n_moved = 0 then 'hard'
            else 'exact'
        end as closeness,
        case
            when counted.n_before = 0 then 'no_counterpart_report'
            when counted.n_nonzero < (rule.parameters ->> 'min_nonzero')::integer then 'too_few_figures'
            when counted.n_moved = 0 then 'stale_copy'
        end as reason,
        counted.n_same::numeric as left_value,
        counted.n_same::numeric as left_low,
        counted.n_same::numeric as left_high,
        counted.n_nonzero::numeric as right_value,
        counted.n_nonzero::numeric as right_low,
        counted.n_nonzero::numeric as right_high,
        counted.n_moved::numeric as difference
    from counted
    inner join rule on counted.rule_number = rule.rule_number
    inner join judged on counted.submission_key = judged.submission_key
    left join fund on counted.fund_code = fund.fund_code
    where fund.valid_to is null or fund.valid_to >= judged.period_end
)

select * from final
