"""From released contributions back to the cells they were read from: file, sheet, cell, what was typed, its factor and value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from psycopg2 import sql
from psycopg2.extras import Json

from khuyencong.figures.codes import codes_of
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import RealDictCursor


def read_parts(cursor: RealDictCursor, choice: dict[str, Any]) -> list[dict[str, Any]]:
    """Contributions behind a figure, each with `sign` and the state of the figure it belongs to.

    `choice`: release, start, end (dates), indicator, measure, fund, activity, unit (None: all), where ({name: code}), as in
    khuyencong.figures.explain.
    """
    span = {"span_start": choice["start"], "span_end": choice["end"], "codes": Json(choice["where"])}
    cursor.execute(read_statement(__package__, "parts_of_figure"), {**choice, **span})
    return [dict(row) for row in cursor]


def attach_cells(cursor: RealDictCursor, parts: list[dict[str, Any]]) -> None:
    """Add to each part its `codes` by name, and its `cell` (None when nothing was received) with the codes of its line, the written
    text, flags, decisions and verdicts.
    """
    cursor.execute(read_statement(__package__, "cells_of_contributions"), {"keys": [part["contribution_key"] for part in parts]})
    cells = {row.pop("contribution_key"): row for row in map(dict, cursor.fetchall())}
    submissions = sorted({cell["submission_key"] for cell in cells.values()})
    written = _written(cursor, cells.values())
    flags = _grouped(cursor, "flags_of_submissions", {"submissions": submissions}, _place)
    verdicts = _grouped(cursor, "verdicts_of_submissions", {"submissions": submissions}, lambda row: row.pop("submission_key"))
    figures = [cell["figure_key"] for cell in cells.values()]
    decisions = _grouped(cursor, "decisions_on_figures", {"figures": figures}, lambda row: row.pop("figure_key"))
    for part in parts:
        part["codes"] = codes_of(part.pop("dimension_key"))
        cell = cells.get(part.pop("contribution_key"))
        if cell is not None:
            cell = dict(cell)  # a figure that came and went between two releases is two parts
            place = tuple(cell[name] for name in ("submission_key", "sheet_code", "row_number", "column_name"))
            cell["codes"] = cell["codes"] or {}
            cell["written"] = written.get(place)
            cell["landing"] = f"{cell['sha256'][:2]}/{cell['sha256']}.{cell.pop('file_extension')}"
            cell["flags"] = flags.get(place, [])
            cell["decisions"] = decisions.get(cell["figure_key"], [])
            cell["verdicts"] = {row["verdict"]: row["n_verdicts"] for row in verdicts.get(cell["submission_key"], [])}
        part["cell"] = cell


def _written(cursor: RealDictCursor, cells: Iterable[dict[str, Any]]) -> dict[tuple[Any, ...], str]:
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


def _grouped(
    cursor: RealDictCursor, statement: str, parameters: dict[str, object], key: Callable[[dict[str, Any]], Any]
) -> dict[Any, list[dict[str, Any]]]:
    cursor.execute(read_statement(__package__, statement), parameters)
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in map(dict, cursor.fetchall()):
        groups[key(row)].append(row)
    return groups


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.pop(name) for name in ("submission_key", "sheet_code", "row_number", "column_name"))
