-- The figure in force of every mention's key: the sum over activities and funds that the mention does not name and, for
-- a group, over its units; with the reason when that sum is not the whole. Without a row there is no figure in force.
-- The few mentions are hashed and every figure is read once: a merge would sort all figures by their texts.
{{ config(
    materialized='table',
    pre_hook=[hash_joins_only(), 'set local enable_mergejoin = off']
) }}

with scope as (
    select * from {{ ref('chk_mention_scope') }}
),

standing as (
    select
        submission.*,
        -- a plan stated in a report lasts until the next report of its unit
        lead(submission.period_end) over (
            partition by submission.unit_key, submission.form_code, submission.budget_year
            order by submission.period_end
        ) as next_period_end
    from {{ ref('stg_submission') }} as submission
    inner join {{ ref('chk_standing') }} as chosen on submission.submission_key = chosen.submission_key
),

asked as (
    select * from {{ ref('chk_mention_asked') }}
),

indicator as (
    select * from {{ ref('indicators') }}
),

matched as (
    select
        scope.submission_key,
        scope.mention_number,
        scope.is_group,
        scope.indicator_code,
        figure.fund_code,
        figure.value,
        figure.low,
        figure.high,
        figure.truncated_low,
        figure.truncated_high,
        figure.qualifier,
        figure.is_missing or figure.is_unreadable as is_absent,
        scope.measure = 'ytd' and figure.period_start <> scope.period_start as is_other_period,
        -- what the predecessors' lines add to a successor's is known only after the gate
        scope.has_followed and standing.is_line_form and not standing.has_document_no as is_succeeding,
        standing.has_document_no
    from scope
    inner join {{ ref('stg_figure') }} as figure
        on scope.reporter_key = figure.unit_key
        and scope.indicator_code = figure.indicator_code
        and scope.budget_year = figure.budget_year
        and scope.measure = figure.measure
        and scope.fund_code = figure.fund_code
        and (scope.activity_code is null or scope.activity_code = figure.activity_code)
    inner join standing
        on figure.submission_key = standing.submission_key
        and (standing.has_document_no or not scope.is_closed)
    where
        figure.is_source_of_record
        and not figure.is_of_other_period
        and not figure.is_not_applicable
        and case
            when scope.measure <> 'plan' then figure.period_end = scope.period_end
            when standing.has_document_no then figure.effective_from <= scope.known_at
            else
                standing.period_end <= scope.known_at
                and (standing.next_period_end is null or standing.next_period_end > scope.known_at)
        end
),

summed as (
    select
        submission_key,
        mention_number,
        is_group,
        indicator_code,
        count(*) as n_figures,
        count(*) filter (where is_absent) as n_absent,
        count(distinct fund_code) as n_funds,
        bool_or(is_other_period) as is_other_period,
        bool_or(is_succeeding) as is_succeeding,
        bool_and(has_document_no) as is_by_decision,
        bool_or(qualifier <> 'exact') as is_qualified,
        sum(value) as value,
        sum(low) as low,
        sum(high) as high,
        sum(truncated_low) as truncated_low,
        sum(truncated_high) as truncated_high
    from matched
    group by submission_key, mention_number, is_group, indicator_code
),

final as (
    select
        summed.submission_key,
        summed.mention_number,
        summed.n_figures,
        case
            when summed.is_other_period then 'period_differs'
            when summed.is_succeeding then 'succession_in_year'
            when summed.n_absent > 0 then 'figure_missing'
            when (summed.is_group or summed.n_funds > 1) and indicator.aggregation <> 'sum' then 'not_added_up'
            when asked.n_unanswered > 0 then 'reports_missing'
            -- of years without a calendar nobody knows who should have reported
            when summed.is_group and asked.n_asked is null and not summed.is_by_decision then 'reports_missing'
        end as reason,
        summed.is_qualified,
        summed.value,
        summed.low,
        summed.high,
        summed.truncated_low,
        summed.truncated_high
    from summed
    inner join indicator on summed.indicator_code = indicator.indicator_code and not indicator.is_formula
    left join asked
        on summed.submission_key = asked.submission_key
        and summed.mention_number = asked.mention_number
)

select * from final
