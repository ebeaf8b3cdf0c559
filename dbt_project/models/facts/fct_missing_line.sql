-- A report of projects that stands says nought for every line it lacks, except a project assigned to its reporter and
-- not closed: that one is missing. A predecessor's project that the successor never reported is carried instead.
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

assigned as (
    select * from {{ ref('fct_assigned') }}
),

line as (
    select distinct
        unit_key,
        form_code,
        budget_year,
        report_period_end,
        project_key,
        activity_code,
        dimension_key
    from {{ ref('fct_figure') }}
    where project_key <> '' and measure = 'ytd' and establishment_key = ''
),

reported_code as (
    select distinct
        form_code,
        budget_year,
        report_period_end,
        project_key,
        dimension_key
    from line
),

project_form as (
    select distinct
        form_code,
        fund_code
    from owed_figure
    where is_line_form and fact = 'fct_disbursement'
),

expected as (
    select
        standing.unit_key,
        standing.form_code,
        standing.period_end,
        standing.budget_year,
        standing.sha256_in_force,
        assigned.fund_code,
        assigned.project_key,
        assigned.activity_code,
        assigned.place_unit_key,
        family.is_own
    from standing
    inner join project_form on standing.form_code = project_form.form_code
    inner join family
        on standing.unit_key = family.unit_key
        and standing.form_code = family.form_code
        and standing.period_end = family.period_end
    inner join assigned
        on family.member_key = assigned.unit_key
        and standing.budget_year = assigned.budget_year
        and project_form.fund_code = assigned.fund_code
        and standing.period_end >= assigned.assigned_from
        and coalesce(standing.period_end < assigned.assigned_to, true)
    where standing.is_in_force and coalesce(assigned.closed_at >= standing.period_end, true)
),

judged as (
    select
        expected.unit_key,
        expected.form_code,
        expected.period_end,
        expected.budget_year,
        expected.sha256_in_force,
        expected.fund_code,
        expected.project_key,
        expected.activity_code,
        expected.place_unit_key,
        (
            array_agg(line.activity_code order by line.report_period_end desc) filter (
                where line.activity_code is not null
            )
        )[1]
            as reported_activity_code,
        max(line.report_period_end) as last_reported,
        coalesce(
            bool_or(line.unit_key = expected.unit_key and line.report_period_end = expected.period_end), false
        ) as is_listed
    from expected
    left join line
        on expected.form_code = line.form_code
        and expected.budget_year = line.budget_year
        and expected.project_key = line.project_key
        and expected.period_end >= line.report_period_end
    group by
        expected.unit_key, expected.form_code, expected.period_end, expected.budget_year, expected.sha256_in_force,
        expected.fund_code, expected.project_key, expected.activity_code, expected.place_unit_key, expected.is_own
    -- carried: reported before by a predecessor, and by the successor never
    having
        expected.is_own
        or not coalesce(bool_or(line.unit_key <> expected.unit_key), false)
        or coalesce(bool_or(line.unit_key = expected.unit_key), false)
),

final as (
    select
        judged.unit_key,
        judged.form_code,
        judged.period_end,
        judged.budget_year,
        register.year_start(judged.budget_year) as figure_start,
        judged.period_end as figure_end,
        judged.fund_code,
        coalesce(judged.reported_activity_code, judged.activity_code) as activity_code,
        owed_figure.indicator_code,
        owed_figure.measure,
        judged.project_key,
        '' as establishment_key,
        coalesce(reported_code.dimension_key, '') as dimension_key,
        judged.place_unit_key,
        owed_figure.fact,
        owed_figure.stage,
        judged.sha256_in_force as cause_reference
    from judged
    inner join owed_figure
        on judged.form_code = owed_figure.form_code
        and judged.fund_code = owed_figure.fund_code
        and owed_figure.measure = 'ytd'
    -- under the codes that its lines had last
    left join reported_code
        on judged.form_code = reported_code.form_code
        and judged.budget_year = reported_code.budget_year
        and judged.project_key = reported_code.project_key
        and judged.last_reported = reported_code.report_period_end
    where not judged.is_listed
)

select * from final
