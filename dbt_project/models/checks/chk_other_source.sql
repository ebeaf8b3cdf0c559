-- For every linear rule and judged submission what is there of all forms and periods that the rule compares the report
-- with.
{{ config(materialized='ephemeral') }}

with term as (
    select * from {{ ref('chk_rule_column') }}
    where family = 'linear'
),

judged as (
    select * from {{ ref('chk_judged') }}
),

counterpart as (
    select * from {{ ref('chk_counterpart') }}
),

foreign_source as (
    select
        rule_number,
        judges_form,
        source_number,
        form_code,
        period_shift,
        min(side) as side,
        bool_and(is_absent_zero) as is_absent_zero,
        bool_and(is_absent_report_zero) as is_absent_report_zero
    from term
    where source_number > 0 and side <> 'when'
    group by rule_number, judges_form, source_number, form_code, period_shift
),

-- the sources in whose reports a line must stand, a bit each
final as (
    select
        foreign_source.rule_number,
        judged.submission_key,
        min(foreign_source.side) as foreign_side,
        sum(counterpart.n_evidence) as n_evidence,
        max(counterpart.cut_off_date) as cut_off_date,
        bool_and(counterpart.is_adjacent) as is_adjacent,
        bool_and(counterpart.is_first) as is_first,
        bool_or(
            counterpart.n_evidence = 0
            and not (foreign_source.period_shift = 'previous' and counterpart.is_first)
            and not foreign_source.is_absent_report_zero
        ) as is_report_absent,
        bool_or(counterpart.n_evidence = 0 and foreign_source.period_shift = 'predecessors') as is_without_predecessor,
        coalesce(bit_or(1 << foreign_source.source_number) filter (
            where counterpart.n_evidence > 0 and not foreign_source.is_absent_zero
        ), 0) as sources_there,
        coalesce(bit_or(1 << foreign_source.source_number) filter (
            where counterpart.n_evidence > 0 and not foreign_source.is_absent_zero and not counterpart.is_line_form
        ), 0) as sources_with_all_lines
    from foreign_source
    inner join judged on foreign_source.judges_form = judged.form_code
    inner join counterpart
        on judged.submission_key = counterpart.submission_key
        and foreign_source.form_code = counterpart.counterpart_form_code
        and foreign_source.period_shift = counterpart.period_shift
    group by foreign_source.rule_number, judged.submission_key
)

select * from final
