"""What the engine is asked where rules have conditions, choose lines by codes, or have totals of the opposite sign."""

from __future__ import annotations

from decimal import Decimal

from test_suspects import _cell, _cells, _verdict

from expectations.reconciliation.problem import reconcile
from khuyencong.culprits.asking import suspicions_of
from khuyencong.culprits.column_events import column_candidates
from khuyencong.culprits.holding import holds
from khuyencong.culprits.problems import parts_of, report_of
from khuyencong.culprits.rows import SuspectRow, _parsed
from khuyencong.culprits.suspects import Condition, Place, SuspectProblem, SuspectVerdict

MILLION = 10**6


def _place(column: str, row: int = 1) -> Place:
    return (1, "money", row, column)


def _paid_in_full() -> tuple[SuspectVerdict, SuspectProblem]:
    """if (amount > 100) if (base == 0) paid == amount; 150, 0 and 140 are reported."""
    cells = _cells(_cell(1, "amount", 150), _cell(1, "base", 0), _cell(1, "paid", 140), _cell(1, "idle", 7))
    verdict = SuspectVerdict(
        "PAID", "row=1", True, "==", False, ((_place("paid"), Decimal(1)), (_place("amount"), Decimal(-1))), Decimal(0),
        conditions=(
            Condition(">", ((_place("amount"), Decimal(1)),), Decimal(-100 * MILLION)),
            Condition("==", ((_place("base"), Decimal(1)),), Decimal(0)),
        ),
    )  # fmt: skip
    return verdict, report_of(1, [verdict], cells)


def test_a_cell_of_a_condition_is_a_suspect_and_no_other_cell_is() -> None:
    _, problem = _paid_in_full()
    assert {place[3] for place in problem.cells} == {"amount", "base", "paid"}
    (part,) = parts_of(problem)
    (record,) = reconcile(part.as_json())["records"]
    names = list(part.cells)
    assert {frozenset(names[int(cell[1:])][3] for cell in cells) for cells in record["minimal_sets"]} == {
        frozenset({"amount"}), frozenset({"base"}), frozenset({"paid"}),
    }  # fmt: skip


def test_a_rule_holds_where_its_condition_need_not() -> None:
    verdict, problem = _paid_in_full()
    cells = problem.cells
    assert not holds(verdict, cells, {})
    assert not holds(verdict, cells, {_place("amount"): Decimal(160 * MILLION)})
    assert holds(verdict, cells, {_place("amount"): Decimal(90 * MILLION)})
    assert holds(verdict, cells, {_place("base"): Decimal(MILLION)})
    assert holds(verdict, cells, {_place("base"): None})
    assert holds(verdict, cells, {_place("paid"): Decimal(150 * MILLION)})


def test_rows_of_a_verdict_are_its_comparison_and_its_conditions() -> None:
    def row(column: str, coefficient: int, number: int, operator: str | None = None, bound: int | None = None) -> SuspectRow:
        return SuspectRow(
            1, "PAID", "row=1", True, "==", False, "sum", Decimal(coefficient), 1, "money", 1, column, column, "S", "A1",
            Decimal(5), Decimal(5), Decimal(5), None, Decimal(1), "KCQG", "ytd", False, False, True, "money|u|P1",
            number, operator, None if bound is None else Decimal(bound), True, True, False,
        )  # fmt: skip

    rows = [row("paid", 1, 0), row("amount", -1, 0), row("amount", 1, 1, ">", 100), row("base", 1, 2, "==", 0)]
    (verdict,), cells = _parsed(1, rows)
    assert [place[3] for place, _ in verdict.terms] == ["paid", "amount"] and verdict.is_of_some_lines
    assert [(each.operator, each.constant, each.terms[0][0][3]) for each in verdict.conditions] == [
        (">", Decimal(-100), "amount"), ("==", Decimal(0), "base"),
    ]  # fmt: skip
    assert {place[3] for place in cells} == {"paid", "amount", "base"}


def _opposite(total: float, *parts: float) -> SuspectProblem:
    cells = _cells(_cell(0, "net", total), *(_cell(row, "net", value) for row, value in enumerate(parts, 1)))
    verdict = _verdict("OPPOSITE", "", "==", dict.fromkeys(cells, 1), failed=True)
    return report_of(1, [verdict], cells)


def test_a_total_of_the_opposite_sign_is_no_sign_error() -> None:
    """-25 under 30 and -10 is five too low; only +20 under them has lost its minus."""
    (off,) = suspicions_of(_opposite(-25, 30, -10))
    assert off.hypotheses and all(one.mechanism != "sign" for one in off.hypotheses)
    (lost,) = suspicions_of(_opposite(20, 30, -10))
    best = lost.hypotheses[0]
    assert best.mechanism == "sign" and [(c.place[2], c.suggested) for c in best.cells] == [(0, Decimal(-20 * MILLION))]


def test_a_unit_is_told_by_amounts_of_opposite_signs() -> None:
    """Each line says that two columns cancel out; one column is a thousand times too large."""
    pairs = [(-15.2, 15_200), (-24.8, 24_800), (-33.1, 33_100), (-41.7, 41_700)]
    cells = _cells(*(_cell(row, c, v) for row, pair in enumerate(pairs, 1) for c, v in zip("ab", pair, strict=True)))
    verdicts = [_verdict("CANCEL", f"row={n}", "==", {_place("a", n): 1, _place("b", n): 1}, failed=True) for n in range(1, 5)]
    found = {(each.mechanism, *{place[3] for place in each.meant}) for each in column_candidates(report_of(1, verdicts, cells))}
    assert ("unit_block", "b") in found
