-- What is planned for whom: each project of the allocation decisions and each activity of a level of a province's
-- plan, from the day on which its amount is above nought until it changes, and since when a project is closed.

with figure as (
    select * from {{ ref('fct_figure') }}
),

budget_indicator as (
    select distinct indicator_code from {{ ref('indicator_sources') }}
    where fact = 'fct_budget'
),

closed_state as (
    select distinct state_code from {{ ref('project_states') }}
    where is_closed
),

closed as (
    select
        figure.project_key,
        min(figure.report_period_end) as closed_at
    from figure
    inner join closed_state on figure.state_code = closed_state.state_code
    where figure.project_key <> ''
    group by figure.project_key
),

planned as (
    select
        figure.unit_key,
        figure.budget_year,
        figure.fund_code,
        figure.project_key,
        case when figure.project_key = '' then figure.activity_code else '' end as activity_of_level,
        max(figure.activity_code) as activity_code,
        max(figure.place_unit_key) as place_unit_key,
        figure.effective_from,
        sum(figure.value) as value
    from figure
    inner join budget_indicator on figure.indicator_code = budget_indicator.indicator_code
    where figure.measure = 'plan' and figure.state = 'accepted'
    group by
        figure.unit_key, figure.budget_year, figure.fund_code, figure.project_key, activity_of_level,
        figure.effective_from
),

-- decision lines add up, a level replaces the one before it
running as (
    select
        *,
        case
            when project_key = '' then value
            else sum(value) over (
                    partition by unit_key, budget_year, fund_code, project_key order by effective_from
                )
        end as planned_value,
        lead(effective_from) over (
            partition by unit_key, budget_year, fund_code, project_key, activity_of_level order by effective_from
        ) as assigned_to
    from planned
),

final as (
    select
        running.unit_key,
        running.budget_year,
        running.fund_code,
        running.activity_code,
        running.project_key,
        running.place_unit_key,
        running.planned_value,
        running.effective_from as assigned_from,
        running.assigned_to,
        closed.closed_at
    from running
    left join closed on running.project_key = closed.project_key
    where running.planned_value > 0
)

select * from final
