-- The cells behind every verdict that figures disagree or one side is missing: what a flag names and a hold may hold.
{{ config(
    materialized='table',
    indexes=[{'columns': ['submission_key', 'rule_id', 'scope_key']}]
) }}

with failing as (
    select * from {{ ref('chk_failing') }}
),

wanted as (
    select distinct
        rule_number,
        submission_key
    from failing
),

matched as (
    {{ rule_matches(none, 'wanted') }}
),

final as (
    select
        failing.rule_id,
        failing.severity,
        failing.closeness,
        failing.submission_key,
        failing.scope_key,
        matched.side,
        matched.role,
        matched.figure_submission_key,
        matched.figure_sheet_code as sheet_code,
        matched.figure_row_number as row_number,
        matched.figure_column_name as column_name,
        matched.figure_key,
        matched.is_source_of_record,
        matched.reported_value,
        matched.value,
        matched.low,
        matched.high,
        failing.verdict = 'fail'
        and failing.severity = 'block'
        and failing.closeness = 'hard'
        and matched.is_source_of_record
        and matched.figure_submission_key = matched.submission_key as may_be_held
    from matched
    inner join failing
        on matched.rule_number = failing.rule_number
        and matched.submission_key = failing.submission_key
        {%- for name in scope_columns() if name != 'unit_key' %}
            and matched.{{ name }} = failing.{{ name }}
        {%- endfor %}
        and matched.unit_key = failing.scope_unit_key
    where
        not matched.is_not_applicable
        -- of a rule on each figure only the figures that break it are meant
        and (not matched.is_each or matched.low < 0)
        -- what a report is measured by stands among its whole
        and matched.role not in ('own', 'things')
)

select * from final
