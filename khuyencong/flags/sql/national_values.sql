-- The value of each national row over the submissions that stand, without what is held this night.
with held as (
    select distinct
        submission_key,
        sheet_code,
        row_number,
        column_name
    from checks.hold
    where run_key = %(run_key)s
)

select
    figure.budget_year,
    case when form.has_document_no then figure.period_end else submission.period_end end as row_period_end,
    figure.fund_code,
    figure.indicator_code,
    figure.measure,
    sum(figure.value) as accepted
from staging.stg_figure as figure
inner join staging.stg_submission as submission on figure.submission_key = submission.submission_key
inner join register.form as form on figure.form_code = form.form_code
inner join checks.standing on figure.submission_key = standing.submission_key
left join held
    on figure.submission_key = held.submission_key
    and figure.sheet_code = held.sheet_code
    and figure.row_number = held.row_number
    and figure.column_name = held.column_name
where figure.is_source_of_record and held.submission_key is null
group by
    figure.budget_year,
    row_period_end,
    figure.fund_code,
    figure.indicator_code,
    figure.measure
having sum(figure.value) is not null
