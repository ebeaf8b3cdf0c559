-- How many of the reports in which a mention's figure should stand were asked for, and how many of them do not stand.
{{ config(materialized='ephemeral') }}

with scope as (
    select * from {{ ref('chk_mention_scope') }}
    where not is_closed
),

form_of as (
    select distinct
        indicator_code,
        fund_code,
        form_code
    from {{ ref('indicator_sources') }}
),

standing as (
    select submission.*
    from {{ ref('stg_submission') }} as submission
    inner join {{ ref('chk_standing') }} as chosen on submission.submission_key = chosen.submission_key
),

-- a plan is told by any report of the year so far
asked as (
    select
        scope.submission_key,
        scope.mention_number,
        owed.unit_key,
        owed.form_code,
        bool_or(standing.submission_key is not null) as is_answered
    from scope
    inner join form_of
        on scope.indicator_code = form_of.indicator_code
        and scope.fund_code = form_of.fund_code
    inner join {{ ref('stg_owed') }} as owed
        on scope.reporter_key = owed.unit_key
        and form_of.form_code = owed.form_code
        and scope.budget_year = owed.budget_year
        and (scope.period_end = owed.period_end or scope.measure = 'plan' and scope.known_at >= owed.period_end)
    left join standing
        on owed.unit_key = standing.unit_key
        and owed.form_code = standing.form_code
        and owed.budget_year = standing.budget_year
        and owed.period_end = standing.period_end
    group by scope.submission_key, scope.mention_number, owed.unit_key, owed.form_code
),

final as (
    select
        submission_key,
        mention_number,
        count(*) as n_asked,
        count(*) filter (where not is_answered) as n_unanswered
    from asked
    group by submission_key, mention_number
)

select * from final
