-- Which flag each of tonight's holds belongs to.
update checks.hold
set flag_id = flag_figure.flag_id
from checks.flag_figure
where
    hold.run_key = %(run_key)s
    and flag_figure.flag_id = any(%(flag_ids)s)
    and hold.submission_key = flag_figure.submission_key
    and hold.sheet_code = flag_figure.sheet_code
    and hold.row_number = flag_figure.row_number
    and hold.column_name = flag_figure.column_name
    and hold.rule_id = flag_figure.rule_id
