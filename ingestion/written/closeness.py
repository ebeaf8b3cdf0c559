"""How near a relation of printed numbers comes to hold: the ladder of closeness.

A relation computes an interval from some printed numbers and compares it with another. The ladder, best first: exact (the
printed values agree) · rounding (agree when each is rounded to nearest) · truncation (agree when cut off) · borderline
(the nearest intervals only touch) · soft (agree only through a word such as "gần") · hard.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ingestion.written.intervals import (
    Interval,
    Number,
    Printed,
    growth,
    lawful,
    meeting,
    nearest,
    plausible,
    point,
    ratio,
    total,
    truncated,
)

CLOSENESS = ("exact", "rounding", "truncation", "borderline", "soft", "hard")


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
