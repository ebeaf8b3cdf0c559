-- Whether linear rules with conditions are due, at every scope: a condition does not hold, or cannot be told.
{{ config(materialized='ephemeral') }}

with operand as (
    select * from {{ ref('chk_operand') }}
),

rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

term as (
    select * from {{ ref('chk_rule_column') }}
    where side = 'when'
),

counterpart as (
    select * from {{ ref('chk_counterpart') }}
),

condition as (
    select
        rule.rule_number,
        asked.position::integer as condition_number,
        asked.compared ->> 'operator' as operator,
        (asked.compared ->> 'value')::numeric as bound,
        term.form_code,
        term.period_shift,
        term.source_number,
        term.is_absent_zero,
        term.is_absent_report_zero
    from rule
    cross join
        lateral jsonb_array_elements(rule.parameters -> 'when') with ordinality as asked (compared, position)
    inner join (
        select distinct
            rule_number,
            alternative,
            form_code,
            period_shift,
            source_number,
            is_absent_zero,
            is_absent_report_zero
        from term
    ) as term
        on rule.rule_number = term.rule_number and asked.position = term.alternative
),

asked as (
    select
        operand.rule_number,
        operand.submission_key,
        {%- for name in scope_columns() %}
            operand.{{ name }},
        {%- endfor %}
        condition.operator,
        condition.bound,
        found.left_low,
        found.left_high,
        -- where all that it asks of is not applicable, there is nothing of it
        coalesce(found.n_applicable = 0, false) as is_nothing,
        coalesce(found.n_left_absent = 0 and not found.is_disputed, false) as is_told,
        found.rule_number is null and case
            when condition.source_number = 0 or counterpart.n_evidence > 0 then condition.is_absent_zero
            else condition.is_absent_report_zero
        end as is_nought
    from operand
    inner join condition on operand.rule_number = condition.rule_number
    left join operand as found
        on operand.rule_number = found.rule_number
        and operand.submission_key = found.submission_key
        {%- for name in scope_columns() %}
            and operand.{{ name }} = found.{{ name }}
        {%- endfor %}
        and condition.condition_number = found.condition_number
    left join counterpart
        on operand.submission_key = counterpart.submission_key
        and condition.form_code = counterpart.counterpart_form_code
        and condition.period_shift = counterpart.period_shift
    where operand.condition_number = 0
),

said as (
    select
        asked.*,
        case
            when is_nothing then false
            when is_nought then checks.is_certain(operator, 0, 0, bound)
            when is_told then checks.is_certain(operator, left_low, left_high, bound)
        end as is_met
    from asked
),

final as (
    select
        rule_number,
        submission_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        bool_or(not coalesce(is_met, true)) as is_broken,
        bool_or(is_met is null) as is_untold
    from said
    group by
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        rule_number, submission_key
)

select * from final
