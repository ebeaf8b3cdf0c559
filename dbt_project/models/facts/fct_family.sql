-- Whose earlier figures a unit's report answers for: its own, and those of the units that it followed in that budget
-- year.
{{ config(unlogged=true) }}

with standing as (
    select * from {{ ref('fct_standing') }}
),

succession as (
    select * from {{ ref('stg_succession') }}
),

final as (
    select
        unit_key,
        form_code,
        period_end,
        budget_year,
        unit_key as member_key,
        true as is_own,
        succession_way
    from standing
    union all
    select
        standing.unit_key,
        standing.form_code,
        standing.period_end,
        standing.budget_year,
        succession.predecessor_key as member_key,
        false as is_own,
        standing.succession_way
    from standing
    inner join succession
        on standing.unit_key = succession.successor_key
        and standing.period_end >= succession.effective_date
        and extract(year from succession.effective_date) = standing.budget_year
)

select * from final
