"""`kc explain`: from a figure to its contributions, and from each of them to the file, sheet and cell it was read from."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg2.extras import RealDictCursor

from ingestion.budget_year_row import read_budget_years
from khuyencong.figures.codes import check_codes
from khuyencong.figures.lineage import attach_cells, read_parts
from khuyencong.figures.rollup import check_choice
from khuyencong.figures.spans import UnknownChoice, read_spans
from khuyencong.release.final import final_release
from khuyencong.release.listing import find_release
from warehouse.settings import TIMEZONE
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


def explain(
    connection: Connection,
    period: str,
    indicator: str,
    fund: str | None = None,
    activity: str | None = None,
    unit: str | None = None,
    release: int | None = None,
    where: tuple[str, ...] = (),
) -> dict[str, Any]:
    """How a figure of a release came about.

    Returns {release, as_of, period_start, period_end, indicator_code, indicator_name, measure, fund, activity, unit_key,
    where, accepted, disputed, n_open, parts}. `where` are codes of dimensions that are a form's own, {name: code}; what is missing
    without a code may be of any. A part is a contribution: its key, its `codes` by name, `sign` (-1: taken off for a span not from
    January), state, value, low, high, the reason and release that opened it, `correction` (None, or what a reviewer put in place
    of the cell: its value less the cell's) and `cell`: source, location, sha256 and landing path of the file, sheet, cell, codes of
    its line, written text, factor, value, flags, decisions and counts of verdicts. `accepted` is the sum over accepted parts of
    sign x (cell value + correction). Amounts are exact.

    Raises UnknownChoice for what does not exist (a period over two budget years is two figures), LookupError without a release.
    """
    spans = read_spans(period, read_budget_years(connection))
    if len(spans) != 1:
        raise UnknownChoice(f"'{period}' runs over {len(spans)} budget years. Ask for one of them at a time.")
    check_choice(connection, "fund", fund)
    check_choice(connection, "activity", activity)
    check_choice(connection, "indicator", indicator)
    # without a release: the figure that `kc rollup` shows, which is the frozen one of a final period
    head = find_release(connection, release=release or final_release(connection, spans[0].period_end))
    asked = check_codes(connection, head["release"], where)
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        known = _indicator(cursor, indicator)
        choice = {
            "release": head["release"], "start": spans[0].period_start, "end": spans[0].period_end, "indicator": indicator,
            "measure": known["measure"], "fund": fund, "activity": activity,
            "unit": _unit(cursor, unit), "where": asked,
        }  # fmt: skip
        cursor.execute("select register.nation_key() as nation")
        choice |= dict(cursor.fetchone() or {})
        parts = read_parts(cursor, choice)
        attach_cells(cursor, parts)
    for part in parts:
        part["correction"] = _correction(part)
    told: dict[str, Any] = _plain({
        "release": head["release"],
        "as_of": head["as_of"],
        "period_start": choice["start"],
        "period_end": choice["end"],
        "indicator_code": indicator,
        "indicator_name": known["indicator_name"],
        "measure": choice["measure"],
        "fund": fund,
        "activity": activity,
        "unit_key": unit or choice["nation"],
        "where": asked,
        "accepted": sum((p["sign"] * p["value"] for p in parts if _counts(p)), Decimal(0)),
        "disputed": sum((p["value"] or 0 for p in parts if p["sign"] == 1 and p["state"] == "disputed"), Decimal(0)),
        "n_open": sum(p["figure_state"] in ("disputed", "missing") for p in parts),
        "parts": parts,
    })  # fmt: skip
    return told


def _counts(part: dict[str, Any]) -> bool:
    """A part is in the accepted total when the figure it belongs to is (for a span: when both its ends are)."""
    return part["figure_state"] in ("accepted", "carried") and part["value"] is not None


def _correction(part: dict[str, Any]) -> Decimal | None:
    cell = part["cell"]
    if cell is None or part["value"] is None or cell["value"] == part["value"]:
        return None
    correction: Decimal = part["value"] - (cell["value"] or 0)
    return correction


def _indicator(cursor: RealDictCursor, indicator: str) -> dict[str, Any]:
    cursor.execute(
        """select indicator.indicator_name, meaning.measure from register.indicators as indicator
        inner join staging.stg_indicator as meaning on indicator.indicator_code = meaning.indicator_code
        where indicator.indicator_code = %s""",
        (indicator,),
    )
    return dict(cursor.fetchall()[0])


def _unit(cursor: RealDictCursor, unit: str | None) -> str | None:
    """The unit or region to look at; None for the nation, the group in which no unit is listed."""
    if unit is None:
        return None
    cursor.execute(read_statement(__package__, "is_nation"), {"unit": unit})
    row = cursor.fetchone()
    if row is None:
        raise UnknownChoice(f"'{unit}' is no unit. Write its key, for example ha-noi; `kc status` lists those that owe.")
    return None if row["is_nation"] else unit


def _plain(value: Any) -> Any:
    """Whole decimals as integers, others as they are; dates and times as text."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, datetime):
        return value.astimezone(TIMEZONE).isoformat()
    return value.isoformat() if isinstance(value, date) else value
