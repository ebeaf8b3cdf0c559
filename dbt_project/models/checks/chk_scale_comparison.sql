-- The comparisons of every rule of the family scale, each with its gauge and the form and time that it is gauged
-- against (null: the things that the report counts), under the number that its terms have.
{{ config(materialized='ephemeral') }}

with rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

against as (
    select distinct
        rule_id,
        alternative,
        form_code,
        period_shift
    from {{ source('register', 'rule_term') }}
    where role = 'against'
),

final as (
    select
        rule.rule_id,
        rule.rule_number,
        rule.judges_form,
        rule.valid_from,
        coalesce(rule.valid_to, 'infinity') as valid_to,
        named.gauge,
        named.position::integer as alternative,
        against.form_code as against_form,
        against.period_shift as against_shift
    from rule
    cross join
        lateral jsonb_array_elements_text(rule.parameters -> 'gauges') with ordinality as named (gauge, position)
    left join against on rule.rule_id = against.rule_id and named.position = against.alternative
    where rule.family = 'scale'
)

select * from final
