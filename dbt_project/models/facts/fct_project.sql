-- A project at the end of a period: its reporter, its state, and its money by stage beside the plan in force.
with figure as (
    select * from {{ ref('fct_figure') }}
    where project_key <> '' and measure = 'ytd' and establishment_key = ''
),

assigned as (
    select * from {{ ref('fct_assigned') }}
),

planned as (
    select
        project_key,
        budget_year,
        assigned_from,
        assigned_to,
        sum(planned_value) as planned_value
    from assigned
    where project_key <> ''
    group by project_key, budget_year, assigned_from, assigned_to
),

final as (
    select
        figure.project_key,
        figure.period_end,
        figure.budget_year,
        figure.unit_key,
        figure.activity_code,
        figure.place_unit_key,
        max(figure.state_code) as state_code,
        max(planned.planned_value) as plan_vnd,
        sum(figure.value) filter (where figure.stage = 'contracted') as contracted_vnd,
        sum(figure.value) filter (where figure.stage = 'advanced') as advanced_vnd,
        sum(figure.value) filter (where figure.stage = 'implemented') as implemented_vnd,
        sum(figure.value) filter (where figure.stage = 'disbursed') as disbursed_vnd,
        sum(figure.value) filter (where figure.stage = 'settled') as settled_vnd,
        sum(figure.value) filter (where figure.stage = 'refunded') as refunded_vnd,
        count(*) filter (where figure.state <> 'accepted') as n_open
    from figure
    left join planned
        on figure.project_key = planned.project_key
        and figure.budget_year = planned.budget_year
        and figure.period_end >= planned.assigned_from
        and coalesce(figure.period_end < planned.assigned_to, true)
    group by
        figure.project_key, figure.period_end, figure.budget_year, figure.unit_key, figure.activity_code,
        figure.place_unit_key
)

select * from final
