-- The amounts of judged reports beside what they are gauged against, or beside the things that they paid for: a row a
-- comparison and key.
{{ config(materialized='ephemeral') }}

with comparison as (
    select * from {{ ref('chk_scale_comparison') }}
),

judged as (
    select * from {{ ref('chk_judged') }}
),

meaning as (
    select * from {{ ref('stg_indicator') }}
),

evidence as (
    select
        judged.submission_key,
        judged.form_code as judges_form,
        judged.period_end,
        evidence.form_code,
        evidence.period_shift,
        evidence.evidence_submission_key,
        evidence.evidence_unit_keys
    from judged
    inner join (select distinct judges_form from comparison) as scaled on judged.form_code = scaled.judges_form
    inner join {{ ref('chk_evidence') }} as evidence on judged.submission_key = evidence.submission_key
),

-- the amounts of what is judged and of what it is gauged against come first: they are few among the cells of all years
cell as materialized (
    select
        evidence.submission_key,
        evidence.judges_form,
        evidence.period_end,
        evidence.period_shift,
        figure.submission_key as figure_submission_key,
        figure.form_code,
        figure.sheet_code,
        figure.row_number,
        figure.column_name,
        figure.line_kind,
        figure.activity_code,
        figure.fund_code,
        figure.indicator_code,
        figure.measure,
        figure.codes,
        coalesce(correction.corrected_value, figure.value) as value,
        -- also of a cell that the door refused because of its size
        coalesce(correction.corrected_value, figure.value, figure.value_written * figure.factor) as written_value,
        figure.is_source_of_record
    from evidence
    inner join {{ ref('stg_figure') }} as figure
        on evidence.evidence_submission_key = figure.submission_key
        and (evidence.evidence_unit_keys is null or figure.unit_key = any(evidence.evidence_unit_keys))
    left join {{ ref('chk_correction') }} as correction
        on figure.submission_key = correction.submission_key
        and figure.sheet_code = correction.sheet_code
        and figure.row_number = correction.row_number
        and figure.column_name = correction.column_name
    where coalesce(correction.corrected_value, figure.value, figure.value_written * figure.factor) <> 0
),

-- a gauge without its source says nothing: what it would have been is not even added up
there as (
    select distinct
        comparison.rule_number,
        comparison.alternative,
        comparison.gauge,
        evidence.submission_key
    from comparison
    inner join evidence
        on comparison.judges_form = evidence.judges_form
        and coalesce(comparison.against_form, evidence.judges_form) = evidence.form_code
        and coalesce(comparison.against_shift, 'same') = evidence.period_shift
),

-- by activity and fund; the same report a year before by indicator too; things by fund
compared as (
    select
        comparison.rule_number,
        comparison.gauge,
        comparison.alternative,
        cell.submission_key,
        term.role,
        case when comparison.gauge <> 'own_size' then cell.activity_code end as activity_code,
        cell.fund_code,
        case when comparison.gauge = 'year_before' then cell.indicator_code end as indicator_code,
        case
            when term.aggregate = 'count_lines' then 1
            when term.role = 'own' then cell.written_value
            else cell.value
        end as value,
        cell.is_source_of_record,
        disputed.submission_key is not null
        and cell.figure_submission_key <> cell.submission_key as is_disputed
    from cell
    inner join {{ ref('chk_rule_column') }} as term
        on cell.judges_form = term.judges_form
        and cell.period_shift = term.period_shift
        and cell.period_end between term.valid_from and term.valid_to
        and term.family = 'scale'
        and {{ is_picked('cell') }}
    inner join there as comparison
        on term.rule_number = comparison.rule_number
        and term.alternative = comparison.alternative
        and cell.submission_key = comparison.submission_key
    left join meaning on cell.indicator_code = meaning.indicator_code
    left join {{ ref('chk_disputed') }} as disputed
        on cell.figure_submission_key = disputed.submission_key
        and cell.sheet_code = disputed.sheet_code
        and cell.row_number = disputed.row_number
        and cell.column_name = disputed.column_name
    where term.role = 'things' or (term.role in ('own', 'against') and meaning.is_money)
),

final as (
    select
        rule_number,
        gauge,
        alternative,
        submission_key,
        fund_code,
        sum(value) filter (where role = 'own') as own_value,
        sum(value) filter (where role = 'against' and not is_disputed) as against_value,
        sum(value) filter (where role = 'things') as things,
        bool_or(is_source_of_record) filter (where role = 'own') as is_of_record,
        bool_or(is_disputed) as is_disputed
    from compared
    group by rule_number, gauge, alternative, submission_key, activity_code, fund_code, indicator_code
)

select * from final
