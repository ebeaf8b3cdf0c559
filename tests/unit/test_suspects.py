"""From failed verdicts to problems, from the engine's answers to culprits, and the sentences about them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from khuyencong.culprits.asking import MOST_FAILED, suspicions_of
from khuyencong.culprits.events import events
from khuyencong.culprits.naming import suspicions_of_all
from khuyencong.culprits.problems import MOST_CELLS, parts_of, report_of
from khuyencong.culprits.suspects import Place, SuspectCell, SuspectVerdict
from khuyencong.flags.suspicion_words import WHAT, found_sentences

MILLION = 10**6


def _cell(row: int, column: str, value: float | None, *, previous: float | None = None, report: int = 1) -> SuspectCell:
    """A figure in million đồng, rounded to a tenth; row 0 is the total."""
    number = None if value is None else Decimal(str(value)) * MILLION
    half = Decimal(50_000)
    before = None if previous is None else Decimal(str(previous)) * MILLION
    return SuspectCell(
        (report, "money", row, column), f"{column}|{row}", "Kinh phí", f"{column.upper()}{row}", number,
        None if number is None else number - half, None if number is None else number + half, before,
        Decimal(MILLION), "KCDP-T", "ytd", report == 1, row == 0, False, True,
    )  # fmt: skip


def _verdict(rule: str, scope: str, operator: str, terms: dict[Place, int], *, failed: bool) -> SuspectVerdict:
    pairs = tuple((place, Decimal(a)) for place, a in terms.items())
    return SuspectVerdict(rule, scope, failed, operator, False, pairs, Decimal(0))


def _sum(column: str, rows: int, *, failed: bool) -> SuspectVerdict:
    terms = {(1, "money", row, column): 1 for row in range(1, rows + 1)} | {(1, "money", 0, column): -1}
    return _verdict("SUM", column, "==", terms, failed=failed)


def _at_most(row: int, small: str, large: str, *, failed: bool, report: int = 1) -> SuspectVerdict:
    terms = {(1, "money", row, small): 1, (report, "money", row, large): -1}
    return _verdict("MOST", f"{small}{row}", "<=", terms, failed=failed)


def _cells(*cells: SuspectCell) -> dict[Place, SuspectCell]:
    return {cell.place: cell for cell in cells}


def _unit_error() -> tuple[list[SuspectVerdict], dict[Place, SuspectCell]]:
    """b2 is a thousand times too large: its sum and its ceiling fail, the ceiling of b1 holds."""
    values = {"a": (310.4, 100.3, 210.1), "b": (240.2, 90.1, 150_100)}
    cells = _cells(*(_cell(row, column, v) for column, of in values.items() for row, v in enumerate(of)))
    verdicts = [
        _sum("a", 2, failed=False), _sum("b", 2, failed=True),
        _at_most(1, "b", "a", failed=False), _at_most(2, "b", "a", failed=True),
    ]  # fmt: skip
    return verdicts, cells


def test_a_problem_holds_the_failed_verdicts_and_what_shares_a_cell_with_them() -> None:
    verdicts, cells = _unit_error()
    (part,) = parts_of(report_of(1, verdicts, cells))
    assert {v.key for v in part.verdicts} == {("SUM", "b"), ("SUM", "a"), ("MOST", "b1"), ("MOST", "b2")}
    problem = part.as_json()
    assert len(problem["rules"]) == 4 and problem["weights"] == {}
    name = f"c{list(part.cells).index((1, 'money', 2, 'b'))}"
    assert problem["records"][0]["intervals"][name] == [Decimal(150_099_950_000), Decimal(150_100_050_000)]
    assert set(problem["records"][0]["values"].values()) == {cell.value for cell in cells.values()}


def test_the_culprit_its_mechanism_and_its_value() -> None:
    (found,) = suspicions_of(report_of(1, *_unit_error()))
    best = found.hypotheses[0]
    assert found.is_sure and best.mechanism == "unit_cell"
    assert best.places == {(1, "money", 2, "b")}
    assert best.cells[0].suggested == Decimal(150_100_000)
    vi, en = found_sentences(found, [best])
    assert vi.startswith(
        "Kinh phí!B2 = 150.100 nhiều khả năng ghi theo nghìn đồng thay vì triệu đồng: chia 1.000; thay bằng 150,1"
    )
    assert "4/4 quan hệ" in vi and "divide by 1,000; with 150.1 4/4 relations hold" in en


def test_order_of_verdicts_changes_nothing() -> None:
    verdicts, cells = _unit_error()
    backwards = dict(reversed(cells.items()))
    assert suspicions_of(report_of(1, verdicts, cells)) == suspicions_of(report_of(1, verdicts[::-1], backwards))


def test_what_another_report_got_wrong_is_put_down_to_it() -> None:
    verdicts, cells = _unit_error()
    wrong = (1, "money", 2, "b")
    later = replace(_cell(2, "b", 170.3, report=2), is_own=True)
    evidence = replace(cells[wrong], is_own=False)
    not_falling = _verdict("TIME", "b2", ">=", {later.place: 1, wrong: -1}, failed=True)
    reports = [report_of(1, verdicts, cells), report_of(2, [not_falling], _cells(later, evidence))]
    first, second = suspicions_of_all(reports, {})
    assert (second.submission_key, second.verdicts, second.is_sure) == (2, (("TIME", "b2"),), True)
    assert second.hypotheses[0].places == first.hypotheses[0].places == {wrong}
    too_low = replace(later, value=Decimal(9 * MILLION), low=Decimal(9 * MILLION), high=Decimal(9 * MILLION))
    reports[1] = report_of(2, [not_falling], _cells(too_low, evidence))
    assert suspicions_of_all(reports, {})[1].n_sets > 0, (
        "the corrected figure leaves the verdict failing: asked on its own"
    )


def test_separate_errors_are_separate_suspicions() -> None:
    cells = _cells(_cell(1, "a", 5), _cell(1, "b", 3), _cell(2, "c", 9), _cell(2, "d", 8))
    verdicts = [_at_most(1, "a", "b", failed=True), _at_most(2, "c", "d", failed=True)]
    found = suspicions_of(report_of(1, verdicts, cells))
    assert [suspicion.verdicts for suspicion in found] == [(("MOST", "a1"),), (("MOST", "c2"),)]
    assert not any(suspicion.is_sure for suspicion in found)


def test_empty_cells_of_a_sum_are_left_out_and_those_of_a_short_rule_stay() -> None:
    cells = _cells(*(_cell(row, "a", 0) for row in range(2, 9)), _cell(0, "a", 7), _cell(1, "a", 5), _cell(1, "p", 0))
    (part,) = parts_of(report_of(1, [_sum("a", 8, failed=True), _at_most(1, "a", "p", failed=True)], cells))
    assert {place[2:] for place in part.cells} == {(0, "a"), (1, "a"), (1, "p")}


def test_an_empty_cell_breaks_no_rule_on_each_figure_alone() -> None:
    cells = _cells(*(_cell(row, "a", v) for row, v in ((0, 3), (1, -2), (2, None), (3, 5))))
    terms = tuple(((1, "money", row, "a"), Decimal(1)) for row in (1, 2, 3))
    each = SuspectVerdict("SIGN", "", True, ">=", True, terms, Decimal(0))
    (part,) = parts_of(report_of(1, [each, _sum("a", 3, failed=False)], cells))
    assert (1, "money", 1, "a") in part.cells


def test_figures_that_a_rule_names_without_adding_make_it_a_bundle() -> None:
    cells = _cells(_cell(1, "a", 500), _cell(1, "b", 3), _cell(1, "c", 7))
    terms = {(1, "money", 1, "a"): 1, (1, "money", 1, "c"): 0, (1, "money", 1, "b"): -50}
    (part,) = parts_of(report_of(1, [_verdict("TIMES", "", "<=", terms, failed=True)], cells))
    assert part.failed[0].is_bundle and len(part.cells) == 2
    assert part.as_json()["rules"] == ["1*c0 - 50*c1 <= 0"]


def test_another_report_weighs_more_and_a_correction_is_fixed() -> None:
    corrected = replace(_cell(2, "a", 6), is_corrected=True)
    cells = _cells(_cell(0, "a", 20), _cell(1, "a", 5), corrected, _cell(1, "b", 3, report=2))
    (part,) = parts_of(report_of(1, [_sum("a", 2, failed=True), _at_most(1, "a", "b", failed=True, report=2)], cells))
    weights = part.as_json()["weights"]
    assert sorted(map(str, weights.values())) == ["1.5", "inf"]


def test_a_part_left_out_of_a_total_is_named() -> None:
    cells = _cells(_cell(0, "a", 30.4), _cell(1, "a", 30.4), _cell(2, "a", 17.3), *(_cell(r, "b", 40) for r in (1, 2)))
    verdicts = [_sum("a", 2, failed=True), *(_at_most(row, "a", "b", failed=False) for row in (1, 2))]
    (found,) = suspicions_of(report_of(1, verdicts, cells))
    assert [(h.mechanism, h.cells[0].cell_address) for h in found.hypotheses][:1] == [("part_left_out", "A0")]


@pytest.mark.parametrize("event", ["unit", "swap", "in_period"])
def test_an_event_of_whole_columns_is_one_hypothesis(event: str) -> None:
    true = {"plan": [70.5, 30.4, 40.1], "now": [36.1, 15.7, 20.4], "paid": [16.0, 7.0, 9.0]}
    before = {"now": [30.0, 13.0, 17.0]}
    told = {name: list(values) for name, values in true.items()}
    if event == "unit":
        told["now"] = [1000 * v for v in told["now"]]
    elif event == "swap":
        told["now"], told["paid"] = told["paid"], told["now"]
    else:
        told["now"] = [round(v - b, 1) for v, b in zip(told["now"], before["now"], strict=True)]
    cells = _cells(
        *(_cell(row, name, v, previous=before[name][row] if name in before else None)
          for name, values in told.items() for row, v in enumerate(values)),
        *(replace(_cell(row, "same", true["now"][row]), measure="check") for row in range(3)),
    )  # fmt: skip
    pairs = [
        _verdict("SAME", str(row), "==", {(1, "money", row, "now"): 1, (1, "money", row, "same"): -1}, failed=True)
        for row in range(3)
    ]
    ceilings = [_at_most(row, "now", "plan", failed=event == "unit") for row in range(3)]
    order = [_at_most(row, "paid", "now", failed=event != "unit") for row in range(3)]
    if event == "in_period":
        order = [_at_most(row, "paid", "now", failed=True) for row in range(3)]
    report = report_of(1, [*pairs, *ceilings, *order, _sum("now", 2, failed=False)], cells)
    best = events(report)[0]
    assert best.mechanism == {"unit": "unit_block"}.get(event, event)
    meant = {place: value for place, value in best.meant.items() if place[3] == "now"}
    assert [meant[1, "money", row, "now"] / MILLION for row in range(3)] == [Decimal(str(v)) for v in true["now"]]


def test_exchanged_columns_with_an_empty_cell_and_a_line_alike() -> None:
    plan, paid = (400, 100, 50, 250, 0), (320, 90, 50, 180, 0)
    told = {"plan": paid, "paid": plan}
    cells = _cells(*(_cell(row, name, value) for name, of in told.items() for row, value in enumerate(of)))
    cells[1, "money", 4, "paid"] = _cell(4, "paid", 30)
    cells[1, "money", 0, "paid"] = _cell(0, "paid", 430)
    verdicts = [_at_most(row, "paid", "plan", failed=row != 2) for row in range(5)]
    verdicts += [_sum("plan", 4, failed=False), _sum("paid", 4, failed=False)]
    (found,) = suspicions_of(report_of(1, verdicts, cells))
    best = found.hypotheses[0]
    assert found.is_sure and best.mechanism == "swap"
    assert {place[2] for place in best.places} == {0, 1, 3, 4}  # line 2 says the same twice, line 4 says nothing once
    assert all(cell.suggested != cell.value for cell in best.cells)


def test_an_event_that_explains_most_leaves_the_rest_apart() -> None:
    rows = MOST_FAILED + 2  # more than the engine is asked about
    first_column = [100 + 7 * row for row in range(rows)]
    true = {name: [sum(first_column), *first_column] for name in "abc"}
    cells = _cells(
        *(_cell(row, name, value * share, previous=value * 0.5)
          for name, share in (("a", 1), ("b", 0.9), ("c", 800)) for row, value in enumerate(true[name])),
    )  # fmt: skip
    cells[1, "money", 0, "a"] = _cell(0, "a", sum(first_column) // 10, previous=sum(first_column) * 0.5)  # lost a digit
    verdicts = [
        *(_at_most(row, "c", "b", failed=True) for row in range(rows + 1)),
        *(_at_most(row, "b", "a", failed=row == 0) for row in range(rows + 1)),
        _sum("a", rows, failed=True), _sum("b", rows, failed=False), _sum("c", rows, failed=False),
    ]  # fmt: skip
    first, rest = suspicions_of(report_of(1, verdicts, cells))
    assert (first.is_sure, first.hypotheses[0].mechanism, first.number) == (True, "unit_block", 0)
    assert {place[3] for place in first.hypotheses[0].places} == {"c"} and len(first.verdicts) == rows + 1
    assert rest.hypotheses[0].places == {(1, "money", 0, "a")} and rest.number == 1


def test_a_part_left_out_of_a_long_list_of_like_amounts() -> None:
    values = [31.4] * 6 + [20.5 + 3 * row for row in range(20)]
    cells = _cells(*(_cell(row, "a", value) for row, value in enumerate([round(sum(values) - 32.5, 1), *values])))
    (found,) = suspicions_of(report_of(1, [_sum("a", len(values), failed=True)], cells))
    best = found.hypotheses[0]
    assert (best.mechanism, best.places) == ("part_left_out", {(1, "money", 0, "a")})
    assert best.cells[0].suggested == Decimal(str(sum(values))) * MILLION


def test_what_is_too_much_is_said() -> None:
    failed = [_at_most(row, "a", "b", failed=True) for row in range(1, MOST_FAILED + 2)]
    joining = _sum("a", MOST_FAILED + 1, failed=True)
    held = [  # so no columns were exchanged
        _verdict("SAME", str(row), "==", {(1, "money", row, "b"): 1, (1, "money", row, "c"): -1}, failed=False)
        for row in range(1, MOST_FAILED + 2)
    ]
    cells = _cells(*(_cell(row, name, 7 * row + (name == "a")) for row in range(MOST_FAILED + 2) for name in "abc"))
    (found,) = suspicions_of(report_of(1, [*failed, *held, joining], cells))
    assert found.skipped == "too_many_verdicts" and not found.is_sure
    assert "quá nhiều quan hệ" in found_sentences(found, [])[0]
    wide = _cells(*(_cell(row, "a", 3) for row in range(MOST_CELLS + 5)))
    (found,) = suspicions_of(report_of(1, [_sum("a", MOST_CELLS + 4, failed=True)], wide))
    assert found.skipped == "too_many_figures"


def test_every_mechanism_of_the_engine_has_its_words() -> None:
    from expectations.reconciliation.mechanisms import COST

    assert {name for name in COST if not name.startswith("unit")} <= set(WHAT)


def test_failed_verdicts_beyond_the_engines_size_are_passed_over_and_said_so() -> None:
    rows = MOST_CELLS // 2 + 10
    columns = ("a", "b", "c")
    cells = _cells(*(_cell(row, column, 1000 + row) for column in columns for row in range(rows + 1)))
    joined = {(1, "money", 1, column): 1 for column in columns}
    verdicts = [*(_sum(column, rows, failed=True) for column in columns),
                *(_at_most(row, "a", "b", failed=True) for row in range(1, 6)),
                _verdict("JOIN", "1", "==", joined, failed=True)]  # fmt: skip
    found = suspicions_of(report_of(1, verdicts, cells))
    assert {suspicion.skipped for suspicion in found} == {"too_many_figures"}
    assert all(not suspicion.hypotheses for suspicion in found)
