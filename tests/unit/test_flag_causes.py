"""How failed verdicts become causes, and what a flag says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from khuyencong.flags.causes import group_causes
from khuyencong.flags.numbers import number_en, number_vi
from khuyencong.flags.words import FailedVerdict, FlagCell, explanation_of


def _cell(row: int, column: str = "c", submission: int = 1) -> FlagCell:
    return FlagCell(
        "left", submission, "money", row, column, "Kinh phí", f"C{row}", f"u|{row}|{column}", Decimal(5), Decimal(5), True, True
    )


def _verdict(rule: str, *cells: FlagCell, left: int = 900, right: int = 100, **more: object) -> FailedVerdict:
    plain = FailedVerdict(
        1, rule, "activity_code=A1", "block", "fail", "hard", None, "long-an", "Long An", "Long An", "kinh-phi",
        date(2025, 3, 31), "Một quy tắc", "A rule", "<=", "linear", Decimal(left), Decimal(left), Decimal(left),
        Decimal(right), Decimal(right), Decimal(right), Decimal(left - right), "hash", cells,
    )  # fmt: skip
    return replace(plain, **more)


def test_verdicts_that_share_a_cell_are_one_cause() -> None:
    first, second = _verdict("A", _cell(1), _cell(2)), _verdict("B", _cell(2), _cell(3))
    chained, alone = _verdict("C", _cell(3)), _verdict("D", _cell(9))
    groups = group_causes([alone, chained, second, first])
    assert [[verdict.rule_id for verdict in group] for group in groups] == [["A", "B", "C"], ["D"]]


def test_a_wrong_unit_is_one_cause_and_other_reports_are_not_drawn_in() -> None:
    wrong = [_verdict(rule, _cell(n), left=90_000, right=100) for n, rule in enumerate("AB")]
    elsewhere = _verdict("C", _cell(7), left=90_000, right=100, submission_key=2)
    other = _verdict("D", _cell(8), left=300, right=100)
    groups = group_causes([*wrong, elsewhere, other])
    assert sorted(len(group) for group in groups) == [1, 1, 2]
    assert wrong[0].unit_exponent == 3 and other.unit_exponent is None


def test_order_of_arrival_changes_nothing() -> None:
    verdicts = [_verdict(rule, _cell(n), _cell(n + 1)) for n, rule in enumerate("ABCD")]
    assert group_causes(verdicts) == group_causes(reversed(verdicts))


def test_a_flag_says_what_was_reported_expected_and_where() -> None:
    verdict = _verdict("KP-05", _cell(8), left=5_000_000, right=100_000)
    vi, en = explanation_of([verdict], verdict)
    for words in ("KP-05", "Long An", "03/2025", "5.000.000 đồng", "không được vượt 100.000 đồng", "lệch 4.900.000", "Kinh phí!C8"):
        assert words in vi
    for words in ("5,000,000 VND", "must not exceed 100,000 VND", "difference 4,900,000"):
        assert words in en


def test_numbers() -> None:
    assert (number_vi(Decimal("1234567.5")), number_en(Decimal("1234567.50"))) == ("1.234.567,5", "1,234,567.5")
    assert number_vi(Decimal(-1200)) == "-1.200"
    assert [number_en(Decimal(small)) for small in ("0.0123", "0.00065432", "-7E-7")] == ["0.01", "0.000654", "-0.0000007"]
    assert number_en(Decimal("0.00")) == "0"


def test_an_outlier_joins_a_cause_and_connects_nothing() -> None:
    first, second = _verdict("A", _cell(1)), _verdict("B", _cell(2))
    beside = _verdict("TG-17", _cell(1), _cell(2), family="outlier", closeness="soft")
    alone = [_verdict(rule, _cell(n), family="outlier", closeness="soft") for rule, n in (("TG-17", 7), ("TG-18", 8))]
    groups = group_causes([*alone, beside, second, first])
    assert [[verdict.rule_id for verdict in group] for group in groups] == [["A", "TG-17"], ["B"], ["TG-17", "TG-18"]]


def test_a_line_that_one_report_lacks_is_one_cause() -> None:
    other = [_cell(n, submission=9) for n in range(4)]
    silent = {"verdict": "undecided", "reason": "missing_counterpart"}
    left_out = [_verdict("TD-05", other[n], scope_key=f"project_key=P{n}", **silent) for n in (0, 1)]
    assert len(group_causes(left_out)) == 1
    unplanned = _verdict("TD-05", _cell(1), scope_key="project_key=P7", **silent)
    above = _verdict("TD-03-3", _cell(1, "contracted"), scope_key="project_key=P7")
    elsewhere = _verdict("TD-03-3", _cell(2, "contracted"), scope_key="project_key=P8")
    assert [len(group) for group in group_causes([unplanned, above, elsewhere])] == [2, 1]


def test_one_activity_off_in_every_column_against_another_report_is_one_cause() -> None:
    scope = "activity_code={};indicator_code={}"
    verdicts = [
        _verdict("LB-01", _cell(n), _cell(n, submission=9), scope_key=scope.format(activity, indicator), left=100 + n)
        for n, (activity, indicator) in enumerate([("A1", "KC-E02"), ("A1", "KC-E05"), ("A2", "KC-E02")])
    ]
    assert sorted(len(group) for group in group_causes(verdicts)) == [1, 2]
