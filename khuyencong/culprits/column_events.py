"""One event that damages whole columns of a report: a wrong unit, two columns exchanged, a copy, a quarter for a sum.

Tried before the engine looks at single cells, because one slip here fails dozens of verdicts; believed only if every verdict
then holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any

from khuyencong.culprits.candidates import ENOUGH_FAILED, Candidate
from khuyencong.culprits.holding import holds
from khuyencong.culprits.suspects import Place, SuspectCell, SuspectProblem

MOST_LEFT = 2  # at most one in so many failed verdicts may have another cause
FEWEST_COPIED = 4
NEAR_POWER = 0.8
POWERS = (3, -3, 6, -6)
UNIT_COST, SWAP_COST, IN_PERIOD_COST, COPY_COST = 1.4, 1.5, 1.5, 1.3
WHOLE_SHEET_COST = 0.2
OTHER_REPORT_COST = 1.0
COARSEST = 10  # scaled figures stay this many times larger than their rounding, or every difference would vanish
HISTORY_WEIGHT = 0.8


def column_candidates(problem: SuspectProblem) -> Iterator[Candidate]:
    """Events on whole columns after which every verdict of the problem holds, at their cost."""
    verdicts = sorted(problem.verdicts, key=lambda verdict: not verdict.is_failed)
    failed = {place for verdict in problem.failed for place in verdict.places}
    for cost, mechanism, meant in _suspected(problem):
        if not failed.isdisjoint(meant) and all(holds(verdict, problem.cells, meant) for verdict in verdicts):
            cost -= _history_gain(problem.cells, meant)
            cost += 0 if all(problem.cells[place].is_own for place in meant) else OTHER_REPORT_COST
            yield Candidate(cost, mechanism, meant)


def left_over(problem: SuspectProblem) -> frozenset[tuple[str, str]] | None:
    """The failed verdicts that the best event of all leaves failing, where it explains most of them and breaks none.

    Something else is wrong there too; most cells of the event stand in what it explains. None when no event explains enough.
    """
    most = min(len(problem.failed) - ENOUGH_FAILED, len(problem.failed) // MOST_LEFT)
    verdicts = sorted(problem.verdicts, key=lambda verdict: verdict.is_failed)
    found: list[tuple[int, float, list[tuple[str, str]]]] = []
    for cost, _, meant in _suspected(problem) if most > 0 else ():
        left: list[tuple[str, str]] = []
        for verdict in verdicts:
            if not holds(verdict, problem.cells, meant):
                left.append(verdict.key)
                if not verdict.is_failed or len(left) > most:
                    break
        else:
            explained = {place for verdict in problem.failed if verdict.key not in left for place in verdict.places}
            if len(explained & meant.keys()) * 2 > len(meant):
                found.append((len(left), cost, left))
    return frozenset(min(found)[2]) if found else None


def _suspected(problem: SuspectProblem) -> Iterator[tuple[float, str, dict[Place, Decimal | None]]]:
    """Cost, mechanism and meant values of all events that the columns give room for."""
    cells, powers = problem.cells, _powers(problem)
    reported = {place: cell for place, cell in cells.items() if cell.value}
    money = {place: cell for place, cell in reported.items() if cell.is_money}
    funds = _funds(reported)
    by_column = _grouped(reported, lambda c: (c.place[0], c.place[1], c.place[3]))
    by_fund = _grouped(reported, lambda c: (c.place[0], c.place[1], funds[c.place[0], c.place[1], c.place[3]]))
    by_sheet = _grouped(money, lambda c: (c.place[0], c.place[1]))
    by_report = _grouped(money, lambda c: (c.place[0],))
    groups: dict[tuple[Place, ...], tuple[float, str]] = {}
    for kind, cost, mechanism in (
        (by_column, UNIT_COST, "unit_block"), (by_fund, UNIT_COST, "unit_block"),
        (by_sheet, UNIT_COST + WHOLE_SHEET_COST, "unit_all"), (by_report, UNIT_COST + WHOLE_SHEET_COST, "unit_all"),
    ):  # fmt: skip
        for group in kind.values():
            groups.setdefault(tuple(place for place in group if cells[place].is_money), (cost, mechanism))
    for group, (cost, mechanism) in groups.items():
        for power in powers if len(group) > 1 else ():
            meant = {place: cells[place].value * Decimal(10) ** -power for place in group}
            if _is_telling(cells, meant):
                yield cost, mechanism, meant
    for group in by_fund.values():
        if all(cells[place].measure == "ytd" and cells[place].is_own for place in group):
            before = [p for p in group if cells[p].previous]
            copied = [p for p in before if cells[p].value == cells[p].previous]
            if len(copied) >= max(FEWEST_COPIED, len(before) * 3 // 4):
                if {cells[place].fund_code for place in copied} & problem.copied_funds:
                    yield COPY_COST, "stale_copy", dict.fromkeys(copied)
            elif len(before) > 1:
                yield IN_PERIOD_COST, "in_period", {p: cells[p].value + cells[p].previous for p in before}
        for one, other in combinations(sorted({place[3] for place in group}), 2):
            meant = _exchanged(cells, group[0], one, other)
            if meant:
                yield SWAP_COST, "swap", meant


def _powers(problem: SuspectProblem) -> list[int]:
    """Powers of ten that lie between the two sides of a failed verdict; no other unit can be at fault."""
    apart: set[int] = set()
    for verdict in problem.failed:
        sides = [Decimal(0), Decimal(0)]
        for place, coefficient in verdict.terms:
            part = coefficient * (problem.cells[place].value or 0)
            sides[part > 0] += abs(part)
        if all(sides) and not verdict.is_each:
            ratio = abs(float((sides[1] / sides[0]).log10()))
            apart.update(power for power in POWERS if abs(ratio - abs(power)) < NEAR_POWER)
    return [power for power in POWERS if power in apart]


def _funds(cells: Mapping[Place, SuspectCell]) -> dict[tuple[int, str, str], frozenset[tuple[str, str]]]:
    """Of each column the funds and measures of its lines; a total without a fund has those of the lines above it."""
    found: dict[tuple[int, str, str], set[tuple[str, str]]] = defaultdict(set)
    for (submission, sheet, _, column), cell in cells.items():
        found[submission, sheet, column] |= {(cell.fund_code, cell.measure)} if cell.fund_code else set()
    return {column: frozenset(funds) for column, funds in found.items()}


def _is_telling(cells: Mapping[Place, SuspectCell], meant: Mapping[Place, Decimal]) -> bool:
    rounding = sum((cells[place].high - cells[place].low) / 2 for place in meant)
    return sum(abs(value) for value in meant.values()) >= COARSEST * rounding


def _exchanged(
    cells: Mapping[Place, SuspectCell], sample: Place, one: str, other: str
) -> dict[Place, Decimal | None]:
    """The cells of two columns of the sample's sheet, each with what stands in the other; like cells stay as they are."""
    meant: dict[Place, Decimal | None] = {}
    for submission, sheet, row, column in cells:
        here, there = (submission, sheet, row, one), (submission, sheet, row, other)
        if column == one and (submission, sheet) == sample[:2] and there in cells:
            left, right = cells[here].value, cells[there].value
            if left is not None and right is not None and left != right:
                meant |= {here: right, there: left}
    return meant


def _grouped(cells: Mapping[Place, SuspectCell], key) -> dict[tuple[Any, ...], list[Place]]:
    groups: dict[tuple[Any, ...], list[Place]] = defaultdict(list)
    for place, cell in cells.items():
        groups[key(cell)].append(place)
    return groups


def _history_gain(cells: Mapping[Place, SuspectCell], meant: Mapping[Place, Decimal | None]) -> float:
    """How much nearer to the period before the meant values lie, in powers of ten, from −1 to 1, weighted."""
    gains = []
    for place, value in meant.items():
        before, now = cells[place].previous, cells[place].value
        if value and before and now and value / before > 0 and now / before > 0:
            gains.append(abs((now / before).log10()) - abs((value / before).log10()))
    return HISTORY_WEIGHT * float(max(-1, min(1, sum(gains) / len(gains)))) if gains else 0.0
