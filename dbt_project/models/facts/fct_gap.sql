-- Figures that are owed and not there: all of a report that is missing, and the lines of projects that a report in
-- force leaves out. One row a key with an earlier accepted figure or a plan, else one under the indicator's activity.
{{ config(pre_hook=hash_joins_only()) }}

with standing as (
    select * from {{ ref('fct_standing') }}
),

family as (
    select * from {{ ref('fct_family') }}
),

owed_figure as (
    select * from {{ ref('fct_owed_figure') }}
),

figure as (
    select * from {{ ref('fct_figure') }}
),

assigned as (
    select * from {{ ref('fct_assigned') }}
),

form as (
    select * from {{ source('register', 'form') }}
),

absent as (
    select
        standing.unit_key,
        standing.form_code,
        standing.period_end,
        standing.budget_year,
        owed_figure.indicator_code,
        owed_figure.fund_code,
        owed_figure.measure,
        owed_figure.fact,
        owed_figure.stage,
        owed_figure.is_line_form,
        owed_figure.activity_code as usual_activity_code,
        owed_figure.months_before,
        owed_figure.months,
        concat_ws('|', standing.form_code, standing.unit_key, standing.period_end, standing.sender_role)
            as cause_reference
    from standing
    inner join owed_figure
        on standing.form_code = owed_figure.form_code
        and standing.period_end >= coalesce(owed_figure.owed_from, standing.period_end)
        and standing.period_end <= coalesce(owed_figure.owed_to, standing.period_end)
    inner join form on standing.form_code = form.form_code
    -- a month that the report before told is not owed once more
    cross join
        lateral (
            select coalesce(max(told.month_of_year), 0) as month_of_year
            from unnest(form.period_months) as told (month_of_year)
            where told.month_of_year < register.month_of_year(standing.period_end)
        ) as last_told
    where
        standing.is_owed
        and not standing.is_in_force
        and owed_figure.months_before < register.month_of_year(standing.period_end) - last_told.month_of_year
),

member as (
    select
        absent.*,
        family.member_key,
        family.is_own
    from absent
    inner join family
        on absent.unit_key = family.unit_key
        and absent.form_code = family.form_code
        and absent.period_end = family.period_end
    -- what is carried is not missing again; money of projects goes with the project
    where
        family.is_own
        or family.succession_way <> 'since'
        or absent.is_line_form and absent.fact <> 'fct_beneficiary'
),

-- a plan stays in force until the next report that states one
still_planned as (
    select distinct
        absent.unit_key,
        absent.form_code,
        absent.period_end,
        absent.indicator_code,
        absent.fund_code
    from absent
    inner join figure
        on absent.unit_key = figure.unit_key
        and absent.form_code = figure.form_code
        and absent.budget_year = figure.budget_year
        and absent.indicator_code = figure.indicator_code
        and absent.fund_code = figure.fund_code
        and figure.measure = 'plan'
        and absent.period_end > figure.report_period_end
    where absent.measure = 'plan'
),

reported_key as (
    select distinct
        member.unit_key,
        member.form_code,
        member.period_end,
        member.indicator_code,
        member.fund_code,
        member.measure,
        figure.activity_code,
        figure.project_key,
        figure.establishment_key,
        figure.dimension_key,
        figure.place_unit_key
    from member
    inner join figure
        on member.member_key = figure.unit_key
        and member.form_code = figure.form_code
        and member.budget_year = figure.budget_year
        and member.indicator_code = figure.indicator_code
        and member.fund_code = figure.fund_code
        and member.measure = figure.measure
        and member.period_end > figure.report_period_end
        and figure.state = 'accepted'
),

planned_key as (
    select distinct
        member.unit_key,
        member.form_code,
        member.period_end,
        member.indicator_code,
        member.fund_code,
        member.measure,
        assigned.activity_code,
        assigned.project_key,
        '' as establishment_key,
        '' as dimension_key,
        assigned.place_unit_key
    from member
    inner join assigned
        on member.member_key = assigned.unit_key
        and member.budget_year = assigned.budget_year
        and member.fund_code = assigned.fund_code
        and member.period_end >= assigned.assigned_from
        and coalesce(member.period_end < assigned.assigned_to, true)
        and (assigned.project_key <> '') = member.is_line_form
    where
        member.measure = 'ytd'
        and (member.fact = 'fct_disbursement' or member.is_line_form and member.fact = 'fct_indicator')
        and coalesce(assigned.closed_at >= member.period_end, true)
),

-- a project or activity that was reported keeps the activity and the codes under which it was reported
known_key as (
    select * from reported_key
    union all
    select planned_key.*
    from planned_key
    left join reported_key
        on planned_key.unit_key = reported_key.unit_key
        and planned_key.form_code = reported_key.form_code
        and planned_key.period_end = reported_key.period_end
        and planned_key.indicator_code = reported_key.indicator_code
        and planned_key.fund_code = reported_key.fund_code
        and planned_key.measure = reported_key.measure
        and planned_key.project_key = reported_key.project_key
        and (planned_key.project_key <> '' or planned_key.activity_code = reported_key.activity_code)
    where reported_key.unit_key is null
),

missing_report as (
    select
        absent.unit_key,
        absent.form_code,
        absent.period_end,
        absent.budget_year,
        case
            when absent.months is null then register.year_start(absent.budget_year)
            else register.months_before(absent.period_end, absent.months_before + absent.months - 1)
        end as figure_start,
        case
            when absent.measure = 'plan' then register.year_end(absent.budget_year)
            when absent.months is null then absent.period_end
            else register.months_before(absent.period_end, absent.months_before - 1) - 1
        end as figure_end,
        absent.fund_code,
        coalesce(known_key.activity_code, absent.usual_activity_code) as activity_code,
        absent.indicator_code,
        absent.measure,
        coalesce(known_key.project_key, '') as project_key,
        coalesce(known_key.establishment_key, '') as establishment_key,
        coalesce(known_key.dimension_key, '') as dimension_key,
        coalesce(known_key.place_unit_key, '') as place_unit_key,
        absent.fact,
        absent.stage,
        absent.cause_reference
    from absent
    left join known_key
        on absent.unit_key = known_key.unit_key
        and absent.form_code = known_key.form_code
        and absent.period_end = known_key.period_end
        and absent.indicator_code = known_key.indicator_code
        and absent.fund_code = known_key.fund_code
        and absent.measure = known_key.measure
    left join still_planned
        on absent.unit_key = still_planned.unit_key
        and absent.form_code = still_planned.form_code
        and absent.period_end = still_planned.period_end
        and absent.indicator_code = still_planned.indicator_code
        and absent.fund_code = still_planned.fund_code
        and absent.measure = 'plan'
    where still_planned.unit_key is null
),

final as (
    select distinct on (
        unit_key,
        form_code,
        period_end,
        figure_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        project_key,
        establishment_key,
        dimension_key
    ) *
    from (
        select * from missing_report
        union all
        select * from {{ ref('fct_missing_line') }}
    ) as gap
    order by
        unit_key,
        form_code,
        period_end,
        figure_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        project_key,
        establishment_key,
        dimension_key,
        place_unit_key
)

select * from final
