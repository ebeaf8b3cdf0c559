-- Codes of the indicators of money of which a figure of record was reported.
select distinct figure.indicator_code
from staging.stg_figure as figure
inner join staging.stg_submission as submission on figure.submission_key = submission.submission_key
inner join register.form as form on figure.form_code = form.form_code
inner join staging.stg_indicator as meaning on figure.indicator_code = meaning.indicator_code
where
    figure.is_source_of_record
    and meaning.is_money
