"""The share of owed plan money that has been reported on."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from khuyencong.night.early import Owed, shares

Q1, Q2 = date(2025, 3, 31), date(2025, 6, 30)


def owed(unit, plan, was_there=False, period_end=Q1, form="kinh-phi"):
    return Owed((unit, form, period_end), Decimal(plan), was_there)


def test_a_report_weighs_what_its_unit_plans():
    reports = [owed("a", 60), owed("b", 30, was_there=True), owed("c", 10)]
    [share] = shares(reports, {("a", "kinh-phi", Q1)})
    assert (share.before_pct, share.now_pct) == (30, 90)


def test_periods_are_counted_apart_and_other_reports_not_at_all():
    reports = [owed("a", 60), owed("b", 40), owed("a", 60, period_end=Q2)]
    waiting = {("a", "kinh-phi", Q2), ("a", "ket-qua", Q1), ("z", "kinh-phi", Q1)}
    assert [(s.period_end, s.before_pct, s.now_pct) for s in shares(reports, waiting)] == [(Q1, 0, 0), (Q2, 0, 100)]


def test_without_any_plan_reports_are_counted():
    [share] = shares([owed("a", 0), owed("b", 0, was_there=True), owed("c", 0)], {("a", "kinh-phi", Q1)})
    assert (share.before_pct, share.now_pct) == (Decimal("33.33"), Decimal("66.67"))


@given(st.lists(st.tuples(st.integers(0, 10**12), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_a_share_only_grows_with_what_arrives_and_is_whole_when_all_has(rows):
    reports = [owed(f"unit {n}", plan, there) for n, (plan, there, _) in enumerate(rows)]
    some = {each.report for each, (_, _, arrived) in zip(reports, rows, strict=True) if arrived}
    [share] = shares(reports, some)
    assert 0 <= share.before_pct <= share.now_pct <= 100
    assert [s.now_pct for s in shares(reports, {each.report for each in reports})] == [100]
