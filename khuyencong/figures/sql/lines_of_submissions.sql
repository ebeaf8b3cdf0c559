-- The lines of some submissions, each with a name made of what it is about.
select
    submission_key,
    sheet_code,
    row_number,
    line_kind,
    concat_ws(
        '|', line_unit_key, fund_code, activity_code,
        indicator_code, project_key, establishment_key, effect_code, nullif(dimension_key, '')
    ) as line_name
from raw.line
where submission_key = any(%(submissions)s)
order by submission_key, sheet_code, row_number
