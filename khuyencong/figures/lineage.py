"""From released contributions back to the cells they were read from: file, sheet, cell, what was typed, its factor and value."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from psycopg2 import sql

# Contributions behind the figures of a span: at the end with +1; for a span not from January at the month before with -1, under
# the unit itself or, where it closed in between and is not carried, under the one that followed it.
PARTS = """
with place as (
    select unit_key, region_key from release.unit_map(null, %(end)s, release.run_of(%(release)s))
),
heir as (
    select unit_key, mapped_key from release.unit_map(%(end)s, %(end)s, release.run_of(%(release)s))
),
figure as (
    select f.* from release.figures(%(release)s, array[%(start)s::date], array[%(end)s::date]) as f
    inner join place as p on f.unit_key = p.unit_key
    where f.indicator_code = %(indicator)s and f.measure = %(measure)s
        and (%(fund)s::text is null or f.fund_code = %(fund)s)
        and (%(activity)s::text is null or f.activity_code = %(activity)s)
        and (%(unit)s::text is null or %(unit)s in (f.unit_key, p.region_key))
),
visible as (
    select * from release.contribution
    where opened_release <= %(release)s and (closed_release is null or closed_release > %(release)s)
        and indicator_code = %(indicator)s and measure = %(measure)s
        and budget_year = extract(year from %(end)s::date)
),
matched as (
    select distinct on (c.contribution_key)
        c.contribution_key, f.state as figure_state, f.value as figure_value, c.sign,
        c.unit_key, c.carried_into, c.fund_code, c.activity_code, c.indicator_code, c.measure, c.project_key,
        c.establishment_key, c.line_reference, c.period_start, c.period_end, c.effective_from, c.state, c.value, c.low, c.high,
        c.is_corrected, c.opened_release, c.reason, c.cause_reference
    from figure as f
    inner join (
        select v.*, 1 as sign, v.unit_key as answers_for from visible as v
        where (v.measure = 'plan' and v.effective_from <= %(end)s and coalesce(v.effective_to > %(end)s, true))
            or (v.measure <> 'plan' and v.period_end = %(end)s)
        union all
        select v.*, -1, h.mapped_key from visible as v
        inner join heir as h on v.unit_key = h.unit_key
        where v.measure = 'ytd' and v.period_end = %(before)s::date
    ) as c
        on (f.unit_key = c.unit_key or f.unit_key = c.answers_for)
        and f.fund_code = c.fund_code and f.activity_code = c.activity_code and f.project_key = c.project_key
        and f.establishment_key = c.establishment_key and (c.sign = -1 or f.carried_into = c.carried_into)
    order by c.contribution_key, f.unit_key <> c.unit_key
)
select * from matched
order by unit_key, fund_code, activity_code, project_key, establishment_key, period_end, effective_from, line_reference"""

# The cell of each contribution: the bytes it came from and its key there. The same bytes may have come twice: the submission in
# force first.
CELLS = """
select distinct on (c.contribution_key)
    c.contribution_key, f.submission_key, f.form_code, f.sheet_code, f.row_number, f.column_name, f.sheet_name,
    f.cell_address, f.figure_key, f.reading, f.value_written, f.factor,
    case when f.fact = 'beneficiary_support' then 1 else f.value end as value,
    s.submission_state, s.received_at, s.sha256, s.source_code, s.location, s.file_extension
from release.contribution as c
inner join facts.fct_submission as s on c.cause_reference = s.sha256
inner join staging.stg_figure as f
    on s.submission_key = f.submission_key and f.is_source_of_record
    and c.unit_key = f.unit_key and c.fund_code = f.fund_code and c.activity_code = f.activity_code
    and c.measure = f.measure and c.project_key = coalesce(f.project_key, '')
    and c.establishment_key = coalesce(f.establishment_key, '') and c.line_reference = f.line_reference
    and (c.indicator_code = f.indicator_code or f.fact = 'beneficiary_support' and c.establishment_key <> '')
where c.contribution_key = any(%(keys)s)
order by c.contribution_key, s.submission_state <> 'in_force', s.received_at desc, f.row_number"""

FLAGS = """
select g.submission_key, g.sheet_code, g.row_number, g.column_name, g.rule_id, f.flag_id, f.severity,
    f.explanation_vi, f.explanation_en, f.closed_run is null as is_open
