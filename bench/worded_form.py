"""The reference form as running text gives it: figures in words ("hơn 2,1 tỷ", "gần 3.000", "khoảng 45 triệu"), read back.

Each figure of a report has its own way of being written, the same in the report before. Text is read by
ingestion/written/quantities.py; the interval is the widest that its digits and its word allow (intervals.lawful).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from bench.reference_form import CELLS, MONEY, Figures
from ingestion.written.intervals import Interval, Printed, lawful
from ingestion.written.money_units import money_factor
from ingestion.written.quantities import read_cell

MILLION, BILLION = 10**6, 10**9  # money of the reference form is in million đồng
WORDED_SHARE = 0.3
WORDS = {
    "hơn": ROUND_FLOOR, "trên": ROUND_FLOOR, "gần": ROUND_CEILING, "khoảng": ROUND_HALF_EVEN, "xấp xỉ": ROUND_HALF_EVEN,
}  # fmt: skip
FEWEST_DIGITS, MOST_DIGITS = 2, 3
SMALLEST = 10  # below it people count and use no word


@dataclass(frozen=True)
class Way:
    """How one figure is written: a word before it and the digits then kept, or "" and its decimals in billions."""

    word: str
    digits: int


@dataclass(frozen=True)
class Worded:
    """One figure in words, and what a reader makes of it, in the unit of the form."""

    text: str
    value: Fraction
    interval: Interval


def ways(rng: random.Random) -> dict[str, Way]:
    """A way of writing for each figure of the form."""
    return {
        cell: Way(rng.choice(sorted(WORDS)), rng.randint(FEWEST_DIGITS, MOST_DIGITS))
        if rng.random() < WORDED_SHARE
        else Way("", rng.randint(1, 3))
        for cell in CELLS
    }


def in_words(figures: Figures, way: Mapping[str, Way]) -> dict[str, Worded]:
    """Every figure written and read back."""
    return {cell: read_worded(written(Decimal(str(figures[cell])), way[cell], cell in MONEY)) for cell in figures}


def written(value: Decimal, way: Way, is_money: bool) -> str:
    """A figure as text. Nothing below zero, no zero and no small count has a word before it."""
    is_worded = bool(way.word) and value >= SMALLEST
    if is_worded:
        step = Decimal(1).scaleb(value.adjusted() - way.digits + 1)
        value = (value / step).to_integral_value(rounding=WORDS[way.word]) * step
    unit = ""
    if is_money:
        is_large = abs(value) >= BILLION // MILLION
        value = value * MILLION / BILLION if is_large else value
        unit = " tỷ" if is_large else " triệu"
        if not is_worded and is_large:
            value = round(value, way.digits)
    text = f"{value.normalize():,f}".replace(",", "_").replace(".", ",").replace("_", ".")
    return f"{way.word} {text}{unit}" if is_worded else f"{text}{unit}"


def read_worded(text: str) -> Worded:
    """What quantities.py reads in such a text; ValueError where it reads no number."""
    reading = read_cell(text, decimal_mark=",")
    if reading.value is None:
        raise ValueError(f"no number in {text!r}: {reading.reading}")
    factor = Fraction(money_factor(reading.unit_text) or MILLION, MILLION) if reading.unit_text else Fraction(1)
    value = Fraction(reading.value) * factor
    is_whole = not reading.unit_text and not reading.decimals
    grain = Fraction(0) if is_whole else Fraction(1, 10**reading.decimals) * factor
    return Worded(text, value, lawful(Printed(value, grain, reading.qualifier)))


def as_worded_record(name: str, now: Mapping[str, Worded], before: Mapping[str, Worded] | None) -> dict[str, object]:
    """A record of `kc reconcile`: values, intervals (an end may be missing) and the values of the report before."""
    record: dict[str, object] = {
        "id": name,
        "values": {cell: worded.value for cell, worded in now.items()},
        "intervals": {cell: [worded.interval.low, worded.interval.high] for cell, worded in now.items()},
    }
    return record if before is None else record | {"previous": {cell: worded.value for cell, worded in before.items()}}
