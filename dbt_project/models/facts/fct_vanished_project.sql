-- A project that its unit reported before in the budget year and then left out without having closed it, while its plan
-- was not withdrawn and nobody else reports it: one row a report in force that lacks it, and the flag that says so.

with standing as (
    select * from {{ ref('fct_standing') }}
    where is_in_force
),

figure as (
    select * from {{ ref('fct_figure') }}
    where project_key <> '' and establishment_key = '' and measure = 'ytd'
),

closed_state as (
    select distinct state_code from {{ ref('project_states') }}
    where is_closed
),

assigned as (
    select * from {{ ref('fct_assigned') }}
    where project_key <> ''
),

planned as (
    select distinct project_key from {{ ref('fct_figure') }}
    where project_key <> '' and measure = 'plan'
),

line as (
    select
        unit_key,
        form_code,
        budget_year,
        report_period_end,
        project_key,
        max(state_code) as state_code
    from figure
    group by unit_key, form_code, budget_year, report_period_end, project_key
),

last_line as (
    select distinct on (standing.unit_key, standing.form_code, standing.period_end, line.project_key)
        standing.unit_key,
        standing.form_code,
        standing.period_end,
        standing.budget_year,
        line.project_key,
        line.report_period_end as last_period_end,
        line.state_code as last_state_code
    from standing
    inner join line
        on standing.unit_key = line.unit_key
        and standing.form_code = line.form_code
        and standing.budget_year = line.budget_year
        and standing.period_end > line.report_period_end
    order by
        standing.unit_key, standing.form_code, standing.period_end, line.project_key, line.report_period_end desc
),

vanished as (
    select last_line.*
    from last_line
    where
        not exists (
            select 1 from line
            where
                line.form_code = last_line.form_code
                and line.project_key = last_line.project_key
                and line.report_period_end = last_line.period_end
        )
        and not exists (
            select 1 from closed_state
            where closed_state.state_code = last_line.last_state_code
        )
        and (
            exists (
                select 1 from assigned
                where
                    assigned.project_key = last_line.project_key
                    and assigned.assigned_from <= last_line.period_end
                    and coalesce(assigned.assigned_to > last_line.period_end, true)
            )
            -- no decision ever named it, so none withdrew it
            or not exists (
                select 1 from planned
                where planned.project_key = last_line.project_key
            )
        )
),

-- the flag of the report whose cells are the project's
flagged as (
    select
        flag.unit_key,
        flag.form_code,
        flag.period_end,
        named.project_key,
        min(flag.flag_id) as flag_id
    from {{ source('checks', 'flag') }} as flag
    inner join {{ source('checks', 'flag_figure') }} as flag_figure on flag.flag_id = flag_figure.flag_id
    inner join {{ ref('stg_figure') }} as named
        on flag_figure.submission_key = named.submission_key
        and flag_figure.sheet_code = named.sheet_code
        and flag_figure.row_number = named.row_number
        and flag_figure.column_name = named.column_name
    where flag.closed_run is null and named.project_key <> ''
    group by flag.unit_key, flag.form_code, flag.period_end, named.project_key
),

final as (
    select
        vanished.*,
        coalesce(flagged.flag_id, '') as flag_id
    from vanished
    left join flagged
        on vanished.unit_key = flagged.unit_key
        and vanished.form_code = flagged.form_code
        and vanished.period_end = flagged.period_end
        and vanished.project_key = flagged.project_key
)

select * from final
