-- What each report says or leaves out, one row a figure key: the figures of reports in force and the gaps, before
-- anything is carried over a succession.
{{ config(
    indexes=[{'columns': ['unit_key', 'form_code', 'budget_year']}],
    post_hook='analyze {{ this }}'
) }}

with figure as (
    select * from {{ ref('fct_figure') }}
),

gap as (
    select * from {{ ref('fct_gap') }}
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
        make_date(budget_year, 1, 1) as period_start,
        case when measure = 'plan' then make_date(budget_year, 12, 31) else period_end end as period_end,
        fund_code,
        activity_code,
        indicator_code,
        measure,
        project_key,
        establishment_key,
        dimension_key,
        case when measure = 'plan' then period_end::text else '' end as line_reference,
        period_end as effective_from,
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
