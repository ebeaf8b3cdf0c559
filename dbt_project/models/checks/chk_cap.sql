-- Support against the highest norm of its activity on the day of approval; up to the priority factor it is soft. An
-- activity with a norm that is no amount has no ceiling.
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

bounded as (
    select
        support.*,
        rule.rule_id,
        (rule.parameters ->> 'priority_factor')::numeric as priority_factor,
        highest.cap_vnd
    from support
    inner join rule on support.rule_number = rule.rule_number
    inner join judged on support.submission_key = judged.submission_key
    left join approved on support.project_key = approved.project_key
    left join lateral (
        select case when bool_and(cap.cap_vnd is not null) then max(cap.cap_vnd) end as cap_vnd
        from cap
        where
            cap.activity_code = support.activity_code
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
            when is_unreadable or n_values = 0 or cap_vnd is null then 'undecided'
            when low <= cap_vnd then 'pass'
            else 'fail'
        end as verdict,
        case
            when is_unreadable or n_values = 0 or cap_vnd is null then null
            when value <= cap_vnd then 'exact'
            when low < cap_vnd then 'rounding'
            when low = cap_vnd then 'borderline'
            when low <= cap_vnd * priority_factor then 'soft'
            else 'hard'
        end as closeness,
        case
            when is_unreadable then 'unreadable'
            when n_values = 0 then 'missing_value'
            when cap_vnd is null then 'no_ceiling'
            when low > cap_vnd and low <= cap_vnd * priority_factor then 'within_priority_factor'
        end as reason,
        coalesce(value, 0) as left_value,
        coalesce(low, 0) as left_low,
        coalesce(high, 0) as left_high,
        coalesce(cap_vnd, 0)::numeric as right_value,
        coalesce(cap_vnd, 0)::numeric as right_low,
        coalesce(cap_vnd, 0)::numeric as right_high,
        coalesce(value, 0) - coalesce(cap_vnd, 0) as difference
    from bounded
)

select * from final
