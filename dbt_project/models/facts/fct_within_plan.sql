-- Money that a blocking rule keeps within the plan of its fund, through however many steps (settled <= disbursed <= …
-- <= plan).

with recursive rule as (
    select * from {{ source('register', 'rule') }}
    where family = 'linear' and operator = '<=' and severity = 'block'
),

rule_term as (
    select * from {{ source('register', 'rule_term') }}
),

form_column as (
    select * from {{ source('register', 'form_column') }}
),

budget_indicator as (
    select distinct indicator_code from {{ ref('indicator_sources') }}
    where fact = 'fct_budget'
),

-- only a rule with one term on each side says that one figure keeps within another
simple as (
    select rule.rule_id
    from rule
    inner join rule_term on rule.rule_id = rule_term.rule_id
    -- and not of some lines or under a condition alone, which is a term of its own
    where not rule.parameters ? 'when_codes'
    group by rule.rule_id
    having
        count(*) = 2
        and count(rule_term.where_codes) = 0
        and bool_and(rule_term.coefficient = 1 and rule_term.line_kind = 'detail')
),

side as (
    select
        rule_term.rule_id,
        rule_term.side,
        form_column.form_code,
        form_column.sheet_code,
        form_column.column_name,
        form_column.fund_code,
        form_column.indicator_code,
        form_column.measure
    from simple
    inner join rule_term on simple.rule_id = rule_term.rule_id
    inner join form_column
        on rule_term.form_code = form_column.form_code
        and rule_term.sheet_code = form_column.sheet_code
        and form_column.column_name = any(rule_term.column_names)
    where rule_term.period_shift in ('same', 'plan_in_force')
),

step as (
    select
        small.form_code,
        small.sheet_code,
        small.column_name,
        small.indicator_code,
        small.fund_code,
        large.form_code as large_form_code,
        large.sheet_code as large_sheet_code,
        large.column_name as large_column_name,
        large.measure = 'plan'
        and large.indicator_code in (select b.indicator_code from budget_indicator as b) as is_plan
    from side as small
    inner join side as large
        on small.rule_id = large.rule_id
        and small.side = 'left'
        and large.side = 'right'
        and (small.fund_code = large.fund_code or small.fund_code is null or large.fund_code is null)
),

reached as (
    select
        form_code,
        sheet_code,
        column_name,
        indicator_code,
        fund_code
    from step
    where is_plan
    union
    select
        step.form_code,
        step.sheet_code,
        step.column_name,
        step.indicator_code,
        step.fund_code
    from step
    inner join reached
        on step.large_form_code = reached.form_code
        and step.large_sheet_code = reached.sheet_code
        and step.large_column_name = reached.column_name
),

final as (
    select distinct
        form_code,
        indicator_code,
        coalesce(fund_code, '') as fund_code
    from reached
    where indicator_code is not null
)

select * from final
