-- One line of one allocation decision; a province's own plan gives a line for each version, stored as its difference
-- from the version before.
with contribution as (
    select * from {{ ref('fct_figure') }}
),

submission as (
    select * from {{ ref('fct_submission') }}
),

budget_indicator as (
    select distinct indicator_code from {{ ref('indicator_sources') }}
    where fact = 'fct_budget'
),

line as (
    select
        submission.document_no as decision_no,
        contribution.row_number as line_no,
        contribution.effective_from as decided_date,
        submission.unit_key as reporter_unit_key,
        contribution.unit_key,
        contribution.place_unit_key,
        contribution.project_key,
        contribution.dimension_key,
        contribution.budget_year,
        contribution.fund_code,
        contribution.activity_code,
        contribution.line_reference,
        contribution.state,
        contribution.sha256,
        submission.document_no <> '' as is_decision,
        contribution.value - case
            when submission.document_no <> '' then 0
            else coalesce(
                    lag(contribution.value) over (
                        partition by
                            contribution.unit_key, contribution.budget_year, contribution.fund_code,
                            contribution.activity_code, contribution.dimension_key, submission.document_no
                        order by contribution.effective_from
                    ), 0
                )
        end as amount_vnd,
        lag(contribution.value) over (
            partition by
                contribution.unit_key, contribution.budget_year, contribution.fund_code, contribution.activity_code,
                contribution.dimension_key, submission.document_no
            order by contribution.effective_from
        ) is not null as is_later_version
    from contribution
    inner join submission on contribution.submission_key = submission.submission_key
    inner join budget_indicator on contribution.indicator_code = budget_indicator.indicator_code
    where contribution.measure = 'plan'
),

final as (
    select
        decision_no,
        line_no,
        decided_date,
        reporter_unit_key,
        unit_key,
        place_unit_key,
        project_key,
        dimension_key,
        budget_year,
        fund_code,
        activity_code,
        case
            when is_decision then split_part(line_reference, '#', -1)
            when not is_later_version then 'assign'
            when amount_vnd < 0 then 'reduce'
            else 'supplement'
        end as effect_code,
        amount_vnd,
        state,
        sha256
    from line
    where is_decision or amount_vnd <> 0 or amount_vnd is null or not is_later_version
)

select * from final