from checks.flag_figure as g
inner join checks.flag as f on g.flag_id = f.flag_id
where g.submission_key = any(%(submissions)s)
order by f.flag_id, g.rule_id"""

DECISIONS = """
select d.figure_key, d.flag_id, d.rule_id, d.decision, d.reported_value, d.corrected_value, d.reason, d.decided_by, d.decided_at
from review.decision as d
inner join review.decision_in_force as i on d.decision_key = i.decision_key
where d.figure_key = any(%(figures)s)
order by d.decision_key"""

VERDICTS = """
select submission_key, verdict, count(*) as n_verdicts from checks.verdict_store
where submission_key = any(%(submissions)s) group by submission_key, verdict order by submission_key, verdict"""


def read_parts(cursor: Any, choice: dict[str, Any]) -> list[dict[str, Any]]:
    """Contributions behind a figure, each with `sign` and the state of the figure it belongs to.

    `choice`: release, start, end (dates), indicator, measure, fund, activity, unit (None: all), as in khuyencong.figures.explain.
    """
    start: date = choice["start"]
    before = date.fromordinal(start.toordinal() - 1) if start.month > 1 else None
    cursor.execute(PARTS, {**choice, "before": before})
    return [dict(row) for row in cursor]


def attach_cells(cursor: Any, parts: list[dict[str, Any]]) -> None:
    """Add to each part its `cell` (None when nothing was received), with written text, flags, decisions and verdicts."""
    cursor.execute(CELLS, {"keys": [part["contribution_key"] for part in parts]})
    cells = {row.pop("contribution_key"): row for row in map(dict, cursor.fetchall())}
    submissions = sorted({cell["submission_key"] for cell in cells.values()})
    written = _written(cursor, cells.values())
    flags = _grouped(cursor, FLAGS, {"submissions": submissions}, _place)
    verdicts = _grouped(cursor, VERDICTS, {"submissions": submissions}, lambda row: row.pop("submission_key"))
    figures = [cell["figure_key"] for cell in cells.values()]
    decisions = _grouped(cursor, DECISIONS, {"figures": figures}, lambda row: row.pop("figure_key"))
    for part in parts:
        cell = cells.get(part.pop("contribution_key"))
        if cell is not None:
            cell = dict(cell)  # a figure that came and went between two releases is two parts
            place = tuple(cell[name] for name in ("submission_key", "sheet_code", "row_number", "column_name"))
            cell["written"] = written.get(place)
            cell["landing"] = f"{cell['sha256'][:2]}/{cell['sha256']}.{cell.pop('file_extension')}"
            cell["flags"] = flags.get(place, [])
            cell["decisions"] = decisions.get(cell["figure_key"], [])
            cell["verdicts"] = {row["verdict"]: row["n_verdicts"] for row in verdicts.get(cell["submission_key"], [])}
        part["cell"] = cell


def _written(cursor: Any, cells: Any) -> dict[tuple[Any, ...], str]:
    """(submission, sheet, row, column) → text as typed, from the raw table of each form."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for cell in cells:
        wanted[cell["form_code"]].add(cell["submission_key"])
    found: dict[tuple[Any, ...], str] = {}
    for form_code, submissions in wanted.items():
        table = sql.Identifier("raw", form_code.replace("-", "_"))
        cursor.execute(
            sql.SQL("select to_jsonb(t) as line from {} as t where submission_key = any(%s)").format(table),
            (sorted(submissions),),
        )
        for row in cursor.fetchall():
            line = row["line"]
            place = (line["submission_key"], line["sheet_code"], line["row_number"])
            found.update({(*place, name): text for name, text in line.items() if isinstance(text, str)})
    return found


def _grouped(cursor: Any, query: str, parameters: dict[str, Any], key: Any) -> dict[Any, list[dict[str, Any]]]:
    cursor.execute(query, parameters)
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in map(dict, cursor.fetchall()):
        groups[key(row)].append(row)
    return groups


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.pop(name) for name in ("submission_key", "sheet_code", "row_number", "column_name"))
