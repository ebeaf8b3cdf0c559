-- Figures of reports in force that do not count, because another report in force tells the same figure and stands for
-- it: a report that repeats earlier periods beside its own. Of those that tell a figure at all the one of the latest
-- period counts, in it the column of the report's own period first. No form with such a column, no row.
{{ config(indexes=[{'columns': ['submission_key', 'sheet_code', 'row_number', 'column_name']}]) }}

with repeating as (
    select distinct form_code from {{ source('register', 'form_column') }}
    where
        column_role = 'figure'
        and (coalesce(period_months_before, period_to_month) is not null or period_end is not null)
),

figure as (
    select stg_figure.*
    from {{ ref('stg_figure') }} as stg_figure
    inner join repeating on stg_figure.form_code = repeating.form_code
    where stg_figure.is_source_of_record and not stg_figure.is_not_applicable
),

submission as (
    select * from {{ ref('fct_submission') }}
    where submission_kind = 'report' and submission_state = 'in_force'
),

ranked as (
    select
        figure.submission_key,
        figure.sheet_code,
        figure.row_number,
        figure.column_name,
        first_value(row(figure.submission_key, figure.sheet_code, figure.column_name)) over figure_told
        <> row(figure.submission_key, figure.sheet_code, figure.column_name) as is_repeated
    from figure
    inner join submission on figure.submission_key = submission.submission_key
    window figure_told as (
        partition by figure.form_code, figure.figure_key
        order by
            figure.is_missing,
            submission.period_end desc,
            figure.is_of_other_period,
            submission.submission_key desc,
            figure.sheet_code,
            figure.column_name
    )
),

final as (
    select
        submission_key,
        sheet_code,
        row_number,
        column_name
    from ranked
    where is_repeated
)

select * from final
