-- Whose earlier figures a unit's report answers for: its own, and those of the units that it followed in that budget
-- year. A unit in between that reported from the year's begin contains those before it, so they do not count beside it.

with standing as (
    select * from {{ ref('fct_standing') }}
),

succession as (
    select * from {{ ref('stg_succession') }}
),

between_two as (
    select
        earlier.predecessor_key as member_key,
        earlier.successor_key as between_key,
        later.successor_key,
        register.budget_year_of(later.effective_date) as budget_year
    from succession as earlier
    inner join succession as later on earlier.successor_key = later.predecessor_key
    where register.budget_year_of(earlier.effective_date) = register.budget_year_of(later.effective_date)
),

contained as (
    select distinct
        between_two.member_key,
        between_two.successor_key,
        standing.form_code,
        standing.budget_year
    from between_two
    inner join standing
        on between_two.between_key = standing.unit_key
        and between_two.budget_year = standing.budget_year
    where standing.is_in_force and standing.succession_way = 'inclusive'
),

final as (
    select
        unit_key,
        form_code,
        period_end,
        budget_year,
        unit_key as member_key,
        true as is_own,
        succession_date,
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
        standing.succession_date,
        standing.succession_way
    from standing
    inner join succession
        on standing.unit_key = succession.successor_key
        and standing.period_end >= succession.effective_date
        and register.budget_year_of(succession.effective_date) = standing.budget_year
    left join contained
        on succession.predecessor_key = contained.member_key
        and succession.successor_key = contained.successor_key
        and standing.form_code = contained.form_code
        and standing.budget_year = contained.budget_year
    where contained.member_key is null
)

select * from final
