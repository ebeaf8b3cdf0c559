-- Every figure of the submissions in force that is its source of record, with its own state before anything is carried
-- or bounded. A correction counts only when no rule holds it.
{{ config(
    indexes=[{'columns': ['unit_key', 'budget_year', 'indicator_code']}],
    post_hook='analyze {{ this }}'
) }}

with figure as (
    select * from {{ ref('stg_figure') }}
),

submission as (
    select * from {{ ref('fct_submission') }}
    where submission_kind = 'report' and submission_state = 'in_force'
),

repeated as (
    select * from {{ ref('fct_repeated') }}
),

indicator as (
    select * from {{ ref('indicators') }}
),

indicator_source as (
    select * from {{ ref('indicator_sources') }}
),

decision as (
    select
        decision.*,
        reviewed.form_code
    from {{ source('review', 'decision_in_force') }} as decision
    left join {{ source('raw', 'submission') }} as reviewed on decision.submission_key = reviewed.submission_key
    where decision.decision in ('waive', 'correct')
),

held as (
    select
        hold.submission_key,
        hold.sheet_code,
        hold.row_number,
        hold.column_name,
        string_agg(distinct hold.rule_id, ',' order by hold.rule_id) as held_by
    from {{ source('checks', 'hold') }} as hold
    inner join {{ source('release', 'tonight') }} as tonight on hold.run_key = tonight.run_key
    group by hold.submission_key, hold.sheet_code, hold.row_number, hold.column_name
),

-- a line of an establishment counts it: the amount beside it is a fact of its own
establishment as (
    select
        fact,
        form_code,
        fund_code,
        min(indicator_code) as indicator_code
    from indicator_source
    where fact = 'fct_beneficiary'
    group by fact, form_code, fund_code
),

meant as (
    select
        figure.*,
        submission.unit_key as reporter_unit_key,
        submission.sender_role,
        -- a figure of another period stands as the report of that period would have said it
        case
            when figure.is_of_other_period and figure.measure <> 'plan' then figure.period_end
            else submission.period_end
        end as report_period_end,
        submission.sha256,
        figure.fact = 'beneficiary_support' as is_establishment,
        case
            when figure.fact = 'beneficiary_support' then establishment.indicator_code else figure.indicator_code
        end as stored_indicator_code
    from figure
    inner join submission on figure.submission_key = submission.submission_key
    left join establishment
        on figure.form_code = establishment.form_code and figure.fund_code = establishment.fund_code
    left join repeated
        on figure.submission_key = repeated.submission_key
        and figure.sheet_code = repeated.sheet_code
        and figure.row_number = repeated.row_number
        and figure.column_name = repeated.column_name
    where figure.is_source_of_record and not figure.is_not_applicable and repeated.submission_key is null
),

-- a word is about the figure of the form that was reviewed; of corrections under several rules the last one counts
decided as (
    select
        meant.submission_key,
        meant.sheet_code,
        meant.row_number,
        meant.column_name,
        min(decision.flag_id) as decision_reference,
        (
            array_agg(decision.corrected_value order by decision.decided_at desc, decision.decision_key desc)
            filter (where decision.decision = 'correct')
        )[1] as corrected_value
    from meant
    inner join decision
        on meant.figure_key = decision.figure_key
        and coalesce(decision.form_code, meant.form_code) = meant.form_code
    group by meant.submission_key, meant.sheet_code, meant.row_number, meant.column_name
),

final as (
    select
        meant.submission_key,
        meant.sheet_code,
        meant.row_number,
        meant.column_name,
        meant.form_code,
        meant.reporter_unit_key,
        meant.sender_role,
        meant.report_period_end,
        meant.sha256,
        meant.is_of_other_period,
        meant.unit_key,
        meant.budget_year,
        meant.period_start,
        meant.period_end,
        meant.fund_code,
        meant.activity_code,
        meant.stored_indicator_code as indicator_code,
        meant.measure,
        coalesce(meant.project_key, '') as project_key,
        coalesce(meant.establishment_key, '') as establishment_key,
        meant.dimension_key,
        meant.line_reference,
        meant.effective_from,
        coalesce(meant.place_unit_key, '') as place_unit_key,
        meant.state_code,
        case when meant.is_establishment then 'fct_beneficiary' else meant.fact end as fact,
        meant.stage,
        case
            when meant.is_missing then 'missing'
            when meant.is_unreadable or held.held_by is not null then 'disputed'
            else 'accepted'
        end as state,
        case
            when meant.is_missing or meant.is_unreadable then null
            when meant.is_establishment then 1
            when held.held_by is null then coalesce(decided.corrected_value, meant.value)
            else meant.value
        end as value,
        held.held_by is null and not meant.is_unreadable and decided.corrected_value is not null as is_corrected,
        meant.is_estimated,
        coalesce(decided.decision_reference, '') as decision_reference,
        coalesce(held.held_by, '') as held_by
    from meant
    inner join indicator on meant.stored_indicator_code = indicator.indicator_code and not indicator.is_formula
    left join held
        on meant.submission_key = held.submission_key
        and meant.sheet_code = held.sheet_code
        and meant.row_number = held.row_number
        and meant.column_name = held.column_name
    left join decided
        on meant.submission_key = decided.submission_key
        and meant.sheet_code = decided.sheet_code
        and meant.row_number = decided.row_number
        and meant.column_name = decided.column_name
)

select * from final
