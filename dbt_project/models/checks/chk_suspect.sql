-- What the engine is asked about: the cells of every hard failed linear verdict, and those of the linear verdicts that
-- share a cell with one, with the same figure of the period before (of the year before, when none came before). Where
-- the form gives the lines, or several columns of one line fail, whole lines may be at fault: then every verdict about
-- the lines of that sheet.
{{ config(
    materialized='table',
    pre_hook=[
        hash_joins_only(), "analyze {{ source('register', 'rule') }}", "analyze {{ ref('chk_submission') }}", "analyze {{ ref('chk_standing') }}",
        "analyze {{ ref('chk_verdict_figure') }}"
    ],
    indexes=[{'columns': ['submission_key']}]
) }}

with rule as (
    select
        *,
        row_number() over (order by rule_id)::integer as rule_number
    from {{ source('register', 'rule') }}
),

submission as (
    select * from {{ ref('chk_submission') }}
),

standing as (
    select stg_submission.*
    from {{ ref('stg_submission') }} as stg_submission
    inner join {{ ref('chk_standing') }} as chosen on stg_submission.submission_key = chosen.submission_key
),

form as (
    select * from {{ source('register', 'form') }}
),

disputed as (
    select * from {{ ref('chk_disputed') }}
),

figure as (
    select * from {{ ref('stg_figure') }}
),

meaning as (
    select * from {{ ref('stg_indicator') }}
),

failed as (
    select * from {{ ref('chk_failing') }}
    where family = 'linear' and verdict = 'fail' and closeness = 'hard' and severity <> 'shadow'
),

failed_cell as (
    select distinct
        verdict_figure.submission_key,
        verdict_figure.figure_submission_key,
        verdict_figure.sheet_code,
        verdict_figure.row_number,
        verdict_figure.column_name
    from {{ ref('chk_verdict_figure') }} as verdict_figure
    inner join failed
        on verdict_figure.submission_key = failed.submission_key
        and verdict_figure.rule_id = failed.rule_id
        and verdict_figure.scope_key = failed.scope_key
),

wanted as (
    select distinct
        rule.rule_number,
        failed.submission_key
    from failed
    inner join submission on failed.submission_key = submission.submission_key
    inner join rule
        on submission.form_code = rule.judges_form
        and rule.family = 'linear'
        and rule.severity <> 'shadow'
),

matched as (
    {{ rule_matches('linear', 'wanted') }}
),

-- a tolerance, a cut-off or a truncation is no linear rule on rounded figures: those verdicts say nothing here
verdict as (
    select
        chk_verdict.*,
        rule.rule_number,
        rule.parameters -> 'when' as conditions,
        rule.parameters ?| array['when', 'when_codes'] as has_conditions
    from {{ ref('chk_verdict') }} as chk_verdict
    inner join rule on chk_verdict.rule_id = rule.rule_id
    where
        chk_verdict.submission_key in (select failed.submission_key from failed)
        and (
            chk_verdict.closeness in ('exact', 'rounding', 'borderline', 'hard')
            or chk_verdict.reason = 'missing_value'
        )
),

term as (
    select
        verdict.submission_key,
        verdict.rule_id,
        verdict.scope_key,
        verdict.verdict,
        case when matched.side = 'when' then matched.alternative else 0 end as condition_number,
        case when matched.side = 'when' then verdict.conditions -> (matched.alternative - 1) ->> 'operator' end
            as condition_operator,
        case when matched.side = 'when' then (verdict.conditions -> (matched.alternative - 1) ->> 'value')::numeric end
            as condition_bound,
        verdict.has_conditions or matched.is_chosen_by_codes as is_of_some_lines,
        matched.operator,
        matched.is_each,
        matched.side,
        matched.aggregate,
        matched.coefficient,
        matched.figure_submission_key,
        matched.figure_sheet_code as sheet_code,
        matched.figure_row_number as row_number,
        matched.figure_column_name as column_name,
        matched.figure_key,
        matched.line_key,
        matched.value,
        matched.low,
        matched.high,
        (matched.value is distinct from matched.reported_value) as is_corrected,
        failed_cell.submission_key is not null as is_failed_cell
    from matched
    inner join verdict
        on matched.rule_number = verdict.rule_number
        and matched.submission_key = verdict.submission_key
        {%- for name in scope_columns() if name != 'unit_key' %}
            and matched.{{ name }} = verdict.{{ name }}
        {%- endfor %}
        and matched.unit_key = verdict.scope_unit_key
    left join failed_cell
        on matched.submission_key = failed_cell.submission_key
        and matched.figure_submission_key = failed_cell.figure_submission_key
        and matched.figure_sheet_code = failed_cell.sheet_code
        and matched.figure_row_number = failed_cell.row_number
        and matched.figure_column_name = failed_cell.column_name
    where not matched.is_not_applicable
),

