"""Printed numbers as intervals: ends, sums with multiplicity, quotients, growth and the ladder of closeness."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.written.closeness import (
    closeness_of_at_most,
    closeness_of_growth,
    closeness_of_quotients,
    closeness_of_ratio,
    closeness_of_same,
    closeness_of_sum,
)
from ingestion.written.intervals import (
    Interval,
    Printed,
    growth,
    lawful,
    meeting,
    nearest,
    plausible,
    point,
    ratio,
    soft_margin,
    total,
    truncated,
)


def amount(text: str, qualifier: str = "exact") -> Printed:
    decimals = len(text.partition(".")[2])
    return Printed(Fraction(text), Fraction(1, 10**decimals), qualifier)


def count(number: int, qualifier: str = "exact") -> Printed:
    return Printed(Fraction(number), Fraction(0), qualifier)


def test_nearest_is_closed_and_truncation_is_open_on_the_far_side():
    assert nearest(205, 1) == Interval(Fraction("204.5"), Fraction("205.5"))
    assert truncated(205, 1) == Interval(Fraction(205), Fraction(206), True, False)
    assert truncated(-205, 1) == Interval(Fraction(-206), Fraction(-205), False, True)
    assert truncated(0, 1) == Interval(Fraction(-1), Fraction(1), False, False)
    assert truncated(7, 0) == point(7)


def test_a_point_on_an_open_end_is_outside():
    half_open = Interval(Fraction(10), Fraction(13), False, False)
    assert meeting(point(10), half_open) == "apart"
    assert not half_open.contains(10)
    assert half_open.contains(11)
    assert meeting(nearest(1, 1), nearest(2, 1)) == "touching"
    assert meeting(Interval(None, Fraction(3)), nearest(2, 1)) == "overlapping"


@pytest.mark.parametrize(
    ("text", "qualifier", "hard", "soft"),
    [
        ("2100", "over", (2100, None), (2100, 2200)),
        ("60", "under", (None, 60), (57, 60)),
        ("400", "approx", (360, 440), (380, 420)),
        ("2.1", "over", ("2.1", None), ("2.1", "2.2")),
        ("5", "at_most", (None, 5), (None, 5)),
        ("5", "at_least", (5, None), (5, None)),
    ],
)
def test_words_open_a_number(text, qualifier, hard, soft):
    def ends(interval: Interval) -> tuple:
        return interval.low, interval.high

    def wanted(pair: tuple) -> tuple:
        return tuple(None if e is None else Fraction(e) for e in pair)

    assert ends(lawful(amount(text, qualifier))) == wanted(hard)
    assert ends(plausible(amount(text, qualifier))) == wanted(soft)


def test_the_soft_margin_is_the_last_significant_digit_within_five_per_cent():
    assert [soft_margin(v) for v in (7700, 102, 1000, 0)] == [100, 1, 50, 0]


def test_multiplicity_widens_and_a_negative_weight_swaps_ends():
    assert total([nearest(4, 1)], [10]) == Interval(Fraction(35), Fraction(45))
    assert total([truncated(3, 1), point(1)], [-1, 1]) == Interval(Fraction(-3), Fraction(-2), False, True)


def test_quotients_and_growth():
    wide = ratio(nearest(Fraction("80.1"), Fraction("0.1")), nearest(Fraction("91.5"), Fraction("0.1")), 100)
    assert float(wide.low) == pytest.approx(87.44, abs=0.01)
    assert float(wide.high) == pytest.approx(87.64, abs=0.01)
    assert growth(point(6), point(5)) == point(20)
    assert ratio(point(1), Interval(None, Fraction(2))).high is None
    with pytest.raises(ValueError, match="not above zero"):
        ratio(point(1), point(0))


@pytest.mark.parametrize(
    ("judged", "closeness"),
    [
        (closeness_of_sum([amount("75.4"), amount("140.2")], amount("215.6")), "exact"),
        (closeness_of_sum([amount("46.549"), amount("59.578")], amount("106.128")), "rounding"),
        (closeness_of_sum([count(9), count(172)], count(182)), "hard"),
        (closeness_of_sum([count(9), count(172)], count(182), is_complete=False), "exact"),
        (closeness_of_sum([count(105), count(105)], count(200, "over")), "soft"),
        (closeness_of_sum([amount("4")], amount("38"), [10]), "rounding"),
        (closeness_of_ratio(amount("47.017"), amount("60.840"), amount("77.27")), "truncation"),
        (closeness_of_ratio(amount("7.775"), amount("11.375"), amount("12.77")), "hard"),
        (closeness_of_growth(amount("36.77"), amount("27.04"), amount("35")), "truncation"),
        (closeness_of_growth(amount("4"), amount("5"), Printed(Fraction(-20), Fraction(1))), "exact"),
        (closeness_of_same(amount("142.1"), amount("142.2")), "borderline"),
        (closeness_of_same(amount("142.0"), amount("142.2")), "hard"),
        (closeness_of_at_most(amount("1.8"), amount("1.4")), "hard"),
        (closeness_of_at_most(amount("1.4"), amount("1.8")), "exact"),
    ],
)
def test_the_ladder(judged, closeness):
    assert judged.closeness == closeness
    assert judged.is_plausible == (closeness != "hard")


def test_two_percentages_imply_one_plan():
    def share(text: str) -> Printed:
        return Printed(Fraction(text) / 100, Fraction(1, 100) * amount(text).grain)

    one = (amount("102", "over"), share("85.05"))
    assert closeness_of_quotients(one, (amount("31", "over"), share("25.8"))).closeness == "rounding"
    assert closeness_of_quotients(one, (amount("31"), share("60.0"))).closeness == "soft"


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6), st.integers(0, 4))
def test_rounded_parts_of_a_rounded_total_never_come_out_hard(parts, digits):
    grain = 10**digits

    def rounded(number: int) -> Printed:
        return Printed(Fraction((number + grain // 2) // grain * grain), Fraction(grain if digits else 0))

    judged = closeness_of_sum([rounded(p) for p in parts], rounded(sum(parts)))
    assert judged.closeness in ("exact", "rounding", "borderline")
