-- Who reported what, and when: one row a report that a unit owes, with its completeness and timeliness. Rates over any
-- choice of rows are sums divided: 100 * sum(n_reported) / sum(n_owed), 100 * sum(n_on_time) / sum(n_owed).
with duty as (
    select * from {{ ref('fct_duty') }}
),

tonight as (
    select * from {{ source('release', 'tonight') }}
),

unit as (
    select * from {{ ref('units') }}
),

-- asking ends when the report comes, so this is how often it was asked for before that
chased as (
    select * from {{ source('outbox', 'chased') }}
),

final as (
    select
        duty.unit_key,
        unit.unit_name,
        duty.form_code,
        duty.period_end,
        duty.budget_year,
        duty.due_date,
        duty.responsible_unit_key,
        duty.state,
        duty.n_owed,
        duty.n_reported,
        duty.n_on_time,
        duty.n_late,
        duty.n_missing,
        duty.n_returned,
        duty.n_nil,
        duty.n_under_review,
        -- what has not come is late by the days until tonight; these move every night and are in no release
        case
            when duty.n_reported = 0 then greatest(tonight.as_of::date - duty.due_date, 0) else duty.days_late
        end as days_late,
        coalesce(chased.n_reminders, 0)::integer as n_reminders,
        coalesce(chased.n_overdue_notices, 0)::integer as n_overdue_notices,
        coalesce(chased.n_escalations, 0)::integer as n_escalations,
        100.0 * duty.n_reported / duty.n_owed as completeness_pct,
        100.0 * duty.n_on_time / duty.n_owed as timeliness_pct,
        tonight.as_of as data_as_of
    from duty
    cross join tonight
    left join unit on duty.unit_key = unit.unit_key
    left join chased
        on duty.unit_key = chased.unit_key
        and duty.form_code = chased.form_code
        and duty.period_end = chased.period_end
)

select * from final
