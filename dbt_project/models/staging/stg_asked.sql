-- Every report that the calendar asks for, as many days ahead as a reminder goes out before the due date: unit × form
-- × period_end, when it is due, and who is chased.
{{ config(materialized='table', indexes=[{'columns': ['unit_key', 'form_code', 'period_end']}]) }}

with ahead as (
    select coalesce(max(parameter_value), 0)::integer as days
    from {{ ref('parameters') }}
    where parameter_code = 'remind_days_before'
),

tonight as (
    select
        as_of::date as today,
        as_of::date + ahead.days as horizon
    from {{ source('release', 'tonight') }}
    cross join ahead
),

calendar as (
    select * from {{ ref('calendar') }}
),

unit as (
    select * from {{ ref('units') }}
),

form_role as (
    select * from {{ ref('form_roles') }}
),

succession as (
    select * from {{ ref('stg_succession') }}
),

plan as (
    select * from {{ ref('stg_plan') }}
),

submission as (
    select * from {{ ref('stg_submission') }}
),

asked as (
    select
        calendar.calendar_code,
        calendar.form_code,
        calendar.owed_by,
        calendar.unit_kinds,
        calendar.legal_basis,
        calendar.certainty,
        (month_start + interval '1 month - 1 day')::date as period_end,
        (
            month_start + make_interval(months => calendar.due_month_offset::integer)
            + make_interval(days => calendar.due_day::integer - 1)
        )::date as due_date
    from calendar
    cross join tonight
    cross join
        lateral generate_series(
            date_trunc('month', calendar.first_period_end),
            date_trunc('month', least(calendar.last_period_end, tonight.horizon)),
            interval '1 month'
        ) as month_start
    where register.month_of_year(month_start::date)::text = any(string_to_array(calendar.period_months, '|'))
),

-- a decision's line is owed by the unit it names or, once that is closed, by whoever followed it
assigned as (
    select
        plan.unit_key,
        plan.budget_year,
        plan.decided_date,
        plan.value
    from plan
    inner join submission on plan.submission_key = submission.submission_key
    where submission.is_newest_accepted and submission.has_document_no and plan.value is not null
),

assigned_or_inherited as (
    select * from assigned
    union all
    select
        succession.successor_key as unit_key,
        assigned.budget_year,
        greatest(assigned.decided_date, succession.effective_date) as decided_date,
        assigned.value
    from assigned
    inner join succession on assigned.unit_key = succession.predecessor_key
),

planned as (
    select
        asked.calendar_code,
        asked.period_end,
        assigned_or_inherited.unit_key
    from asked
    inner join assigned_or_inherited
        on assigned_or_inherited.budget_year = register.budget_year_of(asked.period_end)
        and asked.period_end >= assigned_or_inherited.decided_date
    where asked.owed_by = 'planned'
    group by asked.calendar_code, asked.period_end, assigned_or_inherited.unit_key
    having sum(assigned_or_inherited.value) > 0
),

responsible as (
    select distinct on (succession.predecessor_key)
        succession.predecessor_key,
        succession.successor_key
    from succession
    inner join tonight on succession.effective_date <= tonight.today
    order by succession.predecessor_key, succession.steps desc
),

final as (
    select
        unit.unit_key,
        unit.unit_kind,
        asked.form_code,
        asked.period_end,
        register.budget_year_of(asked.period_end) as budget_year,
        form_role.sender_role,
        asked.calendar_code,
        asked.owed_by,
        asked.due_date,
        least(asked.period_end, asked.due_date) <= tonight.today as is_owed,
        tonight.today > asked.due_date as is_due,
        coalesce(responsible.successor_key, unit.unit_key) as responsible_unit_key,
        asked.legal_basis,
        asked.certainty
    from asked
    cross join tonight
    inner join unit
        on unit.unit_kind = any(string_to_array(asked.unit_kinds, '|'))
        and asked.period_end between unit.valid_from and coalesce(unit.valid_to, 'infinity')
    left join planned
        on asked.calendar_code = planned.calendar_code
        and asked.period_end = planned.period_end
        and unit.unit_key = planned.unit_key
    left join form_role
        on asked.form_code = form_role.form_code
        and unit.unit_kind = form_role.unit_kind
    left join responsible on unit.unit_key = responsible.predecessor_key
    where
        least(asked.period_end, asked.due_date) <= tonight.horizon
        and (asked.owed_by = 'all' or planned.unit_key is not null)
)

select * from final
