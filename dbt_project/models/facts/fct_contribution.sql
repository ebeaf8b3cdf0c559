-- Tonight's content of the national figures, one row a contribution: what reports state and leave out, with its bounds
-- and the days on which a plan counts, and what is carried over a succession. The release compares it with last
-- night's.
{{ config(indexes=[{'columns': ['indicator_code', 'period_end']}], post_hook='analyze {{ this }}') }}

with stated as (
    select * from {{ ref('fct_stated') }}
),

bound as (
    select * from {{ ref('fct_bound') }}
),

standing as (
    select * from {{ ref('fct_standing') }}
),

form as (
    select * from {{ source('register', 'form') }}
),

family as (
    select * from {{ ref('fct_family') }}
    where not is_own
),

own as (
    select
        stated.*,
        form.has_document_no,
        form.is_line_form,
        bound.low,
        bound.high,
        stated.measure = 'plan' and not form.has_document_no as is_level
    from stated
    inner join form on stated.form_code = form.form_code
    left join bound
        on stated.unit_key = bound.unit_key
        and stated.form_code = bound.form_code
        and stated.report_period_end = bound.report_period_end
        and stated.fund_code = bound.fund_code
        and stated.activity_code = bound.activity_code
        and stated.indicator_code = bound.indicator_code
        and stated.measure = bound.measure
        and stated.project_key = bound.project_key
        and stated.establishment_key = bound.establishment_key
        and stated.dimension_key = bound.dimension_key
        and stated.line_reference = bound.line_reference
        and stated.effective_from = bound.effective_from
),

-- a unit that was there before and took in others keeps its own levels, so theirs go on until its report stands
absorbing as (
    select distinct
        family.unit_key,
        family.form_code,
        family.budget_year
    from family
    inner join standing
        on family.unit_key = standing.unit_key
        and family.form_code = standing.form_code
        and family.budget_year = standing.budget_year
        and family.succession_date > standing.period_end
),

-- the first report that is asked of the unit which followed ends the levels of those it followed
followed as (
    select
        family.member_key,
        family.form_code,
        family.budget_year,
        min(family.period_end) filter (where standing.is_in_force or absorbing.unit_key is null) as first_period_end
    from family
    inner join standing
        on family.unit_key = standing.unit_key
        and family.form_code = standing.form_code
        and family.period_end = standing.period_end
    left join absorbing
        on family.unit_key = absorbing.unit_key
        and family.form_code = absorbing.form_code
        and family.budget_year = absorbing.budget_year
    group by family.member_key, family.form_code, family.budget_year
),

-- a stated level lasts until the next report that stands, an owed one that is missing only until the next that is owed
replaced as (
    select
        own.*,
        case when standing.is_in_force then standing.next_in_force else standing.next_period_end end as replaced_at
    from own
    left join standing
        on own.is_level
        and own.unit_key = standing.unit_key
        and own.form_code = standing.form_code
        and own.report_period_end = standing.period_end
),

valid as (
    select
        own.*,
        case when own.is_level then least(own.replaced_at, followed.first_period_end) end as effective_to,
        own.is_level and own.replaced_at is null as is_last_level
    from replaced as own
    left join followed
        on own.is_level
        and own.unit_key = followed.member_key
        and own.form_code = followed.form_code
        and own.budget_year = followed.budget_year
),

-- the last report of a unit that closed: what of it is carried
closing as (
    select
        family.member_key,
        family.unit_key as successor_key,
        family.form_code,
        family.budget_year,
        family.period_end,
        max(standing.period_end) as last_period_end
    from family
    inner join standing
        on family.member_key = standing.unit_key
        and family.form_code = standing.form_code
        and family.budget_year = standing.budget_year
        and family.period_end > standing.period_end
    group by family.member_key, family.unit_key, family.form_code, family.budget_year, family.period_end
),

reported_project as (
    select
        unit_key,
        form_code,
        budget_year,
        project_key,
        min(report_period_end) as first_reported
    from stated
    where project_key <> '' and measure = 'ytd'
    group by unit_key, form_code, budget_year, project_key
),

carried as (
    select
        valid.*,
        closing.successor_key,
        closing.period_end as carried_at,
        -- until the next report of the unit that followed, or of the one that followed it in turn
        least(heir.next_period_end, next_follower.first_period_end) as carried_until
    from closing
    inner join standing as heir
        on closing.successor_key = heir.unit_key
        and closing.form_code = heir.form_code
        and closing.period_end = heir.period_end
    left join followed as next_follower
        on closing.successor_key = next_follower.member_key
        and closing.form_code = next_follower.form_code
        and closing.budget_year = next_follower.budget_year
    inner join valid
        on closing.member_key = valid.unit_key
        and closing.form_code = valid.form_code
        and closing.budget_year = valid.budget_year
        and (closing.last_period_end = valid.report_period_end or valid.is_level)
    left join reported_project
        on closing.successor_key = reported_project.unit_key
        and closing.form_code = reported_project.form_code
        and closing.budget_year = reported_project.budget_year
        and valid.project_key = reported_project.project_key
        and closing.period_end >= reported_project.first_reported
    where
        (valid.measure = 'ytd' or valid.is_level and valid.is_last_level)
        and case
            when valid.is_line_form and valid.establishment_key = ''
                then heir.is_in_force and reported_project.unit_key is null
            else heir.succession_way = 'since'
        end
),

final as (
    select
        unit_key,
        budget_year,
        period_start,
        period_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        project_key,
        establishment_key,
        dimension_key,
        line_reference,
        effective_from,
        effective_to,
        '' as carried_into,
        place_unit_key,
        state,
        value,
        low,
        high,
        is_corrected,
        is_estimated,
        cause_reference,
        decision_reference,
        held_by,
        form_code,
        report_period_end,
        fact,
        stage
    from valid
    union all
    select
        unit_key,
        budget_year,
        period_start,
        case when is_level then period_end else carried_at end as period_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        project_key,
        establishment_key,
        dimension_key,
        line_reference,
        carried_at as effective_from,
        case when is_level then carried_until end as effective_to,
        successor_key as carried_into,
        place_unit_key,
        case when state = 'accepted' then 'carried' else state end as state,
        value,
        low,
        high,
        is_corrected,
        is_estimated,
        cause_reference,
        decision_reference,
        held_by,
        form_code,
        report_period_end,
        fact,
        stage
    from carried
)

select * from final
