"""A reported percentage against its numerator and denominator; when it fails, the other denominators are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from expectations.reconciliation.changes import Repair, repair
from expectations.reconciliation.mechanisms import COST
from expectations.reconciliation.record import ENDLESS, Record
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
        reported = _range(record, cell)
        if reported is None or _fits(record, reported, over, under, scale) is not False:
            continue
        others = [record.rules.number[str(name)] for name in stated.get("alternatives", ())]
        meant = {cell: _quotient(record, over, under, scale)}
        events = [repair(COST["unexplained"], meant, "unexplained")]
        if any(_fits(record, reported, over, other, scale) for other in others):
            events = [repair(WRONG_DENOMINATOR, meant, "wrong_denominator")]
        value = Fraction(record.value[cell]) / record.scale
        events.append(repair(COST["unexplained"], {over: value * record.value[under] / scale}, "unexplained"))
        if value:
            events.append(repair(COST["unexplained"], {under: record.value[over] * scale / value}, "unexplained"))
        found.append(events)
    return found


def _range(record: Record, cell: int) -> Interval | None:
    if record.value[cell] is None:
        return None
    low, high = record.low[cell], record.high[cell]
    return Interval(
        None if low <= -ENDLESS else Fraction(low, record.scale),
        None if high >= ENDLESS else Fraction(high, record.scale),
    )


def _fits(record: Record, reported: Interval, over: int, under: int, scale: Fraction) -> bool | None:
    """Whether the reported figure may be the quotient; None when that cannot be judged."""
    numerator, denominator = _range(record, over), _range(record, under)
    if numerator is None or denominator is None or denominator.low is None or denominator.low <= 0:
        return None
    return meeting(ratio(numerator, denominator, scale), reported) != "apart"


def _quotient(record: Record, over: int, under: int, scale: Fraction) -> Fraction:
    return Fraction(record.value[over]) * scale * record.scale / record.value[under]
