"""What the product shows, laid beside the oracle: every mart, and the roll-up of every period on three maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from numbers import Number
from typing import Any

from oracle.comparators import Span
from oracle.comparison import Tally
from oracle.marts import KEYS, marts_of
from oracle.rollup import DIMENSIONS, View, roll_up
from oracle_nations import KnownNation

from khuyencong.rollup import rollup

MAPS = {"as-reported": None, "2025-06-30": date(2025, 6, 30), "2025-07-01": date(2025, 7, 1)}
LEVELS = ("unit", "region", "nation")
# Keys and run times: columns of numbers that no oracle can know, or that say which row it is.
EXEMPT = {
    "release_number": "number of a release: a key",
    "run_key": "number of a night: a key",
    "seconds": "run time",
}
ROLLUP_KEY = ("unit_key", "fund", "activity", "indicator_code", "measure")
Keeps = Callable[[tuple], bool]


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


def compare_marts(connection: Any, nation: KnownNation, keeps: Keeps = lambda row: True) -> Tally:
    """Every mart in every column that the oracle knows."""
    tally = Tally()
    for name, true in marts_of(nation.books, nation.owed).items():
        key = KEYS[name]
        rows = ask(connection, f"select * from marts.{name}")
        shown = {tuple(row[column] for column in key): row for row in rows}
        assert len(shown) == len(rows), f"{name}: its key is not one"
        known = set().union(*(row.keys() for row in true.values()))
        there = {row["column_name"] for row in ask(connection, COLUMNS, name)}
        kept = [{key: row for key, row in table.items() if keeps(key)} for table in (shown, true)]
        tally.compare(name, *kept, sorted(known & there))
    return tally


COLUMNS = "select column_name from information_schema.columns where table_schema = 'marts' and table_name = %s"


def compare_rollups(
    connection: Any, nation: KnownNation, spans: list[tuple[date | None, date]], totals: tuple[tuple[str, ...], ...] = ((),)
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
                        connection, f"{end.year}-{first_month:02d}..{end:%Y-%m}", geography=geography, by=by, total=total
                    )
                    true = {(unit, *key): row for (unit, key), row in roll_up(View(span, day, by, total)).items()}
                    shown = {tuple(row[name] for name in ROLLUP_KEY): row for row in document["rows"]}
                    assert len(shown) == len(document["rows"])
                    if before:
                        shown, true = ({k: r for k, r in t.items() if reported(nation, k, before, end)} for t in (shown, true))
                    _compare(tally, f"{geography} {by}{''.join(' ' + t for t in total)}", (before, end), shown, true)
    return tally


def reported(nation: KnownNation, row: tuple, *ends: date) -> bool:
    """Whether the form of a row is reported at both ends of a span: a month that nobody reports makes a span missing."""
    form = nation.books.form((row[1], row[2], row[3], row[4]))
    return form not in nation.books.calendar_forms or all(end in nation.books.ends[form] for end in ends)


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
    """Spans that do not begin in January: between any two quarter-ends of a year."""
    ends = [end for end in nation.books.periods if end.month % 3 == 0]
    return ((before, end) for before in ends for end in ends if before < end and before.year == end.year)


def from_january(nation: KnownNation) -> list[tuple[date | None, date]]:
    return [(None, end) for end in nation.books.periods]


def all_totals() -> tuple[tuple[str, ...], ...]:
    """What may be added up: nothing, each dimension, all."""
    return ((), *((name,) for name in DIMENSIONS), DIMENSIONS)
