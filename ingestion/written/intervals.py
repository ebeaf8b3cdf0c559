"""A printed number is an interval: arithmetic over such intervals and the ladder of closeness of a relation.

Everything is exact (``fractions.Fraction``). An interval has a low and a high end, each open or closed; ``None`` is no
end. ``Printed`` is a number as a report prints it: its value, its grain (what one step of its last printed digit is
worth, in the unit of the value; 0 for a count or a whole amount in đồng) and the word beside it (exact, over, under,
approx, at_most, at_least). A relation computes an interval from some printed numbers and compares it with another.

The ladder, best first: exact (the printed values agree) · rounding (agree when each is rounded to nearest) ·
truncation (agree when cut off) · borderline (the nearest intervals only touch) · soft (agree only through a word such
as "gần") · hard.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction
End = tuple[Fraction | None, bool]  # where an interval ends, and whether the end is in it
CLOSENESS = ("exact", "rounding", "truncation", "borderline", "soft", "hard")
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


@dataclass(frozen=True)
class Judgement:
    """How near a relation comes: closeness, computed and stated interval, computed − stated at the printed values.

    ``is_plausible`` is False when the relation is hard, or soft and outside even the usual reading of its words.
    """

    closeness: str
    computed: Interval
    stated: Interval
    difference: Fraction
    is_plausible: bool


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


def closeness(
    compute: Callable[[Sequence[Interval]], Interval],
    inputs: Sequence[Printed],
    stated: Printed,
    *,
    is_complete: bool = True,
    is_quotient: bool = False,
) -> Judgement:
    """Judge "compute(inputs) is stated"; with ``is_complete`` False only "is not more than stated" (an open list).

    ``is_quotient``: the relation divides its first input by its second.
    """

    def compare(ranges: Iterable[Interval], target: Interval) -> str:
        open_target = target if is_complete else Interval(None, target.high, True, target.high_closed)
        return meeting(compute(list(ranges)), open_target)

    near = [nearest(p.value, p.grain) for p in inputs]
    cut = [truncated(p.value, p.grain) for p in inputs]
    near_target, cut_target = nearest(stated.value, stated.grain), truncated(stated.value, stated.grain)
    printed_value = compute([point(p.value) for p in inputs]).low
    if printed_value is None:
        raise ValueError(f"{inputs} compute to no number")
    difference = printed_value - stated.value
    is_worded = any(p.qualifier != "exact" for p in [*inputs, stated])

    def judged(name: str, is_plausible: bool = True) -> Judgement:
        return Judgement(name, compute(near), near_target, difference, is_plausible)

    if difference == 0 or (not is_complete and difference < 0):
        return judged("exact")
    by_nearest = compare(near, near_target)
    if by_nearest == "overlapping":
        return judged("rounding")
    # A writer who cuts off the result may have rounded its terms, but only a quotient hides that second step.
    if compare(cut, cut_target) == "overlapping" or (
        is_quotient and meeting(compute(near), cut_target) == "overlapping"
    ):
        return judged("truncation")
    if by_nearest == "touching":
        return judged("borderline")
    if not is_worded or compare([lawful(p) for p in inputs], lawful(stated)) == "apart":
        return judged("hard", False)
    return judged("soft", compare([plausible(p) for p in inputs], plausible(stated)) != "apart")


def closeness_of_sum(
    parts: Sequence[Printed], whole: Printed, weights: Sequence[Number] | None = None, *, is_complete: bool = True
) -> Judgement:
    """Parts (each times its weight) add to the whole; not more than the whole when the list is open ("như")."""
    return closeness(lambda r: total(r, weights), parts, whole, is_complete=is_complete)


def closeness_of_same(one: Printed, other: Printed) -> Judgement:
    """Two prints of one number."""
    return closeness(lambda r: r[0], [one], other)


def closeness_of_at_most(lesser: Printed, greater: Printed) -> Judgement:
    """The first number does not exceed the second."""
    return closeness(lambda r: r[0], [lesser], greater, is_complete=False)


def closeness_of_ratio(numerator: Printed, denominator: Printed, stated: Printed, scale: Number = 100) -> Judgement:
    """numerator ÷ denominator is the stated percentage (scale 100) or quotient (scale 1)."""

    def compute(r: Sequence[Interval]) -> Interval:
        return ratio(r[0], r[1], scale)

    return closeness(compute, [numerator, denominator], stated, is_quotient=True)


def closeness_of_growth(new: Printed, old: Printed, stated: Printed, scale: Number = 100) -> Judgement:
    """new ÷ old − 1 is the stated growth in per cent; a decrease is stated negative."""

    def compute(r: Sequence[Interval]) -> Interval:
        return growth(r[0], r[1], scale)

    return closeness(compute, [new, old], stated, is_quotient=True)


def closeness_of_quotients(one: tuple[Printed, Printed], other: tuple[Printed, Printed]) -> Judgement:
    """Two quotients of printed numbers that should be one: 102 tỷ at 85,05 % and 31 tỷ at 25,8 % imply one plan.

    Neither base is printed, so apart is no worse than soft: the two percentages may have been taken of different bases.
    """
    near = [ratio(nearest(n.value, n.grain), nearest(d.value, d.grain)) for n, d in (one, other)]
    wide = [ratio(lawful(n), lawful(d)) for n, d in (one, other)]
    difference = one[0].value / one[1].value - other[0].value / other[1].value
    met = meeting(*near)
    if difference == 0:
        return Judgement("exact", near[0], near[1], difference, True)
    if met != "apart":
        return Judgement("rounding" if met == "overlapping" else "borderline", near[0], near[1], difference, True)
    return Judgement("soft", near[0], near[1], difference, meeting(*wide) != "apart")
