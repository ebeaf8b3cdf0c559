"""How well a figure fits the accepted figures of the previous period.

The record is its own yardstick: the growth usual in a cell's block is expected of the cell, and the spread of growth
over the whole record says how much a departure from it means.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import log
from statistics import median

from expectations.reconciliation.record import Record
from expectations.reconciliation.structure import Structure

LEAST_SPREAD, WIDEST_SPREAD = 0.06, 0.5
MOST_SURPRISE = 2.0
USUAL_MOVE = 0.1
FASTEST_GROWTH = 1.5
FEWEST_ON_GRAIN, MOST_OFF_GRAIN = 8, 2


@dataclass(frozen=True, slots=True)
class History:
    """By cell the previous figure (None: none, or zero) and the expected log growth; spread of growth in the record.

    `off_grain`: cells whose digits go on below the grain of their own rounding, in a record that otherwise keeps to it.
    """

    previous: tuple[int | None, ...]
    growth: tuple[float, ...]
    spread: float
    off_grain: frozenset[int]

    @property
    def is_known(self) -> bool:
        """Whether any cell has a previous figure to compare with."""
        return any(p is not None for p in self.previous)


def history(record: Record, form: Structure) -> History:
    """Measure a record against its previous period."""
    previous = tuple(p if p else None for p in record.previous)
    ratios: dict[int, float] = {}
    for cell, before in enumerate(previous):
        value = record.value[cell]
        if before is not None and value and (value > 0) == (before > 0):
            ratios[cell] = log(value / before)
    overall = median(ratios.values()) if len(ratios) > 2 else 0.0
    growth = [overall if abs(overall) < FASTEST_GROWTH else 0.0] * len(previous)
    for block, hangers in zip(form.blocks, form.hangers, strict=True):
        known = [ratios[cell] for cell in block if cell in ratios]
        usual = median(known) if len(known) > 2 else 0.0
        for cell in (*block, *hangers):
            growth[cell] = usual if abs(usual) < FASTEST_GROWTH else 0.0
    apart = [abs(ratio - growth[cell]) for cell, ratio in ratios.items()]
    spread = 1.5 * median(apart) if len(apart) > 5 else 0.25
    return History(previous, tuple(growth), min(max(spread, LEAST_SPREAD), WIDEST_SPREAD), _off_grain(record))


def _off_grain(record: Record) -> frozenset[int]:
    """Cells that stand for v ± half a grain and are no multiple of the grain, when nearly all others are."""
    on, off = 0, []
    for cell, value in enumerate(record.value):
        if value:
            half = min(record.high[cell] - value, value - record.low[cell])
            if 0 < half < abs(value) and record.high[cell] - value == value - record.low[cell]:
                if value % (2 * half):
                    off.append(cell)
                else:
                    on += 1
    return frozenset(off) if on >= FEWEST_ON_GRAIN and len(off) <= MOST_OFF_GRAIN else frozenset()


def surprise(past: History, cell: int, value: float | Fraction | None) -> float:
    """How far a value lies from what history expects of the cell, in spreads, from 0 to MOST_SURPRISE."""
    before = past.previous[cell]
    if before is None:
        return 0.0
    if value is None or value == 0 or (value > 0) != (before > 0):
        return MOST_SURPRISE
    apart = log(value / before)
    return min(MOST_SURPRISE, min(abs(apart - past.growth[cell]), abs(apart)) / (2 * past.spread))


def expected(past: History, cell: int, low: float | Fraction | None, high: float | Fraction | None) -> float | None:
    """The value inside [low, high] that history finds least surprising; None without history."""
    before = past.previous[cell]
    if before is None:
        return None
    value = float(before)
    if low is not None:
        value = max(value, float(low))
    return value if high is None else min(value, float(high))


def rarity(record: Record, cell: int) -> float:
    """Digits of surprise (log10) in a figure that stands exactly where another one stood; small counts often do."""
    value = abs(record.value[cell] or 0) / record.scale
    width = max((record.high[cell] - record.low[cell]) / record.scale, 1.0)
    return max(0.0, log(1 + USUAL_MOVE * value / width) / log(10))
