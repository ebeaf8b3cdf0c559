"""The bridge between two releases: every difference of a figure split by reason, down to unit, submission and cell.

The changes are one SQL function, release.bridge_changes; before and after are the roll-up's own figures of
the two releases, so what is left over is computed beside the parts and not assumed.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg2.extras import RealDictCursor

from ingestion.budget_year_row import read_budget_years
from ingestion.written.budget_years import BudgetYears
from khuyencong.figures.lineage import attach_cells
from khuyencong.figures.rollup import check_choice
from khuyencong.figures.spans import UnknownChoice, read_spans
from khuyencong.release.listing import find_release
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


AMOUNTS = ("accepted", "disputed", "disputed_low", "disputed_high", "missing_low", "missing_high")
LEVELS = ("nation", "region", "unit", "submission", "cell")
KEY = ("span", "group_key", "budget_year", "fund_code", "activity_code", "indicator_code", "measure")
# What tells the parts of a figure apart at each level; a cell is a change of one contribution.
PART_OF = {
    "nation": ("reason",), "region": ("reason",), "unit": ("reason",), "submission": ("reason", "cause_reference"),
    "cell": (
        "reason", "cause_reference", "contribution_key", "project_key", "establishment_key", "dimension_key", "release_number",
    ),
}  # fmt: skip


def bridge(
    connection: Connection,
    release_a: int,
    release_b: int,
    by: str = "nation",
    period: str | None = None,
    fund: str | None = None,
    activity: str | None = None,
    indicator: str | None = None,
    unit: str | None = None,
) -> dict[str, Any]:
    """Every figure that differs between release A and a later release B, its difference split by reason.

    Returns {release_a, release_b, by, n_not_numbers, figures}. A figure: its key as in `kc rollup`, `before` and `after` (the six
    amounts of the currency or the indicator's unit), `parts` (reason, amounts, n_changes; by submission also cause_reference and
    `submissions`; by cell also project, establishment, `codes`, release and `cell`) and `residual` (before + parts - after, by
    amount).
    `unit` is a unit or a region. Figures that are no number at one end (not added up, and several) are only counted.
    Raises ValueError when B is older than A, LookupError for an unknown release, UnknownChoice.
    """
    if by not in LEVELS:
        raise UnknownChoice(f"'{by}' is no level. Write --by {', '.join(LEVELS[:-1])} or {LEVELS[-1]}.")
    if release_b < release_a:
        raise ValueError(f"Release {release_b} is older than release {release_a}: give the older one first.")
    names = (("fund", fund), ("activity", activity), ("indicator", indicator))
    funds, activities, indicators = (check_choice(connection, name, code) for name, code in names)
    for number in (release_a, release_b):
        find_release(connection, release=number)
    choice: dict[str, Any] = {
        "a": release_a, "b": release_b, "funds": funds, "activities": activities, "indicators": indicators, "unit": unit,
        "level": by if by in ("nation", "region") else "unit",
    }  # fmt: skip
    years = read_budget_years(connection)
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        spans = _spans(cursor, choice, period, years)
        choice |= {"starts": [span[0] for span in spans], "ends": [span[1] for span in spans], "n": len(spans)}
        figures, n_not_numbers = ([], 0) if release_a == release_b or not spans else _figures(cursor, choice, by, spans, years)
    return {"release_a": release_a, "release_b": release_b, "by": by, "n_not_numbers": n_not_numbers, "figures": figures}


def _spans(
    cursor: RealDictCursor, choice: dict[str, Any], period: str | None, years: BudgetYears
) -> list[tuple[date, date]]:
    if period is not None:
        return [(span.period_start, span.period_end) for span in read_spans(period, years)]
    cursor.execute(read_statement(__package__, "spans_of_bridge"), choice)
    return [(row["period_start"], row["period_end"]) for row in cursor]


def _figures(
    cursor: RealDictCursor, choice: dict[str, Any], by: str, spans: list[tuple[date, date]], years: BudgetYears
) -> tuple[list[dict[str, Any]], int]:
    """Figures with a difference, in the order of their keys, and how many others are no number at one end."""
    levels = {"is_by_cell": by == "cell", "is_by_submission": by in ("cell", "submission")}
    cursor.execute(read_statement(__package__, "changes_by_reason"), {**choice, **levels})
    told = (*PART_OF[by], *AMOUNTS, "n_changes")
    parts: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in cursor.fetchall():
        parts[tuple(row[name] for name in KEY)].append({name: row[name] for name in told})
    before, after = (_amounts(cursor, choice, release) for release in (choice["a"], choice["b"]))
    names = _unit_names(cursor)
    figures, n_not_numbers = [], 0
    nothing = dict.fromkeys(AMOUNTS, Decimal(0))
    for key in sorted(parts.keys() | before.keys() | after.keys()):
        old, new = before.get(key, nothing), after.get(key, nothing)
        if None in old.values() or None in new.values():
            n_not_numbers += old != new
            continue
        if old == new and key not in parts:
            continue
        at_end = spans[key[0] - 1][1]
        start, end = (years.start(key[2]), years.end(key[2])) if key[6] == "plan" else spans[key[0] - 1]
        figures.append({
            "unit_key": key[1], "unit_name": names.get(key[1], key[1]), "budget_year": key[2],
            "period_start": start, "period_end": end,
            "as_at": at_end, "fund": key[3], "activity": key[4], "indicator_code": key[5], "measure": key[6],
            "before": old, "after": new, "parts": parts[key],
            "residual": {n: old[n] + sum(p[n] for p in parts[key]) - new[n] for n in AMOUNTS},
        })  # fmt: skip
    if by == "cell":
        attach_cells(cursor, [part for figure in figures for part in figure["parts"]])
    if by in ("cell", "submission"):
        _attach_submissions(cursor, [part for figure in figures for part in figure["parts"]])
    return figures, n_not_numbers


def _amounts(cursor: RealDictCursor, choice: dict[str, Any], release: int) -> dict[tuple[Any, ...], dict[str, Decimal | None]]:
    cursor.execute(read_statement(__package__, "figures_of_release"), {**choice, "release": release})
    return {tuple(row[name] for name in KEY): {name: row[name] for name in AMOUNTS} for row in cursor}


def _unit_names(cursor: RealDictCursor) -> dict[str, str]:
    cursor.execute("select unit_key, unit_name from register.units")
    return {row["unit_key"]: row["unit_name"] for row in cursor}


def _attach_submissions(cursor: RealDictCursor, parts: list[dict[str, Any]]) -> None:
    """Add to each part its `submissions`: what was read from the bytes that caused it; none for a report that is missing."""
    causes = sorted({part["cause_reference"] for part in parts})
    cursor.execute(read_statement(__package__, "submissions_of_bytes"), {"causes": causes})
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in map(dict, cursor.fetchall()):
        found[row.pop("sha256")].append(row)
    for part in parts:
        part["submissions"] = found.get(part["cause_reference"], [])
