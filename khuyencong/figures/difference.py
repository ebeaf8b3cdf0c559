"""Two submissions cell by cell: what changed, what came and went, the totals, and what the nation's figures move by."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg2.extras import RealDictCursor

from ingestion.transports.seen import place_of
from khuyencong.figures.difference_cells import changed_cells, one_line, read_columns, read_lines
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


TOTAL_KEY = ("budget_year", "period_start", "period_end", "fund_code", "activity_code", "indicator_code", "measure")


class DifferenceError(ValueError):
    """Two names that lead to no pair of submissions; the message says why and what to do."""


def diff(connection: Connection, before: str, after: str) -> dict[str, Any]:
    """{pairs: [{before, after, cells, lines_added, lines_removed, totals, national, is_material}]} for two names.

    A name is a submission_key, a path (of a file here, or its place in an inbox), or the first digits of a sha256. A file of
    several forms is compared form by form. `cells`: sheet, cell before and after, header, line, before, after, and the
    difference where both are quantities (money or the indicator's unit); `totals`: each indicator and measure of its source of
    record; `national`: how much each national key moves when `after` stands in place of `before`, beside what the open release
    accepts there. Raises DifferenceError.
    """
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("select to_regclass('facts.fct_submission') is not null as is_built")
        if not cursor.fetchall()[0]["is_built"]:
            raise DifferenceError("No night has finished yet. Run `kc nightly`.")
        heads_before, heads_after = (_heads(cursor, name) for name in (before, after))
        return {"pairs": [_pair(cursor, old, new) for old, new in _pairs(heads_before, heads_after, before, after)]}


def _heads(cursor: RealDictCursor, name: str) -> list[dict[str, Any]]:
    """The submissions that a name means; of bytes that came several times the last."""
    path = Path(name)
    is_sha256 = False
    meant: dict[str, object] = dict.fromkeys(("submission_key", "sha256", "sha256_like", "location"))
    if name.isdecimal() and len(name) < 12:
        meant["submission_key"] = int(name)
    elif path.is_file():
        meant["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    elif len(name) >= 6 and not set(name.lower()) - set("0123456789abcdef"):
        meant["sha256_like"] = name.lower() + "%"
        is_sha256 = True
    else:
        meant["location"] = place_of(name)
    cursor.execute(read_statement(__package__, "submissions_named"), meant)
    found = cursor.fetchall()
    if not found:
        raise DifferenceError(f"No submission was received as {name!r}. `kc submit {name} --dry-run` reads a file that never came.")
    if len({row["sha256"] for row in found}) > 1 and is_sha256:
        raise DifferenceError(f"{name!r} begins the sha256 of several files. Give more digits.")
    cursor.execute(read_statement(__package__, "heads_of_submissions"), {"submissions": [row["submission_key"] for row in found]})
    return [dict(row) for row in cursor]


def _pairs(
    before: list[dict[str, Any]], after: list[dict[str, Any]], *names: str
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    by_form = {head["form_code"]: head for head in before}
    pairs = [(by_form[head["form_code"]], head) for head in after if head["form_code"] in by_form]
    if not pairs:
        forms = [", ".join(sorted({head["form_code"] for head in side})) for side in (before, after)]
        raise DifferenceError(f"{names[0]} holds {forms[0]}, {names[1]} holds {forms[1]}: no form to compare.")
    return pairs


def _pair(cursor: RealDictCursor, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    lines = read_lines(cursor, old, new)
    columns = read_columns(cursor, old, new)
    before, after = lines[old["submission_key"]], lines[new["submission_key"]]
    cells = [
        cell
        for place in sorted(before.keys() & after.keys(), key=lambda key: after[key]["row_number"])
        for cell in changed_cells(place, before[place], after[place], columns, old, new)
    ]
    totals = _totals(cursor, old, new)
    national = _national(cursor, new, totals) if new["submission_kind"] == "report" else []
    return {
        "before": old,
        "after": new,
        "cells": cells,
        "lines_added": [one_line(key, after[key], columns, new) for key in sorted(after.keys() - before.keys(), key=str)],
        "lines_removed": [one_line(key, before[key], columns, old) for key in sorted(before.keys() - after.keys(), key=str)],
        "totals": totals,
        "national": national,
        "is_material": bool(national),
    }


def _totals(cursor: RealDictCursor, old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    two = {"before": old["submission_key"], "after": new["submission_key"]}
    cursor.execute(read_statement(__package__, "totals_of_two_submissions"), two)
    return [{**row, "difference": row["after"] - row["before"]} for row in cursor]


def _national(cursor: RealDictCursor, new: dict[str, Any], totals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The national keys that move, with what the open release accepts there."""
    moved = [row for row in totals if row["is_national"] and row["difference"]]
    if not moved:
        return []
    where = {
        "span_ends": [row["period_end"] for row in moved],
        "span_end": new["period_end"],
        "indicators": [row["indicator_code"] for row in moved],
    }
    cursor.execute(read_statement(__package__, "accepted_of_open_release"), where)
    accepted = {tuple(row[name] for name in TOTAL_KEY): row["accepted"] for row in cursor}
    return [
        {**{name: row[name] for name in TOTAL_KEY}, "moves_by": row["difference"],
         "accepted": accepted.get(tuple(row[name] for name in TOTAL_KEY))}
        for row in moved
    ]  # fmt: skip
