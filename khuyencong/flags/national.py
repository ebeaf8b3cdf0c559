"""The national figures that flags are weighed against, and the figures of record that flags may be about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from khuyencong.culprits.suspects import Place
from warehouse.rows import rows_by_name, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


class NationalRow(NamedTuple):
    """The key of one national figure, all activities and units together."""

    budget_year: int
    period_end: date
    fund_code: str
    indicator_code: str
    measure: str


class RecordedFigure(NamedTuple):
    """A figure of record that a flag may be about: its national row and its value."""

    row: NationalRow
    value: Decimal | None
    is_money: bool


def read_recorded(cursor: Cursor, submission_keys: Sequence[int]) -> dict[Place, RecordedFigure]:
    """Every figure of record of the submissions. A plan of a report stands in the row of that report's period."""
    cursor.execute(read_statement(__package__, "recorded_figures"), {"submission_keys": list(submission_keys)})
    return {
        (row["submission_key"], row["sheet_code"], row["row_number"], row["column_name"]): RecordedFigure(
            NationalRow(*(row[name] for name in NationalRow._fields)), row["value"], row["is_money"]
        )
        for row in rows_by_name(cursor)
    }


def read_national(cursor: Cursor, run_key: int) -> dict[NationalRow, Decimal]:
    """The value of each national row over the submissions that stand, without what is held this night."""
    cursor.execute(read_statement(__package__, "national_values"), {"run_key": run_key})
    return {NationalRow(*key): value for *key, value in cursor}


def read_money_indicators(cursor: Cursor) -> frozenset[str]:
    """Codes of the indicators of money."""
    cursor.execute(read_statement(__package__, "money_indicators"))
    return frozenset(code for (code,) in cursor)


def read_stop_pct(cursor: Cursor) -> Decimal:
    """The register's `review_stop_pct`."""
    cursor.execute("select parameter_value from register.parameters where parameter_code = 'review_stop_pct'")
    return Decimal(single_value(cursor))
