"""Changes of a record that are tried out: what a corrected figure stands for, and whether the rules then hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from expectations.reconciliation.covering import Cover, Question
from expectations.reconciliation.demands import constraints
from expectations.reconciliation.feasibility import TooLarge, bounds
from expectations.reconciliation.history import History
from expectations.reconciliation.mechanisms import End, half_width
from expectations.reconciliation.record import ENDLESS, FIXED, Number, Record, holds, size, violated_after
from expectations.reconciliation.structure import Structure

Value = Number | None
FINE = 200
RELIABILITY = 2.0


@dataclass(frozen=True, slots=True)
class Repair:
    """One event that may have happened: the cells it damaged, what they were probably meant to be, its cost."""

    cost: float
    meant: tuple[tuple[int, Value], ...]
    mechanism: str

    @property
    def cells(self) -> tuple[int, ...]:
        """The damaged cells in order."""
        return tuple(cell for cell, _ in self.meant)


@dataclass(frozen=True, slots=True)
class Case:
    """What is known when one component of a record is repaired."""

    asked: Question
    cover: Cover
    past: History
    form: Structure
    component: tuple[int, ...]
    usual_weight: float


def repair(cost: float, meant: Mapping[int, Value], mechanism: str) -> Repair:
    """A repair with its cells in order."""
    return Repair(cost, tuple(sorted(meant.items(), key=lambda item: item[0])), mechanism)


def corrected(record: Record, cell: int, value: Number) -> tuple[Number, Number, Number]:
    """What a corrected figure stands for: the rounding of the reported digits follows it where it stays fine."""
    half = half_width(record, cell)
    observed = record.value[cell]
    if half and observed and size(value) > abs(observed) and half * FINE <= abs(observed):
        half = (
            ceil(half * abs(value) / abs(observed))
            if isinstance(value, Fraction)
            else half * abs(value) // abs(observed)
        )
    return value, value - half, value + half


def rules_after(record: Record, meant: Mapping[int, Value]) -> list[int]:
    """Rules that fail after the values are set; a cell of unknown value (None) satisfies nothing by itself."""
    return violated_after(record, {cell: corrected(record, cell, v) for cell, v in meant.items() if v is not None})


def failing(asked: Question, meant: Mapping[int, Value]) -> list[int]:
    """Rules of the component that fail after the values are set."""
    mine, everywhere = set(asked.violated), set(asked.record.violated)
    return [r for r in rules_after(asked.record, meant) if r in mine or r not in everywhere]


def after(record: Record, meant: Mapping[int, Value]) -> Record:
    """The record as it stands after the changes; a cell of unknown value is missing in it."""
    value, low, high = list(record.value), list(record.low), list(record.high)
    least = -ENDLESS if record.rules.is_negative_allowed else 0
    for cell, new in meant.items():
        if new is None:
            value[cell] = None
            low[cell], high[cell] = least, ENDLESS
        else:
            _, bottom, top = corrected(record, cell, new)
            value[cell], low[cell], high[cell] = round(new), floor(bottom), ceil(top)
    changed = Record(record.rules, record.scale, value, low, high, record.previous, record.weight)
    touched = {rule for cell in meant for rule in record.rules.rules_of[cell]}
    changed.violated = [r for r in record.violated if r not in touched] + [r for r in touched if not holds(changed, r)]
    changed.violated.sort()
    return changed


def is_changeable(record: Record, cells: Iterable[int]) -> bool:
    """Whether all cells are reported and none is fixed."""
    return all(record.value[cell] is not None and record.weight[cell] != FIXED for cell in cells)


def implied(asked: Question, cell: int, chosen: tuple[int, ...], rules: Iterable[int] | None = None) -> tuple[End, End]:
    """Ends that the rules leave to a cell when the chosen cells (it among them) are free; None is no end.

    Conditional rules with several open alternatives leave the cell free; where the rules are too many to eliminate, only
    those of the cell itself count, and the ends may lie further out. Raises TooLarge.
    """
    record = asked.record
    free = {*chosen, *asked.missing}
    touched = rules if rules is not None else sorted({r for c in free for r in record.rules.rules_of[c]})
    system = [c for options in constraints(record, touched, free) if len(options) == 1 for c in options[0]]
    try:
        lower, upper = bounds([row for row in system if row[0]], cell)
    except TooLarge:
        own = record.rules.rules_of[cell]
        if touched == own:
            raise
        return implied(asked, cell, chosen, own)
    return None if lower is None else lower[0], None if upper is None else upper[0]


def reliability(case: Case, cell: int) -> float:
    """What it costs to blame a cell that weighs more, or less, than usual."""
    return RELIABILITY * (case.asked.record.weight[cell] / case.usual_weight - 1)


def joined(mechanisms: Iterable[str]) -> str:
    """One name for several mechanisms, each named once, in order."""
    return "+".join(dict.fromkeys(mechanisms))
