"""`kc rollup`: figures of a release with their parts. The arithmetic is one SQL function, release.rollup, which the marts use as
well; here choices are read and checked, and rows become the document of the command contract.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg2 import sql
from psycopg2.extras import Json, RealDictCursor

from ingestion.budget_year_row import read_budget_years
from khuyencong.figures.codes import check_codes
from khuyencong.figures.spans import UnknownChoice, read_geography, read_spans
from khuyencong.release.final import AFTER_FINAL, final_release, freeze
from khuyencong.release.listing import find_release
from warehouse.rows import single_value

if TYPE_CHECKING:
    from warehouse.connections import Connection


__all__ = ["UnknownChoice", "check_choice", "rollup"]

ROW_KEY = (
    "unit_key", "unit_name", "budget_year", "period_start", "period_end", "fund", "activity", "indicator_code", "measure", "codes",
)  # fmt: skip
LEVELS = ("unit", "region", "nation")
TOTALS = ("fund", "activity")
# Column of the function → name in the document, where they differ.
NAMES = {"fund_code": "fund", "activity_code": "activity", "is_additive": "additive"}


def rollup(
    connection: Connection,
    period: str,
    fund: str | None = None,
    activity: str | None = None,
    indicator: str | None = None,
    geography: str = "as-reported",
    as_of: datetime | None = None,
    by: str = "nation",
    total: tuple[str, ...] = (),
    where: tuple[str, ...] = (),
    by_code: tuple[str, ...] = (),
) -> dict[str, Any]:
    """{release, as_of, geography, rows} of `kc rollup --json` for a period S..E (YYYY-MM..YYYY-MM).

    Amounts are of the currency or the indicator's unit; counts are units; a span over several budget years gives the rows of
    each. A span whose end is final shows the figures of the release that it was finalised at (final_release) and beside them
    what the release asked for says more (accepted_after_final, disputed_after_final; null while the period is open).
    Dimensions that are a form's own are added up: `where` (NAME=CODE) keeps the figures with these codes, and `by_code` breaks out
    dimensions by name; then each row has its `codes` by name (an empty text for none).
    Raises UnknownChoice for a choice that does not exist, LookupError while there is no release.
    """
    spans = read_spans(period, read_budget_years(connection))
    on_map = read_geography(geography)
    if by not in LEVELS:
        raise UnknownChoice(f"'{by}' is no level. Write --by unit, region or nation.")
    for dimension in total:
        if dimension not in TOTALS:
            raise UnknownChoice(f"'{dimension}' cannot be added up. Write --total fund, activity or both.")
    chosen = [check_choice(connection, name, code) for name, code in _codes(fund, activity, indicator)]
    release = find_release(connection, as_of)
    asked = check_codes(connection, release["release"], where, by_code)
    run = None if as_of is None else _run_known_at(connection, release["release"], as_of)
    codes = (Json(asked) if asked else None, list(by_code))
    rows: list[dict[str, Any]] = []
    for span in spans:
        rest = (span.period_start, span.period_end, *chosen, on_map, by, list(total))
        final = final_release(connection, span.period_end, as_of)
        newest = _rows_of(connection, release["release"], *rest, run, *codes)
        if final is None:
            rows.extend({**row, "final_release": None, **dict.fromkeys(AFTER_FINAL.values())} for row in newest)
        else:
            frozen = newest if final == release["release"] else _rows_of(connection, final, *rest, None, *codes)
            rows.extend(freeze(frozen, newest, ROW_KEY, final))
    for row in rows:
        told = json.loads(row.pop("codes"))
        if asked or by_code:
            row["codes"] = told
    return {
        "release": release["release"],
        "as_of": release["as_of"],
        "geography": on_map.isoformat() if on_map else "as-reported",
        "rows": rows,
    }


def _run_known_at(connection: Connection, release: int, as_of: datetime) -> int | None:
    """The run whose register the figures were shown with then: the last one that came to the release by that time."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select max(run_key) from release.run where release_number = %s and as_of <= %s", (release, as_of)
        )
        run: int | None = single_value(cursor)
        return run


def _rows_of(connection: Connection, *parameters: Any) -> list[dict[str, Any]]:
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        marks = "%s, %s, %s, %s, %s, %s, %s, %s, %s::text[], %s, %s::jsonb, %s::text[]"
        cursor.execute(f"select * from release.rollup({marks})", parameters)
        return [_document_row(row) for row in cursor]


def check_choice(connection: Connection, name: str, code: str | None) -> list[str] | None:
    """[code] when the register has it as a fund, activity or indicator; None for no choice. Raises UnknownChoice."""
    if code is None:
        return None
    table = {"fund": "funds", "activity": "activities", "indicator": "indicators"}[name]
    choice = sql.SQL("select {column} from {table} order by {column}").format(
        column=sql.Identifier(f"{name}_code"), table=sql.Identifier("register", table)
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(choice)
        known = [row[0] for row in cursor] + (["unallocated"] if name == "activity" else [])
    if code not in known:
        raise UnknownChoice(f"'{code}' is no {name}. The register has: {', '.join(known)}.")
    return [code]


def _codes(fund: str | None, activity: str | None, indicator: str | None) -> list[tuple[str, str | None]]:
    return [("fund", fund), ("activity", activity), ("indicator", indicator)]


def _document_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the function as the document names it: dates as text, whole amounts as integers, codes as JSON in one order."""
    return {NAMES.get(name, name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return value.isoformat() if isinstance(value, date) else value
