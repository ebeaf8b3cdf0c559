"""A printed number is an interval: arithmetic over such intervals.

Everything is exact (``fractions.Fraction``). An interval has a low and a high end, each open or closed; ``None`` is no
end. ``Printed`` is a number as a report prints it: its value, its grain (what one step of its last printed digit is
worth, in the unit of the value; 0 for a count or a whole amount of money) and the word beside it (exact, over, under,
approx, at_most, at_least).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction
End = tuple[Fraction | None, bool]  # where an interval ends, and whether the end is in it
SOFT_SHARE = Fraction(1, 20)  # a word such as "hơn" is read as at most 5 % more, RECONCILIATION 2.4


@dataclass(frozen=True)
class Interval:
    """All numbers between two ends; an end of None is unbounded and counts as open."""

    low: Fraction | None
    high: Fraction | None
    low_closed: bool = True
    high_closed: bool = True

    def contains(self, value: Number) -> bool:
        """Whether a number lies in the interval, open ends respected."""
        return meeting(self, point(value)) == "overlapping"


@dataclass(frozen=True)
class Printed:
    """A number as printed: value, worth of one step of its last digit (0: exact), and its qualifier."""

    value: Fraction
    grain: Fraction = Fraction(0)
    qualifier: str = "exact"


def point(value: Number) -> Interval:
    """The interval that holds one number."""
    exact = Fraction(value)
    return Interval(exact, exact)


def nearest(value: Number, grain: Number) -> Interval:
    """What was rounded to nearest: [v − grain/2, v + grain/2], both ends closed."""
    middle, half = Fraction(value), Fraction(grain) / 2
    return Interval(middle - half, middle + half)


def truncated(value: Number, grain: Number) -> Interval:
    """What was cut off towards zero: [v, v + grain) above zero, (v − grain, v] below, (−grain, grain) at zero."""
    v, g = Fraction(value), Fraction(grain)
    if g == 0:
        return Interval(v, v)
    if v == 0:
        return Interval(-g, g, False, False)
    return Interval(v, v + g, True, False) if v > 0 else Interval(v - g, v, False, True)


def soft_margin(value: Number) -> Fraction:
    """How far "hơn", "gần", "khoảng" usually reach: one step of the last significant digit, at most 5 %."""
    v = abs(Fraction(value))
    if v == 0:
        return Fraction(0)
    step = Fraction(1)
    while (v / step).denominator != 1 and step > Fraction(1, 10**12):
        step /= 10
    while (v / (step * 10)).denominator == 1:
        step *= 10
    return min(step, v * SOFT_SHARE)


def lawful(printed: Printed) -> Interval:
    """The widest range the printed word and digits allow; outside it the relation is hard."""
    v, g = printed.value, printed.grain
    if printed.qualifier in ("over", "at_least"):
        return Interval(v, None)
    if printed.qualifier in ("under", "at_most"):
        return Interval(None, v)
    if printed.qualifier == "approx":
        reach = 2 * soft_margin(v)
        return Interval(v - reach, v + reach)
    return _hull(nearest(v, g), truncated(v, g))


def _hull(one: Interval, other: Interval) -> Interval:
    """The smallest interval that holds both, whose ends are numbers."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        raise ValueError(f"{one} or {other} has no end")
    return Interval(
        min(one.low, other.low),
        max(one.high, other.high),
        one.low <= other.low or other.low_closed,
        one.high >= other.high or other.high_closed,
    )


def plausible(printed: Printed) -> Interval:
    """The range the printed word usually means; outside it, but lawful, the relation is soft and worth a look."""
    v, reach = printed.value, soft_margin(printed.value)
    if printed.qualifier == "over":
        return Interval(v, v + reach)
    if printed.qualifier == "under":
        return Interval(v - reach, v)
    if printed.qualifier == "approx":
        return Interval(v - reach, v + reach)
    return lawful(printed)


def total(intervals: Sequence[Interval], weights: Sequence[Number] | None = None) -> Interval:
    """Σ weight × interval: a negative weight swaps the ends, a multiplicity widens; closed only if all ends are."""
    low: Fraction | None = Fraction(0)
    high: Fraction | None = Fraction(0)
    low_closed = high_closed = True
    for interval, weight in zip(intervals, weights or [1] * len(intervals), strict=True):
        w = Fraction(weight)
        if w == 0:
            continue
        ends = [(interval.low, interval.low_closed), (interval.high, interval.high_closed)]
        (bottom, bottom_closed), (top, top_closed) = ends if w > 0 else ends[::-1]
        low = None if low is None or bottom is None else low + w * bottom
        high = None if high is None or top is None else high + w * top
        low_closed, high_closed = low_closed and bottom_closed, high_closed and top_closed
    return Interval(low, high, low_closed, high_closed)


def ratio(numerator: Interval, denominator: Interval, scale: Number = 1) -> Interval:
    """scale × numerator ÷ denominator, the denominator known to be above zero; ValueError when it cannot be."""
    if denominator.high is not None and denominator.high <= 0:
        raise ValueError(f"denominator {denominator} is not above zero")
    least: End = (denominator.low, denominator.low_closed)
    if denominator.low is None or denominator.low <= 0:
        least = (None, False)  # it may be as near to zero as one likes: the quotient has no end on that side
    most: End = (denominator.high, denominator.high_closed)

    def quotient(end: Fraction | None, end_closed: bool, by: End, far: bool) -> End:
        if end is None or (by[0] is None and far and end != 0):
            return None, False
        if by[0] is None or end == 0:
            return Fraction(0), end == 0 and end_closed
        return Fraction(scale) * end / by[0], end_closed and by[1]

    is_low_positive = numerator.low is not None and numerator.low >= 0
    is_high_positive = numerator.high is None or numerator.high >= 0
    low = quotient(numerator.low, numerator.low_closed, most if is_low_positive else least, not is_low_positive)
    high = quotient(numerator.high, numerator.high_closed, least if is_high_positive else most, is_high_positive)
    return Interval(low[0], high[0], low[1] or low[0] is None, high[1] or high[0] is None)


def growth(new: Interval, old: Interval, scale: Number = 100) -> Interval:
    """(new ÷ old − 1) × scale; the old interval must be positive."""
    return total([ratio(new, old, scale), point(scale)], [1, -1])


def meeting(a: Interval, b: Interval) -> str:
    """``overlapping``, ``touching`` (two wide intervals share one point only) or ``apart``."""
    low, low_closed = _tighter(a.low, a.low_closed, b.low, b.low_closed, max)
    high, high_closed = _tighter(a.high, a.high_closed, b.high, b.high_closed, min)
    if low is None or high is None or low < high:
        return "overlapping"
    if low > high or not (low_closed and high_closed):
        return "apart"
    return "overlapping" if a.low == a.high or b.low == b.high else "touching"


def _tighter(
    one: Fraction | None,
    one_closed: bool,
    two: Fraction | None,
    two_closed: bool,
    pick: Callable[[Fraction, Fraction], Fraction],
) -> End:
    """The tighter of two ends; a point on an open end is outside, so at equal ends both must be closed."""
    if one is None or two is None:
        return (two, two_closed) if one is None else (one, one_closed)
    if one == two:
        return one, one_closed and two_closed
    return (one, one_closed) if pick(one, two) == one else (two, two_closed)
