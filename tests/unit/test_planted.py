"""The benches of the night judge what was planted as they say: errors, baselines, clean reports, queue, outcomes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bench.error_mass import masses, share_of_first_flags, share_of_first_reports
from bench.judged_nights import JudgedNight, Part
from bench.nation_accuracy import (
    NATION_REPORT_SEEDS,
    NATION_TUNING_SEEDS,
    clean_flagged,
    scores_of,
    summary,
    told,
)
from bench.planted_flags import NightFlag, is_named, judge
from bench.planted_outcomes import States, is_as_expected, outcomes
from bench.planted_truth import Planted, number_written, read_plans, read_planted

SHEET = "Kinh phí"
PERIOD = "2025-06-30"


def _error(kind: str = "unit_cell", unit: str = "ha-noi", cells: int = 1, **more: str) -> Planted:
    meant = {(SHEET, f"K{row}"): ("104.4", "104400") for row in range(20, 20 + cells)}
    return Planted(kind, f"{unit}/kinh-phi-2025-06.xlsx", unit, "kinh-phi", PERIOD, meant=meant, **more)


def _flag(error: Planted, *hypotheses: tuple[float, list[str], str | None], cells: int = 3, unit: str = "") -> NightFlag:
    """A flag on the error's report (or another unit's) that compares its first cells; suggestions in đồng."""
    path = error.path if not unit else f"{unit}/kinh-phi-2025-06.xlsx"
    named = tuple(
        (confidence, {(path, SHEET, address): ("104400000000", suggested) for address in addresses})
        for confidence, addresses, suggested in hypotheses
    )
    filed = frozenset((path, SHEET, f"K{row}") for row in range(20, 20 + cells))
    report = (unit or error.unit_key, "kinh-phi", PERIOD)
    return NightFlag(f"{path}/{len(hypotheses)}", "block", path, report, filed, frozenset(), named)


def _night(errors: list[Planted], flags: list[NightFlag], parts: list[Part] | None = None) -> JudgedNight:
    units = ("ha-noi", "cao-bang", "ha-giang", "tuyen-quang", "tuyen-quang-2025")
    judged = {f"{unit}/kinh-phi-2025-06.xlsx": (unit, "kinh-phi", PERIOD) for unit in units}
    return JudgedNight(errors, flags, parts or [], judged, {"tuyen-quang": {"tuyen-quang-2025"}})


def test_seeds_for_tuning_and_reporting_are_disjoint() -> None:
    assert not set(NATION_TUNING_SEEDS) & set(NATION_REPORT_SEEDS)
    assert {2025, 20250701} <= set(NATION_TUNING_SEEDS)


@pytest.mark.parametrize(
    ("hypotheses", "expected"),
    [
        ([(0.9, ["K20"], "104400000")], (1, 1, 1, 1, 1, 1)),
        ([(0.7, ["K20"], "104500000")], (1, 1, 1, 0, 1, 1)),  # within the last digit that was meant
        ([(0.9, ["K20"], "204400000")], (1, 1, 1, 1, 1, 0)),
        ([(0.9, ["K20"], None)], (1, 1, 1, 1, 0, 0)),
        ([(0.5, ["K21"], "1"), (0.4, ["K20"], "104400000")], (1, 0, 1, 0, 0, 0)),
        ([(0.9, ["K20", "K21"], "104400000")], (1, 0, 0, 0, 0, 0)),
        ([], (1, 0, 0, 0, 0, 0)),
    ],
)
def test_what_one_error_came_to(hypotheses: list, expected: tuple[int, ...]) -> None:
    error = _error()
    found = judge(error, [_flag(error, *hypotheses)])
    assert tuple(found[name] for name in ("flagged", "first", "top3", "sure", "given", "right")) == expected
    assert judge(error, [_flag(error, *hypotheses, unit="cao-bang")])["flagged"] == 0


def test_a_block_is_named_by_a_fifth_of_it_and_nothing_else() -> None:
    planted = frozenset(("f", SHEET, f"K{row}") for row in range(20, 30))
    assert is_named([("f", SHEET, "K20"), ("f", SHEET, "K21")], planted)
    assert not is_named([("f", SHEET, "K20")], planted)
    assert not is_named([("f", SHEET, "K20"), ("f", SHEET, "K21"), ("f", SHEET, "L20")], planted)
    assert not is_named([], frozenset())


def test_what_was_typed_as_nothing_is_judged_in_the_unit_of_the_file() -> None:
    error = replace(_error(), meant={(SHEET, "K20"): ("553.6", "0")})
    flag = _flag(error)
    named = {(error.path, SHEET, "K20"): ("0", "553600000")}
    assert judge(error, [replace(flag, hypotheses=((0.9, named),))])["right"] == 1
    wrong = {(error.path, SHEET, "K20"): ("0", "653600000")}
    assert judge(error, [replace(flag, hypotheses=((0.9, wrong),))])["right"] == 0
    assert number_written("30.765") == Decimal("30.765") and number_written("-") == 0


def test_an_error_without_cells_is_flagged_by_its_report_or_by_its_project_elsewhere() -> None:
    lost = replace(_error("missing_in_treasury", "trung-uong", cells=0, true="KCQG-2026-0001"), form_code="kho-bac")
    elsewhere = replace(_flag(lost, unit="ha-noi"), projects=frozenset({"KCQG-2026-0001"}))
    assert judge(lost, [elsewhere])["flagged"] == 1
    assert judge(lost, [replace(elsewhere, projects=frozenset({"KCQG-2026-0002"}))])["flagged"] == 0


def test_the_baselines_are_asked_about_the_same_failed_verdicts() -> None:
    error = _error()
    one, other, good = ((error.path, SHEET, address) for address in ("K20", "K21", "K31"))
    part = Part(frozenset({one, other, good}), (frozenset({one}), frozenset({good})))
    elsewhere = Part(frozenset({("x", SHEET, "K1")}), (frozenset({("x", SHEET, "K1")}),))
    (score,) = scores_of(_night([error], [_flag(error, (0.9, ["K20"], None))], [part, elsewhere]))["unit_cell"]
    assert (score["rules_cells"], score["fellegi_holt"], score["is_asked"]) == (0.0, 0.5, 1.0)
    assert score["rules_share"] == pytest.approx(1 / 3)
    (unasked,) = scores_of(_night([error], [], [replace(part, minimal_sets=None)]))["unit_cell"]
    assert (unasked["fellegi_holt"], unasked["is_asked"], unasked["first"]) == (0.0, 0.0, 0)


def test_clean_reports_flagged_are_those_that_nothing_planted_accounts_for() -> None:
    error, lost = _error(), _error("missing", "tuyen-quang", cells=0, expected="status")
    late = _error("late", "ha-giang", cells=0, expected="status")
    own, mistaken = _flag(error), _flag(error, unit="cao-bang")
    of_successor = _flag(error, unit="tuyen-quang-2025")
    compares = replace(_flag(error, unit="cao-bang"), cells=own.cells)
    of_late = _flag(late)
    n, flags = clean_flagged(_night([error, lost, late], [own, mistaken, of_successor, compares, of_late]))
    assert (n, flags) == (3, [mistaken, of_late])


def test_confidences_are_told_beside_whether_they_were_right() -> None:
    error = _error()
    night = _night([error], [_flag(error, (0.9, ["K20"], None)), _flag(error, (0.6, ["K21"], None), unit="cao-bang")])
    assert told(night) == [(0.9, True), (0.6, False)]
    found = summary([night, night])
    assert (found["n"], found["mean"]["first"][0], found["clean"]["any"][0]) == (2, 1.0, 2)
    assert found["calibration"] == {"n": 4, "error": 0.35, "bins": {"0.6": [2, 0.6, 0.0], "0.9": [2, 0.9, 1.0]}}


def test_error_mass_is_capped_by_the_plan_and_the_queue_is_read_from_its_head() -> None:
    large, small = _error(), _error(unit="cao-bang", cells=2)
    factors = {(e.path, *cell): Decimal(10**6) for e in (large, small) for cell in e.meant}
    found = masses([large, small], factors, {("ha-noi", 2025): Decimal(5 * 10**9)})
    each = abs(Decimal("104.4") - 104400) * 10**6
    assert found == {large.path: Decimal(5 * 10**9), small.path: 2 * each}
    queue = [_flag(small), *(_flag(small, unit=f"unit-{n}") for n in range(20)), _flag(large)]
    first = share_of_first_flags(queue, found)
    assert (first.n, first.of) == (2, 22)
    assert first.share == pytest.approx(float(2 * each / (2 * each + 5 * 10**9)))
    assert share_of_first_reports(queue, 20, found).n == 1
    assert share_of_first_reports(queue, 1000, found).share == 1.0


@pytest.mark.parametrize(
    ("kind", "expected", "good", "bad"),
    [
        ("unknown_unit", "return", {"returned"}, {"in_force"}),
        ("worse_revision", "status", {"under_review"}, {"in_force"}),
        ("sent_twice", "status", {"nothing"}, {"superseded"}),
        ("inserted_rows", "status", {"in_force"}, {"returned"}),
    ],
)
def test_outcomes_of_files(kind: str, expected: str, good: set[str], bad: set[str]) -> None:
    error = _error(kind, cells=0, expected=expected)
    for states, is_right in ((good, 1), (bad, 0)):
        found = States({error.path: next(iter(states))}, {}, set(), set())
        assert is_as_expected(error, found) is bool(is_right)
        assert outcomes([error], found)[0][:3] == (kind, 1, is_right)


def test_outcomes_of_revisions_reports_and_projects() -> None:
    first, second, third = (f"ha-noi/kinh-phi-2025-06{part}.xlsx" for part in ("", "-v2", "-v3"))
    states = States(
        {first: "superseded", second: "in_force"},
        {("ha-noi", "kinh-phi", PERIOD): ("missing", True)},
        {("ha-noi", PERIOD, "P1")},
        {(PERIOD, "P2")},
    )
    assert is_as_expected(_error("revision", expected="status"), states)
    again = replace(states, of_file={second: "superseded", third: "in_force"})
    assert is_as_expected(replace(_error("a_b_a", expected="status"), path=second), again)
    assert not is_as_expected(_error("revision", expected="status"), again)
    for kind, true in (("late", ""), ("missing", ""), ("vanished_project", "P1"), ("missing_in_treasury", "P2")):
        assert is_as_expected(_error(kind, cells=0, true=true), states)
        assert not is_as_expected(_error(kind, unit="ha-giang", cells=0, true="P3"), states)
    assert not is_as_expected(_error("nil_report", cells=0), states)
    assert outcomes([_error()], states) == []  # a flag is expected: no outcome


def test_the_truth_as_files(tmp_path) -> None:
    errors, figures = (tmp_path / f"{name}.csv" for name in ("errors", "figures"))
    errors.write_text(
        "error_id,kind,path,unit_key,form_code,period_end,sheet,cell,true_written,planted_written,expected\n"
        "E001,sign,a/f.xlsx,a,kinh-phi,2025-06-30,S,K20,1.5,-1.5,flag\n"
        "E001,sign,a/f.xlsx,a,kinh-phi,2025-06-30,S,K21,2,-2,flag\n"
        "E002,missing,b/f.xlsx,b,kinh-phi,2025-06-30,,,b/f.xlsx,,status\n",
        encoding="utf-8",
    )
    sign, missing = read_planted(errors)
    assert (len(sign.meant), sign.meant["S", "K21"], sign.subjects) == (2, ("2", "-2"), frozenset())
    assert (missing.meant, missing.true, missing.subjects) == ({}, "b/f.xlsx", {"b/f.xlsx"})
    head = "unit_key,budget_year,activity_code,indicator_code,measure,project_key,value,report_period_end\n"
    figures.write_text(
        head + "a,2025,A1,M,plan,,100,2025-03-31\na,2025,A1,M,plan,,130,2025-06-30\na,2025,,M,plan,,999,2025-06-30\n"
        "a,2025,A1,N,plan,,7,2025-06-30\ncentre,2025,A1,M,plan,P1,40,2025-01-31\na,2025,A1,M,ytd,P1,11,2025-03-31\n",
        encoding="utf-8",
    )
    assert read_plans(figures, {"M"}) == {("a", 2025): Decimal(170)}
