-- What one thing that a report counts usually costs: the logarithms of the amounts a thing, by rule, comparison and
-- fund, as known for a form and period.
{{ config(materialized='ephemeral') }}

with comparison as (
    select * from {{ ref('chk_scale_comparison') }}
    where gauge = 'own_size'
),

judged as (
    select * from {{ ref('chk_judged') }}
),

-- what a thing cost in each report that stands, by fund: the size of a report is that of its things
thing as (
    select
        comparison.rule_number,
        comparison.alternative,
        figure.submission_key,
        submission.unit_key,
        submission.budget_year,
        submission.period_end,
        figure.fund_code,
        sum(coalesce(correction.corrected_value, figure.value)) filter (where term.role = 'own') as amount,
        sum(case when term.aggregate = 'count_lines' then 1 else coalesce(correction.corrected_value, figure.value) end)
        filter (where term.role = 'things') as things
    from comparison
    inner join {{ ref('chk_rule_column') }} as term
        on comparison.rule_number = term.rule_number
        and comparison.alternative = term.alternative
    inner join {{ ref('stg_figure') }} as figure
        on {{ is_picked('figure') }}
    inner join {{ ref('chk_standing') }} as standing on figure.submission_key = standing.submission_key
    inner join {{ ref('stg_submission') }} as submission on figure.submission_key = submission.submission_key
    left join {{ ref('chk_correction') }} as correction
        on figure.submission_key = correction.submission_key
        and figure.sheet_code = correction.sheet_code
        and figure.row_number = correction.row_number
        and figure.column_name = correction.column_name
    left join {{ ref('chk_disputed') }} as disputed
        on figure.submission_key = disputed.submission_key
        and figure.sheet_code = disputed.sheet_code
        and figure.row_number = disputed.row_number
        and figure.column_name = disputed.column_name
    where
        disputed.submission_key is null
        and coalesce(correction.corrected_value, figure.value) <> 0
    group by
        comparison.rule_number, comparison.alternative, figure.submission_key, submission.unit_key,
        submission.budget_year, submission.period_end, figure.fund_code
),

asked as (
    select distinct
        form_code,
        budget_year,
        period_end
    from judged
),

-- over the units that reported by then, in this budget year and the one before; the middle half tells how alike they
-- are
final as (
    select
        thing.rule_number,
        thing.alternative,
        asked.form_code,
        asked.budget_year,
        asked.period_end,
        thing.fund_code,
        count(distinct thing.unit_key) as n_units,
        percentile_cont(array[0.25, 0.5, 0.75]) within group (
            order by log(thing.amount / thing.things)::double precision
        ) as quartiles
    from thing
    inner join comparison
        on thing.rule_number = comparison.rule_number
        and thing.alternative = comparison.alternative
    inner join asked
        on comparison.judges_form = asked.form_code
        and thing.period_end <= asked.period_end
        and thing.budget_year >= asked.budget_year - 1
    where thing.amount > 0 and thing.things > 0
    group by
        thing.rule_number, thing.alternative, asked.form_code, asked.budget_year, asked.period_end, thing.fund_code
)

select * from final
