"""Whole lines at fault, on figures small enough for a pencil: two exchanged, one missing, and what must not be called so."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from khuyencong.culprits.asking import suspicions_of
from khuyencong.culprits.events import Event, events
from khuyencong.culprits.problems import report_of
from khuyencong.culprits.suspects import Place, SuspectCell, SuspectProblem, SuspectVerdict, WholeLines
from khuyencong.culprits.suspicions import _as_json, _from_json
from khuyencong.flags.suspicion_words import found_sentences

MILLION = Decimal(1_000_000)
COLUMNS = ("plan", "contracted", "disbursed")
# million đồng, the three columns of four activities and their total; what the period before had
BEFORE = {1: (120, 50, 40), 2: (300, 210, 180), 3: (90, 30, 5), 4: (60, 0, 0)}
NOW = {1: (120, 70, 55), 2: (300, 260, 240), 3: (90, 45, 20), 4: (60, 12, 4)}
TOTAL = (570, 387, 319)
NAMES = {1: "A1", 2: "A3", 3: "A4", 4: "A6"}


def _place(row: int, column: str, report: int = 1) -> Place:
    return report, "money", row, column


def _cell(row: int, column: str, amount: int, before: int | None = None, report: int = 1) -> SuspectCell:
    """An exact amount; row 9 is the total."""
    value = amount * MILLION
    return SuspectCell(
        _place(row, column, report), f"{column}|{row}", "Kinh phí", f"{'CDE'[COLUMNS.index(column)]}{row}", value, value, value,
        None if before is None else before * MILLION, MILLION, "KCDP-T", "ytd", report == 1, row == 9, False, True,
        NAMES.get(row, ""),
    )  # fmt: skip


def _verdict(
    rule: str, scope: str, operator: str, terms: dict[Place, int], cells: dict[Place, SuspectCell]
) -> SuspectVerdict:
    apart = sum((a * (cells[place].value or 0) for place, a in terms.items()), Decimal(0))
    is_met = {"==": apart == 0, "<=": apart <= 0, ">=": apart >= 0}[operator]
    return SuspectVerdict(
        rule, scope, not is_met, operator, False, tuple((p, Decimal(a)) for p, a in terms.items()), Decimal(0)
    )


def _report(
    rows: dict[int, tuple[int, ...]], total: tuple[int, ...] = TOTAL, absent: tuple[str, ...] | None = ()
) -> SuspectProblem:
    """A report with its rules: totals are sums, disbursed ≤ contracted ≤ plan on each line, nothing falls within the year."""
    cells: dict[Place, SuspectCell] = {}
    for row, amounts in rows.items():
        for column, amount, before in zip(COLUMNS, amounts, BEFORE[row], strict=True):
            cells[_place(row, column)] = _cell(row, column, amount, before)
            cells[_place(row, column, 0)] = _cell(row, column, before, report=0)
    cells |= {_place(9, column): _cell(9, column, amount) for column, amount in zip(COLUMNS, total, strict=True)}
    verdicts = [
        _verdict("SUM", c, "==", {_place(row, c): 1 for row in rows} | {_place(9, c): -1}, cells) for c in COLUMNS
    ]
    for row in rows:
        for small, large in zip(COLUMNS[:0:-1], COLUMNS[1::-1], strict=True):
            verdicts.append(
                _verdict("CHAIN", f"{row}{small}", "<=", {_place(row, small): 1, _place(row, large): -1}, cells)
            )
        for column in COLUMNS:
            verdicts.append(
                _verdict("TIME", f"{row}{column}", ">=", {_place(row, column): 1, _place(row, column, 0): -1}, cells)
            )
    failing = {place for verdict in verdicts if verdict.is_failed for place, _ in verdict.terms}
    touching = [verdict for verdict in verdicts if any(place in failing for place, _ in verdict.terms)]
    sheets = None if absent is None else ({"money": absent} if absent else {})
    return report_of(1, touching, cells, lines=WholeLines(tuple(verdicts), cells, sheets))


def test_the_report_itself_is_sound() -> None:
    assert _report(NOW).failed == []


def test_two_lines_exchanged_are_one_suspicion_that_names_both_and_what_was_meant() -> None:
    """A3 and A4: 45 < 210, 20 < 180, 90 < 300: three figures fall, and nothing else says a word."""
    report = _report(NOW | {2: NOW[3], 3: NOW[2]})
    assert sorted(verdict.scope_key for verdict in report.failed) == ["2contracted", "2disbursed", "2plan"]
    (found,) = suspicions_of(report)
    best = found.hypotheses[0]
    assert found.is_sure and (best.mechanism, best.lines) == ("rows_exchanged", ("A3", "A4"))
    meant = {cell.place[2:]: cell.suggested / MILLION for cell in best.cells if cell.suggested is not None}
    assert meant == {(row, column): amount for row in (2, 3) for column, amount in zip(COLUMNS, NOW[row], strict=True)}
    vi, en = found_sentences(found, [best])
    assert (
        "dòng 2 (A3) và dòng 3 (A4) nhiều khả năng ghi đổi chỗ cho nhau" in vi and "C2 = 90" in vi and "C3 = 300" in vi
    )
    assert "row 2 (A3) and row 3 (A4) are probably exchanged" in en


@pytest.mark.parametrize("one,other", [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)])
def test_every_pair_that_a_rule_sees_is_named(one: int, other: int) -> None:
    report = _report(NOW | {one: NOW[other], other: NOW[one]})
    assert report.failed
    assert events(report)[0].lines == (NAMES[one], NAMES[other])


def test_an_exchange_that_would_break_what_held_is_none() -> None:
    """The same failures, but A4's line now has a contract that A3 could not have had: no pair of lines explains it."""
    rows = NOW | {2: NOW[3], 3: (300, 290, 240)}
    report = _report(rows, (570, 417, 319))
    # A4 stood at 280 before: after the exchange it would fall to 45, which only the verdicts about its own line know
    lines, place, known = report.lines, _place(3, "contracted", 0), 280 * MILLION
    before = replace(lines.cells[place], value=known, low=known, high=known)
    spoilt = replace(report, lines=replace(lines, cells={**lines.cells, place: before}))
    assert "rows_exchanged" in {event.mechanism for event in events(report)}
    assert "rows_exchanged" not in {event.mechanism for event in events(spoilt)}


