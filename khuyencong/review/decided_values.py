"""Corrected values as people type them, and as the tools print them: 571,2 · 571.200.000 · 12 triệu đồng."""

from __future__ import annotations

from decimal import Decimal

from ingestion.sheets.cells import has_smaller_part
from ingestion.written.money_units import money_factor
from ingestion.written.quantities import read_cell
from khuyencong.flags.numbers import number_vi
from khuyencong.flags.scale_words import printed_unit
from khuyencong.review.words import AnswerRefused
from warehouse.settings import this_programme

MOST_DIGITS = 20


def read_value(written: str, is_money: bool, factor: Decimal = Decimal(1)) -> Decimal:
    """A corrected value; of the currency for money, else the indicator's unit. Raises AnswerRefused for one that is not clear.

    factor  that of the unit that the cell was written in. A number that the currency has no part for stands in that unit; any
            other bare number counts the currency, and is refused where it is less than one such unit: which is meant?
    """
    if not written.strip():
        raise AnswerRefused("value_missing")
    read = read_cell(written)
    # The first of two readings takes the mark for thousands. Nobody writes thousandths of a currency.
    alternatives = read.alternatives[:1] if is_money and not read.unit_text else read.alternatives
    if len(alternatives) > 1:
        first, second = (str(value).replace(".", ",") for value in alternatives)
        raise AnswerRefused("value_ambiguous", written=written, first=first, second=second)
    value = alternatives[0] if alternatives else read.value
    if read.reading not in ("number", "ambiguous") or read.qualifier != "exact" or read.is_estimated:
        raise AnswerRefused("value_unreadable", written=written)
    if value is None or value.adjusted() > MOST_DIGITS:
        raise AnswerRefused("value_unreadable", written=written)
    if read.unit_text:
        named = money_factor(read.unit_text) if is_money else None
        if named is None:
            raise AnswerRefused("value_unit", unit=read.unit_text)
        value *= named
    elif is_money and factor > 1:
        if has_smaller_part(value):
            value *= factor
        elif 0 < abs(value) < factor:
            raise AnswerRefused("value_unit_missing", written=written, unit=unit_name(factor))
    if is_money and has_smaller_part(value):
        raise AnswerRefused("value_not_whole", written=written)
    return value


def unit_name(factor: Decimal) -> str:
    """The unit of money of a factor, in Vietnamese."""
    named = printed_unit(int(factor)) if factor == int(factor) else None
    return named[0] if named else f"{number_vi(factor)} {this_programme().currency_name}"


def in_unit(value: Decimal, factor: Decimal) -> str:
    """A value in the unit that its cell is written in, with all its digits: 571,2 triệu đồng."""
    text = f"{(value / factor).normalize():,f}".translate(str.maketrans(",.", ".,"))
    return f"{text} {unit_name(factor)}"
