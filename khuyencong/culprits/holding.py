"""Whether a verdict's rule can hold once cells are set to other values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from khuyencong.culprits.suspects import Condition, Place, SuspectCell, SuspectVerdict


def holds(verdict: SuspectVerdict, cells: Mapping[Place, SuspectCell], meant: Mapping[Place, Decimal | None]) -> bool:
    """Whether the verdict's rule can hold once the values are set; one that has an unknown value always can."""
    if any(not _is_sure(condition, cells, meant) for condition in verdict.conditions):
        return True
    low = high = verdict.constant
    for place, coefficient in verdict.terms:
        ends = _ends(cells[place], meant.get(place)) if place in meant else (cells[place].low, cells[place].high)
        if ends[0] is None or ends[1] is None:
            return True
        bottom, top = sorted((coefficient * ends[0], coefficient * ends[1]))
        if verdict.is_each and not _is_met(verdict.operator, verdict.constant + bottom, verdict.constant + top):
            return False
        low, high = low + bottom, high + top
    return verdict.is_each or _is_met(verdict.operator, low, high)


def _is_sure(condition: Condition, cells: Mapping[Place, SuspectCell], meant: Mapping[Place, Decimal | None]) -> bool:
    """Whether a condition certainly holds; a printed nought that nobody changes is nought."""
    low = high = condition.constant
    for place, coefficient in condition.terms:
        cell = cells[place]
        reported = (cell.low, cell.high) if cell.value else (cell.value, cell.value)
        ends = _ends(cell, meant[place]) if place in meant else reported
        if ends[0] is None or ends[1] is None:
            return False
        bottom, top = sorted((coefficient * ends[0], coefficient * ends[1]))
        low, high = low + bottom, high + top
    return {"==": low == high == 0, ">": low > 0, ">=": low >= 0, "<": high < 0, "<=": high <= 0}[condition.operator]


def _is_met(operator: str, low: Decimal, high: Decimal) -> bool:
    return (low <= 0 or operator == ">=") and (high >= 0 or operator == "<=")


def _ends(cell: SuspectCell, value: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """The rounding of the reported digits follows a value that is another power of ten; others keep it."""
    if value is None or cell.low is None or cell.high is None:
        return None, None
    half = (cell.high - cell.low) / 2
    if cell.value and abs(value) > abs(cell.value):
        half = half * abs(value / cell.value)
    return value - half, value + half