def test_without_the_whole_lines_nothing_is_said_of_lines() -> None:
    report = replace(_report(NOW | {2: NOW[3], 3: NOW[2]}), lines=None)
    assert not {"rows_exchanged", "line_missing"} & {event.mechanism for event in events(report)}


def _missing(absent: tuple[str, ...] | None, gone: int = 2, total: tuple[int, ...] = TOTAL) -> Event | None:
    report = _report({row: amounts for row, amounts in NOW.items() if row != gone}, total, absent)
    return next((event for event in events(report) if event.mechanism == "line_missing"), None)


def test_totals_above_their_sums_by_one_line_name_it() -> None:
    event = _missing(("A3",))
    assert event is not None and event.lines == ("A3",)
    assert {place[3]: amount / MILLION for place, amount in event.amounts.items()} == dict(
        zip(COLUMNS, NOW[2], strict=True)
    )
    assert all(place[2] == 9 and value is None for place, value in event.meant.items())
    report = _report({row: amounts for row, amounts in NOW.items() if row != 2}, TOTAL, ("A3",))
    (found,) = suspicions_of(report)
    vi, en = found_sentences(found, found.hypotheses[:1])
    assert "nhiều khả năng thiếu một dòng (A3)" in vi and "C9 + 300" in vi and "E9 + 240" in vi
    assert "a line is probably missing (A3)" in en and "D9 + 260" in en


def test_a_list_whose_lines_nobody_gave_may_lack_one_too() -> None:
    event = _missing(None)
    assert event is not None and event.lines == () and event.confidence < _missing(("A3",)).confidence


def test_no_line_is_missing_where_the_form_has_all_of_its_lines() -> None:
    assert _missing(()) is None


def test_amounts_that_make_up_no_line_are_none() -> None:
    """The totals have 240 more disbursed than there is, and only 200 more contracted: no line can be so."""
    assert _missing(("A3",), total=(570, 327, 319)) is None


def test_one_total_alone_is_no_line() -> None:
    report = _report(NOW, (570, 387, 400), ("A10",))
    assert not [event for event in events(report) if event.mechanism == "line_missing"]


def test_what_is_kept_of_a_line_comes_back() -> None:
    report = _report({row: amounts for row, amounts in NOW.items() if row != 2}, TOTAL, ("A3",))
    hypothesis = suspicions_of(report)[0].hypotheses[0]
    assert _from_json(json.loads(json.dumps(_as_json(hypothesis), default=str))) == hypothesis
