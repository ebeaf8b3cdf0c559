-- Every flag on a figure of some submissions, open or closed.
select
    flagged.submission_key,
    flagged.sheet_code,
    flagged.row_number,
    flagged.column_name,
    flagged.rule_id,
    flag.flag_id,
    flag.severity,
    flag.explanation_vi,
    flag.explanation_en,
    flag.closed_run is null as is_open
from checks.flag_figure as flagged
inner join checks.flag as flag on flagged.flag_id = flag.flag_id
where flagged.submission_key = any(%(submissions)s)
order by flag.flag_id, flagged.rule_id
