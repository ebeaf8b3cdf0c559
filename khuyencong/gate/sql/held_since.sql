-- Each held cell (held_cells.sql) with the moment at which the last figure behind its first failed verdict had come.
with verdict as (
    select
        figure.submission_key,
        figure.rule_id,
        figure.scope_key,
        max(evidence.received_at) as known_at
    from checks.chk_verdict_figure as figure
    inner join raw.submission as evidence on figure.figure_submission_key = evidence.submission_key
    group by figure.submission_key, figure.rule_id, figure.scope_key
)

select
    held_cell.submission_key,
    min(verdict.known_at) as known_at
from held_cell
inner join verdict
    on
    held_cell.submission_key = verdict.submission_key
    and held_cell.rule_id = verdict.rule_id
    and held_cell.scope_key = verdict.scope_key
group by held_cell.submission_key, held_cell.sheet_code, held_cell.row_number, held_cell.column_name
