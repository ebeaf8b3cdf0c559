-- A cell behind a verdict of a flag.
insert into checks.flag_figure (
    flag_id, rule_id, submission_key, sheet_code, row_number, column_name, figure_key, is_suspected
)
values (
    %(flag_id)s, %(rule_id)s, %(submission_key)s, %(sheet_code)s, %(row_number)s, %(column_name)s, %(figure_key)s,
    %(is_suspected)s
)
