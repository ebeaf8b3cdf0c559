-- For every judged submission and every other source that its rules name: is anything there, how complete, cut off
-- when?
{{ config(materialized='table') }}

with judged as (
    select * from {{ ref('chk_submission') }}
),

evidence as (
    select * from {{ ref('chk_evidence') }}
),

form as (
    select * from {{ source('register', 'form') }}
),

foreign_source as (
    select distinct
        rule.judges_form,
        rule_term.form_code,
        rule_term.period_shift
    from {{ source('register', 'rule') }} as rule
    inner join {{ source('register', 'rule_term') }} as rule_term on rule.rule_id = rule_term.rule_id
    where rule_term.form_code <> rule.judges_form or rule_term.period_shift <> 'same'
),

-- the month of the budget year in which the form was asked for before
expected as (
    select
        judged.submission_key,
        (
            select max(asked.month_of_year)
            from unnest(form.period_months) as asked (month_of_year)
            where asked.month_of_year < register.month_of_year(judged.period_end)
        ) as previous_month
    from judged
    inner join form on judged.form_code = form.form_code
),

final as (
    select
        judged.submission_key,
        foreign_source.form_code as counterpart_form_code,
        foreign_source.period_shift,
        count(evidence.evidence_submission_key) as n_evidence,
        max(evidence.cut_off_date) as cut_off_date,
        form.is_line_form,
        coalesce(
            bool_and(register.month_of_year(evidence.evidence_period_end) = expected.previous_month), false
        ) as is_adjacent,
        -- nothing can come before the first report that a period_start allows
        expected.previous_month is null
        or register.year_start(judged.budget_year) + make_interval(months => expected.previous_month::integer - 1)
        < judged.period_start as is_first
    from judged
    inner join foreign_source on judged.form_code = foreign_source.judges_form
    inner join form on foreign_source.form_code = form.form_code
    inner join expected on judged.submission_key = expected.submission_key
    left join evidence
        on judged.submission_key = evidence.submission_key
        and foreign_source.form_code = evidence.form_code
        and foreign_source.period_shift = evidence.period_shift
    group by
        judged.submission_key, foreign_source.form_code, foreign_source.period_shift, form.is_line_form,
        expected.previous_month, judged.budget_year, judged.period_start
)

select * from final
