"""One quantity cell → its reading: a number with its printed decimals, a date or tick that counts as one, a state, a blank."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from ingestion.form_sheet import Column
from ingestion.sheets.headers import read_mark
from ingestion.written.counts import multiple_of
from ingestion.written.money_units import money_factor
from ingestion.written.periods import read_date
from ingestion.written.programme_words import pattern_of, this_register, words_of
from ingestion.written.quantities import WIDE, CellReading, read_cell
from ingestion.written.text import folded
from warehouse.settings import this_programme

NUMERIC_TYPES = ("money", "number", "percent", "by_indicator")
ONE, ZERO = Decimal(1), Decimal(0)
# Of the smallest part: a sum of floats strays by the last of their 15 digits, which for the largest budgets is far less.
MOST_DUST = Decimal("0.001")


@cache
def _currency_before() -> re.Pattern[str]:
    """The currency before a number: "VND 10,5 triệu"."""
    words = pattern_of(words_of(this_register())["before_number"])
    return re.compile(rf"\s*({words})\s*(?=[\d(−–-])", re.IGNORECASE)


@cache
def _decimals() -> int:
    """Digits of an amount behind its mark."""
    return this_programme().decimals


@cache
def _bare_currency() -> str:
    """The currency before a number that says no scale; in capitals, where read_cell gives small letters."""
    return this_programme().currency_code


class Reading(NamedTuple):
    """What raw.cell keeps of a cell; `value` in the unit of its column."""

    reading: str
    value: Decimal | None = None
    decimals: int | None = None
    qualifier: str = "exact"
    is_estimated: bool = False
    alternatives: tuple[Decimal, ...] = ()


BLANK = Reading("blank")
UNREADABLE = Reading("unreadable")


def read_quantity(
    written: object,
    column: Column,
    column_factor: int,
    states: dict[str, str],
    mark_of_column: Callable[[], str | None] = lambda: None,
) -> Reading:
    """Read a cell as its column's type says; `column_factor` is how much of the currency a unit is; the column's own mark
    decides an ambiguous number.

    A cell that names its own unit of money ("1,2 tỷ" in a column of triệu) is turned into the column's unit, with its digits.
    """
    if column.type in NUMERIC_TYPES:
        cell, plain = _read_cell(type(written), written, None)
        if cell.reading == "ambiguous":
            cell, plain = _read_cell(type(written), written, mark_of_column())
        return _in_unit_of_column(cell, column, column_factor) if cell.unit_text else plain
    if written in ("", None):
        return BLANK
    if column.type == "date":
        if isinstance(written, str) and _read_cell(str, written, None)[0].reading != "unreadable":
            return _not_a_date(written)
        return Reading("date", ONE, 0) if read_date(written) else UNREADABLE
    if column.type == "mark":
        is_ticked = read_mark(written)
        if is_ticked is None:
            return UNREADABLE
        return Reading("mark", ONE, 0) if is_ticked else Reading("zero_mark", ZERO, 0)
    state = states.get(folded(str(written)))
    return UNREADABLE if state is None else Reading("state", ONE if state in column.counts_when else ZERO, 0)


def in_column_unit(reading: Reading, own_factor: int, column_factor: int) -> Reading:
    """A reading in a unit of money of its own, told in the unit of its column, with the place of its last printed digit."""
    if own_factor == column_factor:
        return reading
    factor = Decimal(own_factor) / Decimal(column_factor)
    return reading._replace(
        value=None if reading.value is None else reading.value * factor,
        decimals=None if reading.decimals is None else reading.decimals - factor.adjusted(),
        alternatives=tuple(value * factor for value in reading.alternatives),
    )


def has_smaller_part(amount: Decimal) -> bool:
    """Whether an amount has digits beyond the smallest part of the currency."""
    parts = amount.scaleb(_decimals(), context=WIDE)
    return parts != parts.to_integral_value()


def in_whole_parts(reading: Reading, column_factor: int) -> Reading:
    """An amount to the smallest part of the currency: digits beyond it are the dust of a formula, for there is nothing smaller.

    What would become nought and is no dust stays as it is written, for the door to refuse: what shows something is no nought.
    """
    most = len(str(column_factor)) - 1 + _decimals()
    if reading.value is None or reading.decimals is None or reading.decimals <= most:
        return reading
    value = reading.value.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_EVEN, context=WIDE)
    if not value and abs(reading.value) * column_factor >= MOST_DUST.scaleb(-_decimals()):
        return reading
    digits = value.normalize(WIDE).as_tuple().exponent
    return reading._replace(value=value, decimals=max(0, -digits) if isinstance(digits, int) else most)


def in_thousands(reading: Reading, times: int) -> Reading:
    """The reading of a cell whose number format divides what it holds by 1000 so many times: what people see."""
    if not times or reading.value is None or reading.decimals is None:
        return reading
    return reading._replace(value=reading.value.scaleb(-3 * times), decimals=reading.decimals + 3 * times)


def shown_percentage(reading: Reading) -> Reading:
    """The reading of a cell shown as a percentage: what people see is a hundred times what the file holds."""
    if reading.value is None:
        return reading
    return reading._replace(value=reading.value * 100, decimals=max(0, (reading.decimals or 0) - 2))


def _not_a_date(written: str) -> Reading:
    """Text in a date column that reads as a mark (blank, -, …, x) keeps that reading; a bare number is no date."""
    if read_date(written):
        return Reading("date", ONE, 0)
    cell, plain = _read_cell(str, written, None)
    return UNREADABLE if cell.reading in ("number", "ambiguous") else plain


@lru_cache(maxsize=1 << 16)
def _read_cell(kind: type, written: object, decimal_mark: str | None) -> tuple[CellReading, Reading]:
    """read_cell and what raw.cell keeps of it, remembered; the type belongs to the memory because True, 1 and 1.0 are equal."""
    before = _currency_before().match(written) if isinstance(written, str) else None
    cell = read_cell(written[before.end() :] if before else written, decimal_mark)
    if before and cell.reading in ("number", "ambiguous"):
        cell = replace(cell, unit_text=cell.unit_text or _bare_currency())
    return cell, _reading_of(cell)


def _reading_of(cell: CellReading) -> Reading:
    return Reading(cell.reading, cell.value, cell.decimals, cell.qualifier, cell.is_estimated, cell.alternatives)


def _in_unit_of_column(cell: CellReading, column: Column, column_factor: int) -> Reading:
    own = money_factor(cell.unit_text)
    if column.type == "percent":
        return _reading_of(cell) if cell.unit_text == "%" else UNREADABLE
    if column.type != "money":
        multiple = None if own is not None else multiple_of(cell.unit_text)
        return UNREADABLE if multiple is None else in_column_unit(_reading_of(cell), multiple, 1)
    is_part_of_smallest = own == 1 and cell.value is not None and has_smaller_part(cell.value)
    if own is None or is_part_of_smallest or (cell.unit_text == _bare_currency() and column_factor != 1):
        return UNREADABLE  # "VND 10,5" under millions: one of the two is wrong
    return in_column_unit(_reading_of(cell), own, column_factor)
