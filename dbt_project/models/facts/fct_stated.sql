-- What each report says or leaves out, one row a figure key: the figures of reports in force and the gaps, before
-- anything is carried over a succession.
{{ config(
    indexes=[{'columns': ['unit_key', 'form_code', 'budget_year']}],
    post_hook='analyze {{ this }}'
) }}

with figure as (
    select * from {{ ref('fct_figure') }}
),

-- what another report tells of a period is not missing, though the report of that period is
told_elsewhere as (
    select distinct
        unit_key,
        form_code,
        report_period_end,
        fund_code,
        indicator_code,
        measure
    from figure
    where is_of_other_period and state <> 'missing'
),

gap as (
    select gap.*
    from {{ ref('fct_gap') }} as gap
    left join told_elsewhere
        on gap.unit_key = told_elsewhere.unit_key
        and gap.form_code = told_elsewhere.form_code
        and gap.period_end = told_elsewhere.report_period_end
        and gap.fund_code = told_elsewhere.fund_code
        and gap.indicator_code = told_elsewhere.indicator_code
        and gap.measure = told_elsewhere.measure
    where told_elsewhere.unit_key is null
),

final as (
    select
        unit_key,
        form_code,
        report_period_end,
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
        place_unit_key,
        fact,
        stage,
        state,
        value,
        is_corrected,
        is_estimated,
        sha256 as cause_reference,
        decision_reference,
        held_by
    from figure
    union all
    select
        unit_key,
        form_code,
        period_end as report_period_end,
        budget_year,
        figure_start as period_start,
        figure_end as period_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        project_key,
        establishment_key,
        dimension_key,
        case when measure = 'plan' then period_end::text else '' end as line_reference,
        case when measure = 'plan' then period_end else figure_end end as effective_from,
        place_unit_key,
        fact,
        stage,
        'missing' as state,
        null::numeric as value,
        false as is_corrected,
        false as is_estimated,
        cause_reference,
        '' as decision_reference,
        '' as held_by
    from gap
)

select * from final
