-- Hold the cells (held_cells.sql) of some submissions in a run.
insert into checks.hold (run_key, submission_key, sheet_code, row_number, column_name, rule_id)
select
    %(run_key)s,
    submission_key,
    sheet_code,
    row_number,
    column_name,
    rule_id
from held_cell
where submission_key = any(%(submissions)s)
on conflict do nothing