failed_line as (
    select
        submission_key,
        sheet_code,
        row_number,
        count(*) as n_columns
    from failed_cell
    where figure_submission_key = submission_key
    group by submission_key, sheet_code, row_number
),

by_lines as (
    select distinct
        failed_line.submission_key,
        failed_line.sheet_code
    from failed_line
    inner join submission on failed_line.submission_key = submission.submission_key
    inner join form on submission.form_code = form.form_code
    where failed_line.n_columns >= 2 or not form.is_line_form
),

asked as (
    select
        term.submission_key,
        term.rule_id,
        term.scope_key,
        bool_or(term.is_failed_cell) as is_touching,
        bool_or(by_lines.submission_key is not null) as is_about_lines
    from term
    left join by_lines
        on term.figure_submission_key = by_lines.submission_key
        and term.submission_key = by_lines.submission_key
        and term.sheet_code = by_lines.sheet_code
        and not term.is_each
    group by term.submission_key, term.rule_id, term.scope_key
    having bool_or(term.is_failed_cell or by_lines.submission_key is not null)
),

report_before as (
    select distinct on (submission.submission_key)
        submission.submission_key,
        standing.submission_key as before_submission_key
    from submission
    inner join standing
        on submission.form_code = standing.form_code
        and submission.unit_key = standing.unit_key
        and submission.sender_role = standing.sender_role
        and submission.period_end > standing.period_end
        and (
            submission.budget_year = standing.budget_year and submission.period_start = standing.period_start
            or submission.budget_year = standing.budget_year + 1
            and extract(month from submission.period_end) = extract(month from standing.period_end)
        )
    where
        submission.submission_key in (select failed.submission_key from failed)
        and not submission.has_document_no
    order by submission.submission_key, standing.period_end desc
),

before as (
    select
        report_before.submission_key,
        figure.sheet_code,
        figure.line_key,
        figure.line_kind,
        figure.column_name,
        min(figure.value) as value
    from report_before
    inner join figure on report_before.before_submission_key = figure.submission_key
    left join disputed
        on figure.submission_key = disputed.submission_key
        and figure.sheet_code = disputed.sheet_code
        and figure.row_number = disputed.row_number
        and figure.column_name = disputed.column_name
    where disputed.submission_key is null
    group by
        report_before.submission_key, figure.sheet_code, figure.line_key, figure.line_kind, figure.column_name
    -- two lines of one key: nothing says which of them came before
    having count(*) = 1
),

final as (
    select
        term.*,
        figure.sheet_name,
        figure.cell_address,
        figure.line_kind,
        figure.reading,
        figure.factor,
        figure.fund_code,
        figure.measure,
        asked.is_touching,
        asked.is_about_lines,
        coalesce(meaning.is_money, false) as is_money,
        before.value as previous_value
    from term
    inner join asked
        on term.submission_key = asked.submission_key
        and term.rule_id = asked.rule_id
        and term.scope_key = asked.scope_key
    inner join figure
        on term.figure_submission_key = figure.submission_key
        and term.sheet_code = figure.sheet_code
        and term.row_number = figure.row_number
        and term.column_name = figure.column_name
    left join meaning on figure.indicator_code = meaning.indicator_code
    left join before
        on term.figure_submission_key = before.submission_key
        and figure.sheet_code = before.sheet_code
        and figure.line_key = before.line_key
        and figure.line_kind = before.line_kind
        and figure.column_name = before.column_name
)

select * from final
