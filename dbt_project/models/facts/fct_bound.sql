-- Between what a disputed or missing figure may lie: from the last accepted figure of its key at an earlier period of
-- the budget year (else nought) to the plan in force, for money that a rule keeps within it (else no bound).
{{ config(pre_hook=hash_joins_only()) }}

with stated as (
    select * from {{ ref('fct_stated') }}
),

form as (
    select * from {{ source('register', 'form') }}
),

family as (
    select * from {{ ref('fct_family') }}
),

within_plan as (
    select * from {{ ref('fct_within_plan') }}
),

budget_indicator as (
    select distinct
        indicator_code,
        fund_code
    from {{ ref('indicator_sources') }}
    where fact = 'fct_budget'
),

accepted as (
    select * from stated
    where state = 'accepted'
),

unsure as (
    select
        stated.*,
        form.has_document_no
    from stated
    inner join form on stated.form_code = form.form_code
    where stated.state <> 'accepted'
),

-- money of a project is cumulative whoever reports it; other figures follow their unit and those it followed
earlier as (
    select
        unsure.unit_key,
        unsure.form_code,
        unsure.report_period_end,
        unsure.fund_code,
        unsure.activity_code,
        unsure.indicator_code,
        unsure.measure,
        unsure.project_key,
        unsure.establishment_key,
        unsure.dimension_key,
        family.member_key,
        -- what a unit said before it took in others does not contain them
        family.is_own and coalesce(accepted.report_period_end >= family.succession_date, true) as is_whole,
        accepted.value,
        row_number() over (
            partition by
                unsure.unit_key, unsure.form_code, unsure.report_period_end, unsure.fund_code, unsure.activity_code,
                unsure.indicator_code, unsure.measure, unsure.project_key, unsure.establishment_key,
                unsure.dimension_key, family.member_key
            order by accepted.report_period_end desc
        ) as newest_first
    from unsure
    inner join family
        on unsure.unit_key = family.unit_key
        and unsure.form_code = family.form_code
        and unsure.report_period_end = family.period_end
    inner join accepted
        on family.member_key = accepted.unit_key
        and unsure.form_code = accepted.form_code
        and unsure.budget_year = accepted.budget_year
        and unsure.fund_code = accepted.fund_code
        and unsure.indicator_code = accepted.indicator_code
        and unsure.measure = accepted.measure
        and unsure.project_key = accepted.project_key
        and unsure.establishment_key = accepted.establishment_key
        and unsure.dimension_key = accepted.dimension_key
        and (unsure.activity_code = accepted.activity_code or unsure.project_key <> '')
        and unsure.report_period_end > accepted.report_period_end
    where
        not unsure.has_document_no
        and unsure.measure <> 'in_period'  -- one month says nothing of another
        and (
            family.is_own
            or family.succession_way <> 'since'
            or unsure.project_key <> '' and unsure.establishment_key = ''
        )
),

lowest as (
    select
        unit_key,
        form_code,
        report_period_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        project_key,
        establishment_key,
        dimension_key,
        coalesce(sum(value) filter (where is_whole), sum(value)) as low
    from earlier
    where newest_first = 1
    group by
        unit_key, form_code, report_period_end, fund_code, activity_code, indicator_code, measure, project_key,
        establishment_key, dimension_key
),

bounded as (
    select unsure.*
    from unsure
    inner join within_plan
        on unsure.form_code = within_plan.form_code
        and unsure.indicator_code = within_plan.indicator_code
        and within_plan.fund_code in (unsure.fund_code, '')
    where unsure.measure = 'ytd'
),

project_plan as (
    select
        accepted.budget_year,
        accepted.fund_code,
        accepted.project_key,
        accepted.dimension_key,
        accepted.effective_from,
        accepted.value
    from accepted
    inner join budget_indicator
        on accepted.indicator_code = budget_indicator.indicator_code and accepted.fund_code = budget_indicator.fund_code
    where accepted.measure = 'plan' and accepted.project_key <> ''
),

level as (
    select
        accepted.unit_key,
        accepted.form_code,
        accepted.budget_year,
        accepted.fund_code,
        accepted.activity_code,
        accepted.dimension_key,
        accepted.effective_from,
        accepted.value
    from accepted
    inner join budget_indicator
        on accepted.indicator_code = budget_indicator.indicator_code and accepted.fund_code = budget_indicator.fund_code
    where accepted.measure = 'plan' and accepted.project_key = ''
),

