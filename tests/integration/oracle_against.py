"""What the product shows, laid beside the oracle: every mart, and the roll-up of every period on three maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from numbers import Number
from typing import Any

from oracle.comparators import Span
from oracle.comparison import Tally
from oracle.marts import KEYS, Table, marts_of
from oracle.rollup import ALL, DIMENSIONS, View, roll_up
from oracle_nations import KnownNation

from khuyencong.figures.rollup import rollup

MAPS = {"as-reported": None, "2025-06-30": date(2025, 6, 30), "2025-07-01": date(2025, 7, 1)}
LEVELS = ("unit", "region", "nation")
# Keys and run times: columns of numbers that no oracle can know, or that say which row it is.
EXEMPT = {
    "release_number": "number of a release: a key",
    "run_key": "number of a night: a key",
    "seconds": "run time",
}
ROLLUP_KEY = ("unit_key", "fund", "activity", "indicator_code", "measure")
Keeps = Callable[[str, str, date], bool]  # of a unit or group, a form and a month-end


def everything(unit: str, form: str, end: date) -> bool:
    """Compare every row."""
    return True


def ask(connection: Any, sql: str, *parameters: Any) -> list[dict[str, Any]]:
    """Rows of a query by column."""
    with connection, connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def numeric_columns(connection: Any) -> dict[str, list[str]]:
    """Columns of numbers of every mart."""
    found: dict[str, list[str]] = {}
    for row in ask(
        connection,
        """select table_name, column_name from information_schema.columns where table_schema = 'marts'
        and data_type in ('bigint', 'integer', 'smallint', 'numeric', 'double precision', 'real')
        order by table_name, ordinal_position""",
    ):
        found.setdefault(row["table_name"], []).append(row["column_name"])
    return found


def compare_marts(
    connection: Any, nation: KnownNation, tables: Mapping[str, Table] | None = None, keeps: Keeps = everything
) -> Tally:
    """Every mart (or the tables given) in every column that the oracle knows, in the rows that `keeps` keeps."""
    tally = Tally()
    for name, true in (tables or marts_of(nation.books, nation.owed)).items():
        key = KEYS[name]
        rows = ask(connection, f"select * from marts.{name}")
        shown = {tuple(row[column] for column in key): row for row in rows}
        assert len(shown) == len(rows), f"{name}: its key is not one"
        columns = {name for row in true.values() for name in row} & {name for row in rows for name in row}
        kept = [{k: r for k, r in table.items() if keeps(*_place(name, k, nation))} for table in (shown, true)]
        tally.compare(name, *kept, sorted(columns))
    return tally


def _place(mart: str, key: tuple, nation: KnownNation) -> tuple[str, str, date]:
    """(unit or group, form, month-end) of a row of a mart; nothing of a mart that is about no unit."""
    row = dict(zip(KEYS[mart], key, strict=True))
    unit = row.get("unit_key") or row.get("group_key") or ""
    if "fund_code" in row:
        form = nation.books.form((row["fund_code"], row["activity_code"], row["indicator_code"], row["measure"]))
    else:
        form = row.get("form_code", "")
    return unit, form, row.get("period_end", date.min)


def compare_rollups(
    connection: Any,
    nation: KnownNation,
    spans: Iterable[tuple[date | None, date]],
    totals: tuple[tuple[str, ...], ...] = ((),),
    keeps: Keeps = everything,
) -> Tally:
    """`kc rollup --json` of spans (day before, end) on three maps by unit, region and nation; None: from January."""
    tally = Tally()
    for before, end in spans:
        first_month = before.month + 1 if before else 1
        span = Span(nation.books, first_month, end)
        for geography, day in MAPS.items():
            for by in LEVELS:
                for total in totals:
                    document = rollup(
                        connection,
                        f"{end.year}-{first_month:02d}..{end:%Y-%m}",
                        geography=geography,
                        by=by,
                        total=total,
                    )
                    true = {(unit, *key): row for (unit, key), row in roll_up(View(span, day, by, total)).items()}
                    shown = {tuple(row[name] for name in ROLLUP_KEY): row for row in document["rows"]}
                    assert len(shown) == len(document["rows"])
                    shown, true = (
                        {k: row for k, row in table.items() if _is_kept(nation, k, before, end, keeps)}
                        for table in (shown, true)
                    )
                    name = " ".join((geography, by, *total))
                    _compare(tally, name, (before, end), shown, true)
    return tally


def _is_kept(nation: KnownNation, row: tuple, before: date | None, end: date, keeps: Keeps) -> bool:
    """Whether a row is compared: a month that nobody reports in its form makes flows of a span from or to it missing."""
    unit, fund, activity, indicator, measure = row
    sources = nation.books.register.source
    fund = fund if fund != ALL else next(of for code, of in sources if code == indicator)
    form = nation.books.form((fund, activity, indicator, measure))
    is_whole = form not in nation.books.calendar_forms or {before, end} <= {*nation.books.ends[form], None}
    return (before is None or is_whole or measure == "plan") and keeps(unit, form, end)


def _compare(tally: Tally, table: str, span: tuple, shown: dict, true: dict) -> None:
    if not shown and not true:
        return
    known = set().union(*(row.keys() for row in true.values()))
    there = set().union(*(row.keys() for row in shown.values()))
    numbers = {name for row in shown.values() for name, value in row.items() if is_number(value)}
    without = numbers - known - EXEMPT.keys()
    assert not without, f"columns of numbers without an oracle: {sorted(without)}"
    tally.compare(
        table,
        {(*span, *key): row for key, row in shown.items()},
        {(*span, *key): row for key, row in true.items()},
        sorted(known & there),
    )


def is_number(value: Any) -> bool:
    return isinstance(value, Number | Decimal) and not isinstance(value, bool)


def spans_of(nation: KnownNation) -> Iterator[tuple[date, date]]:
    """Spans that do not begin in January: between any two month-ends of a year that somebody reports."""
    ends = nation.books.periods
    return ((before, end) for before in ends for end in ends if before < end and before.year == end.year)


def from_january(nation: KnownNation) -> list[tuple[date | None, date]]:
    return [(None, end) for end in nation.books.periods]


def all_totals() -> tuple[tuple[str, ...], ...]:
    """What may be added up: nothing, each dimension, all."""
    return ((), *((name,) for name in DIMENSIONS), DIMENSIONS)
