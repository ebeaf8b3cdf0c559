-- Every figure of record of some submissions, with its national row. A plan of a report stands in the row of that
-- report's period.
select
    figure.submission_key,
    figure.sheet_code,
    figure.row_number,
    figure.column_name,
    figure.budget_year,
    case when form.has_document_no then figure.period_end else submission.period_end end as period_end,
    figure.fund_code,
    figure.indicator_code,
    figure.measure,
    figure.value,
    coalesce(meaning.is_money, false) as is_money
from staging.stg_figure as figure
inner join staging.stg_submission as submission on figure.submission_key = submission.submission_key
inner join register.form as form on figure.form_code = form.form_code
left join staging.stg_indicator as meaning on figure.indicator_code = meaning.indicator_code
where figure.is_source_of_record and figure.submission_key = any(%(submission_keys)s)