level_in_force as (
    select
        bounded.unit_key,
        bounded.form_code,
        bounded.report_period_end,
        bounded.fund_code,
        bounded.activity_code,
        bounded.indicator_code,
        bounded.dimension_key,
        family.is_own and coalesce(level.effective_from >= family.succession_date, true) as is_whole,
        level.value,
        row_number() over (
            partition by
                bounded.unit_key,
                bounded.form_code,
                bounded.report_period_end,
                bounded.fund_code,
                bounded.activity_code,
                bounded.indicator_code, bounded.dimension_key, family.member_key, level.activity_code,
                level.dimension_key
            order by level.effective_from desc
        ) as newest_first
    from bounded
    inner join family
        on bounded.unit_key = family.unit_key
        and bounded.form_code = family.form_code
        and bounded.report_period_end = family.period_end
    inner join level
        on family.member_key = level.unit_key
        and bounded.form_code = level.form_code
        and bounded.budget_year = level.budget_year
        and bounded.fund_code = level.fund_code
        and bounded.activity_code in (level.activity_code, 'unallocated')
        and (bounded.dimension_key = '' or level.dimension_key in (bounded.dimension_key, ''))
        and bounded.report_period_end >= level.effective_from
    where bounded.project_key = '' and (family.is_own or family.succession_way <> 'since')
),

planned as (
    select
        unit_key,
        form_code,
        report_period_end,
        fund_code,
        activity_code,
        indicator_code,
        '' as project_key,
        dimension_key,
        coalesce(sum(value) filter (where is_whole), sum(value)) as plan_value
    from level_in_force
    where newest_first = 1
    group by unit_key, form_code, report_period_end, fund_code, activity_code, indicator_code, dimension_key
    union all
    select
        bounded.unit_key,
        bounded.form_code,
        bounded.report_period_end,
        bounded.fund_code,
        bounded.activity_code,
        bounded.indicator_code,
        bounded.project_key,
        bounded.dimension_key,
        sum(project_plan.value) as plan_value
    from bounded
    inner join project_plan
        on bounded.budget_year = project_plan.budget_year
        and bounded.fund_code = project_plan.fund_code
        and bounded.project_key = project_plan.project_key
        and (bounded.dimension_key = '' or project_plan.dimension_key in (bounded.dimension_key, ''))
        and bounded.report_period_end >= project_plan.effective_from
    group by
        bounded.unit_key, bounded.form_code, bounded.report_period_end, bounded.fund_code, bounded.activity_code,
        bounded.indicator_code, bounded.project_key, bounded.dimension_key
),

final as (
    select
        unsure.unit_key,
        unsure.form_code,
        unsure.report_period_end,
        unsure.fund_code,
        unsure.activity_code,
        unsure.indicator_code,
        unsure.measure,
        unsure.project_key,
        unsure.establishment_key,
        unsure.dimension_key,
        unsure.line_reference,
        unsure.effective_from,
        -- a disputed reduction may be as large as it says
        coalesce(lowest.low, case when unsure.has_document_no then least(unsure.value, 0) end, 0) as low,
        case
            when planned.plan_value is not null then greatest(coalesce(lowest.low, 0), planned.plan_value)
        end as high
    from unsure
    left join lowest
        on unsure.unit_key = lowest.unit_key
        and unsure.form_code = lowest.form_code
        and unsure.report_period_end = lowest.report_period_end
        and unsure.fund_code = lowest.fund_code
        and unsure.activity_code = lowest.activity_code
        and unsure.indicator_code = lowest.indicator_code
        and unsure.measure = lowest.measure
        and unsure.project_key = lowest.project_key
        and unsure.establishment_key = lowest.establishment_key
        and unsure.dimension_key = lowest.dimension_key
    left join planned
        on unsure.unit_key = planned.unit_key
        and unsure.form_code = planned.form_code
        and unsure.report_period_end = planned.report_period_end
        and unsure.fund_code = planned.fund_code
        and unsure.activity_code = planned.activity_code
        and unsure.indicator_code = planned.indicator_code
        and unsure.project_key = planned.project_key
        and unsure.dimension_key = planned.dimension_key
        and unsure.measure = 'ytd'
)

select * from final
