-- Support against the highest norm of its activity on the day of approval; up to the priority factor it is soft. An
-- activity with a norm that is no amount has no ceiling. The money of a whole project is divided by the establishments
-- that the list of beneficiaries of the same period names for it: group projects serve many.
{{ config(materialized='ephemeral') }}

with matched as (
    {{ rule_matches('cap') }}
),

rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

judged as (
    select * from {{ ref('chk_judged') }}
),

cap as (
    select * from {{ ref('caps') }}
),

plan as (
    select plan.*
    from {{ ref('stg_plan') }} as plan
    inner join {{ ref('chk_standing') }} as standing on plan.submission_key = standing.submission_key
),

approved as (
    select
        project_key,
        min(decided_date) as approved_date
    from plan
    where project_key <> ''
    group by project_key
),

support as (
    select
        matched.rule_number,
        matched.submission_key,
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        sum(matched.value) as value,
        sum(matched.low) as low,
        sum(matched.high) as high,
        count(matched.value) as n_values,
        bool_or(matched.is_unreadable) as is_unreadable
    from matched
    group by
        {%- for name in scope_columns() %}
            matched.{{ name }},
        {%- endfor %}
        matched.rule_number,
        matched.submission_key
),

listed as (
    select
        figure.form_code,
        figure.project_key,
        figure.budget_year,
        submission.period_end,
        count(distinct figure.establishment_key) as n_establishments
    from {{ ref('stg_figure') }} as figure
    inner join {{ ref('chk_standing') }} as standing on figure.submission_key = standing.submission_key
    inner join {{ ref('stg_submission') }} as submission on figure.submission_key = submission.submission_key
    where figure.establishment_key <> '' and figure.project_key <> ''
    group by figure.form_code, figure.project_key, figure.budget_year, submission.period_end
),

shared as (
    select
        support.*,
        rule.parameters ->> 'beneficiaries_on' as list_form,
        listed.n_establishments,
        support.value / coalesce(listed.n_establishments, 1) as value_each,
        support.low / coalesce(listed.n_establishments, 1) as low_each,
        support.high / coalesce(listed.n_establishments, 1) as high_each
    from support
    inner join rule on support.rule_number = rule.rule_number
    inner join judged on support.submission_key = judged.submission_key
    left join {{ source('register', 'form') }} as list_of on rule.parameters ->> 'beneficiaries_on' = list_of.form_code
    left join listed
        on list_of.form_code = listed.form_code
        and support.project_key = listed.project_key
        and judged.budget_year = listed.budget_year
        and judged.period_end = listed.period_end
    -- in a month without a list nothing is due
    where list_of.form_code is null or register.month_of_year(judged.period_end) = any(list_of.period_months)
),

bounded as (
    select
        shared.*,
        rule.rule_id,
        (rule.parameters ->> 'priority_factor')::numeric as priority_factor,
        highest.cap_vnd,
        list_form is not null and n_establishments is null and shared.value <> 0 as is_unlisted
    from shared
    inner join rule on shared.rule_number = rule.rule_number
    inner join judged on shared.submission_key = judged.submission_key
    left join approved on shared.project_key = approved.project_key
    left join lateral (
        select case when bool_and(cap.cap_vnd is not null) then max(cap.cap_vnd) end as cap_vnd
        from cap
        where
            cap.activity_code = shared.activity_code
            and coalesce(approved.approved_date, judged.period_start) between cap.valid_from
            and coalesce(cap.valid_to, 'infinity')
    ) as highest on true
),

final as (
    select
        rule_id,
        submission_key,
        {{ scope_key('bounded') }} as scope_key,
        {%- for name in scope_columns() %}
            {{ name }},
        {%- endfor %}
        case
            when is_unreadable or n_values = 0 or cap_vnd is null or is_unlisted then 'undecided'
            when low_each <= cap_vnd then 'pass'
            -- of a whole project not all is support, so what priority may explain is no failure
            when list_form is not null and low_each <= cap_vnd * priority_factor then 'pass'
            else 'fail'
        end as verdict,
        case
            when is_unreadable or n_values = 0 or cap_vnd is null or is_unlisted then null
            else coalesce(
                    -- what is cut off is no lower than what is rounded
                    checks.closeness(
                        '<=',
                        value_each - cap_vnd,
                        low_each - cap_vnd,
                        high_each - cap_vnd,
                        low_each - cap_vnd,
                        high_each - cap_vnd
                    ),
                    case when low_each <= cap_vnd * priority_factor then 'soft' else 'hard' end
                )
        end as closeness,
        case
            when is_unreadable then 'unreadable'
            when n_values = 0 then 'missing_value'
            when cap_vnd is null then 'no_ceiling'
            when is_unlisted then 'no_beneficiary_list'
            when low_each > cap_vnd and low_each <= cap_vnd * priority_factor then 'within_priority_factor'
        end as reason,
        round(coalesce(value_each, 0), 6) as left_value,
        round(coalesce(low_each, 0), 6) as left_low,
        round(coalesce(high_each, 0), 6) as left_high,
        coalesce(cap_vnd, 0)::numeric as right_value,
        coalesce(cap_vnd, 0)::numeric as right_low,
        coalesce(cap_vnd, 0)::numeric as right_high,
        round(coalesce(value_each, 0) - coalesce(cap_vnd, 0), 6) as difference
    from bounded
)

select * from final
