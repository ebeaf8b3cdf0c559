-- The comparisons of every rule of the family scale, each with its gauge, under the number that its terms have.
{{ config(materialized='ephemeral') }}

with rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

final as (
    select
        rule.rule_id,
        rule.rule_number,
        rule.judges_form,
        rule.valid_from,
        coalesce(rule.valid_to, 'infinity') as valid_to,
        named.gauge,
        named.position::integer as alternative
    from rule
    cross join
        lateral jsonb_array_elements_text(rule.parameters -> 'gauges') with ordinality as named (gauge, position)
    where rule.family = 'scale'
)

select * from final
