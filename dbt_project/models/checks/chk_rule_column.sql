-- The terms of all rules, one row a column of a form, so that figures find their rules by equality.
{{ config(
    materialized='table',
    indexes=[{'columns': ['judges_form', 'form_code', 'sheet_code', 'column_name', 'period_shift']}],
    post_hook='analyze {{ this }}'
) }}

with rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

rule_term as (
    select * from {{ source('register', 'rule_term') }}
),

-- what the rule compares with beside the report judged: forms and times, by number
source as (
    select
        rule.rule_id,
        rule_term.form_code,
        rule_term.period_shift,
        row_number() over (
            partition by rule.rule_id order by rule_term.form_code, rule_term.period_shift
        )::integer as source_number
    from rule
    inner join rule_term on rule.rule_id = rule_term.rule_id
    where rule_term.form_code <> rule.judges_form or rule_term.period_shift <> 'same'
    group by rule.rule_id, rule_term.form_code, rule_term.period_shift
),

condition as (
    select
        rule.rule_id,
        array_agg(asked.codes) as when_codes
    from rule
    cross join lateral jsonb_array_elements(rule.parameters -> 'when_codes') as asked (codes)
    group by rule.rule_id
),

final as (
    select
        rule.rule_number,
        rule.rule_id,
        rule.family,
        rule.judges_form,
        rule.valid_from,
        coalesce(rule.valid_to, 'infinity') as valid_to,
        coalesce((rule.parameters ->> 'each')::boolean, false) as is_each,
        rule.operator,
        rule_term.term_number,
        rule_term.side,
        rule_term.role,
        rule_term.alternative,
        rule_term.aggregate,
        rule_term.coefficient,
        rule_term.form_code,
        rule_term.sheet_code,
        rule_term.period_shift,
        rule_term.line_kind,
        picked.column_name,
        rule_term.indicator_codes,
        rule_term.fund_codes,
        rule_term.activity_codes,
        rule_term.measure,
        rule_term.where_codes::jsonb[] as where_codes,
        condition.when_codes,
        rule_term.is_absent_zero,
        rule_term.is_absent_report_zero,
        coalesce(source.source_number, 0) as source_number,
        'activity_code' = any(rule.scope) as by_activity,
        'fund_code' = any(rule.scope) as by_fund,
        'indicator_code' = any(rule.scope) as by_indicator,
        'column_name' = any(rule.scope) as by_column,
        'project_key' = any(rule.scope) as by_project,
        'establishment_key' = any(rule.scope) as by_establishment,
        'unit_key' = any(rule.scope) as by_unit,
        (
            select array_agg(named.name) from unnest(rule.scope) as named (name)
            where
                named.name <> all(array[
                    {%- for name in scope_columns() %}
                        '{{ name }}'{{ "," if not loop.last }}
                    {%- endfor %}
                ])
        ) as own_scope
    from rule
    inner join rule_term on rule.rule_id = rule_term.rule_id
    left join source
        on rule.rule_id = source.rule_id
        and rule_term.form_code = source.form_code
        and rule_term.period_shift = source.period_shift
    left join condition on rule.rule_id = condition.rule_id
    cross join lateral unnest(rule_term.column_names) as picked (column_name)
)

select * from final
