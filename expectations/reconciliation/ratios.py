"""A reported percentage against its numerator and denominator; when it fails, the other denominators are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from expectations.reconciliation.changes import Repair, Value, repair
from expectations.reconciliation.mechanisms import COST
from expectations.reconciliation.record import ENDLESS, Record, reported
from ingestion.written.intervals import Interval, meeting, ratio

WRONG_DENOMINATOR = 1.2


def ratio_repairs(record: Record, ratios: Sequence[Mapping[str, object]]) -> list[list[Repair]]:
    """For every stated ratio that fails, its repairs, cheapest first.

    A ratio is {"reported", "num", "den", "alternatives": [cell, …], "scale": 100}: the reported figure should be
    scale × num ÷ den. Figures that are missing, or a denominator that may be zero, leave it unjudged.
    """
    found = []
    for stated in ratios:
        cell, over, under = (record.rules.number[str(stated[key])] for key in ("reported", "num", "den"))
        scale = Fraction(str(stated.get("scale", 100)))
        stated_range = _range(record, cell)
        if stated_range is None or _fits(record, stated_range, over, under, scale) is not False:
            continue
        others = [record.rules.number[name] for name in names_of(stated.get("alternatives"))]
        meant: dict[int, Value] = {cell: _quotient(record, over, under, scale)}
        events = [repair(COST["unexplained"], meant, "unexplained")]
        if any(_fits(record, stated_range, over, other, scale) for other in others):
            events = [repair(WRONG_DENOMINATOR, meant, "wrong_denominator")]
        value = Fraction(reported(record, cell), record.scale)
        events.append(repair(COST["unexplained"], {over: value * reported(record, under) / scale}, "unexplained"))
        if value:
            events.append(repair(COST["unexplained"], {under: reported(record, over) * scale / value}, "unexplained"))
        found.append(events)
    return found


def names_of(given: object) -> list[str]:
    """The names in a list of a problem; none when it is left out."""
    return [str(name) for name in given] if isinstance(given, list | tuple) else []


def _range(record: Record, cell: int) -> Interval | None:
    if record.value[cell] is None:
        return None
    low, high = record.low[cell], record.high[cell]
    return Interval(
        None if low <= -ENDLESS else Fraction(low, record.scale),
        None if high >= ENDLESS else Fraction(high, record.scale),
    )


def _fits(record: Record, stated: Interval, over: int, under: int, scale: Fraction) -> bool | None:
    """Whether the reported figure may be the quotient; None when that cannot be judged."""
    numerator, denominator = _range(record, over), _range(record, under)
    if numerator is None or denominator is None or denominator.low is None or denominator.low <= 0:
        return None
    return meeting(ratio(numerator, denominator, scale), stated) != "apart"


def _quotient(record: Record, over: int, under: int, scale: Fraction) -> Fraction:
    return reported(record, over) * scale * record.scale / reported(record, under)
