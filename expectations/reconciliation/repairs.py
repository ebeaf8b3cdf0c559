"""All repairs of one component of a record, best first: composite events, single cells, minimal sets, chains of slips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from expectations.reconciliation.changes import Repair, Value, implied, is_changeable, repair, rules_after
from expectations.reconciliation.composites import IN_PERIOD_COST, ODD_PAIR, composites
from expectations.reconciliation.covering import Cover, Question, contradicting
from expectations.reconciliation.feasibility import TooLarge
from expectations.reconciliation.history import History
from expectations.reconciliation.mechanisms import COST, Explanation, explanations
from expectations.reconciliation.record import FIXED, Record
from expectations.reconciliation.structure import Structure

MOST_EXPLAINED_SETS = 40
LONGEST_CHAIN, MOST_CHAIN_STEPS = 4, 80
MORE_CELLS = 0.3
RELIABILITY = 2.0
MOST_REPAIRS = 30


@dataclass(frozen=True, slots=True)
class Case:
    """What is known when one component of a record is repaired."""

    asked: Question
    cover: Cover
    past: History
    form: Structure
    component: tuple[int, ...]
    usual_weight: float


def repairs(case: Case) -> list[Repair]:
    """Repairs of a component, cheapest first, one a set of cells; empty when nothing is odd about it."""
    best: dict[tuple[int, ...], Repair] = {}

    def offer(found: Iterable[Repair]) -> None:
        for one in found:
            if one.cells not in best or one.cost < best[one.cells].cost:
                best[one.cells] = one

    offer(composites(case.asked, case.past, case.form, case.component))
    if case.asked.violated or case.cover.objective:
        try:
            offer(_sets(case))
            offer(_chains(case) if case.asked.violated else ())
        except TooLarge:
            pass  # what was found before stands; the cover itself says that it gave up
    return sorted(best.values(), key=lambda r: (r.cost, len(r.meant), r.cells))[:MOST_REPAIRS]


def _sets(case: Case) -> Iterator[Repair]:
    """Every single cell that satisfies the rules alone, and the minimal sets, each explained cell by cell."""
    record = case.asked.record
    sets = dict.fromkeys(s for s in case.cover.sets[:MOST_EXPLAINED_SETS] if s)
    if not any(len(s) == 1 for s in sets) or len(sets) < MOST_EXPLAINED_SETS:
        for cell in _common_cells(case):
            if (cell,) not in sets and contradicting(case.asked, (cell,)) is None:
                sets[(cell,)] = None
    for cells in sets:
        told = []
        for cell in cells:
            low, high = implied(case.asked, cell, cells)
            told.append(
                _first_that_holds(case, cell, cells, explanations(record, case.past, case.form, cell, low, high))
            )
        meant = {cell: e.value for cell, e in zip(cells, told, strict=True)}
        if rules_after(record, meant) and all(v is not None for v in meant.values()):
            meant = {
                c: v if e.mechanism != "unexplained" else None for (c, v), e in zip(meant.items(), told, strict=True)
            }
        cost = sum(e.cost + reliability(case, cell) for cell, e in zip(cells, told, strict=True))
        yield repair(cost + MORE_CELLS * (len(cells) - 1), meant, joined(e.mechanism for e in told))


def _first_that_holds(case: Case, cell: int, cells: tuple[int, ...], told: list[Explanation]) -> Explanation:
    """The cheapest explanation whose value, alone, lets the rules hold; in a larger set the ends have seen to it."""
    if len(cells) > 1:
        return told[0]
    for explanation in told:
        if explanation.value is None or not rules_after(case.asked.record, {cell: explanation.value}):
            return explanation
    return Explanation(told[-1].cost, "unexplained", None)


def _common_cells(case: Case) -> list[int]:
    """Changeable cells that stand in every violated rule."""
    record = case.asked.record
    members = [set(record.rules.cells_of[rule]) for rule in case.asked.violated]
    common = set.intersection(*members) if members else set()
    return sorted(c for c in common if record.weight[c] != FIXED and record.value[c] is not None)


def reliability(case: Case, cell: int) -> float:
    """What it costs to blame a cell that weighs more, or less, than usual."""
    return RELIABILITY * (case.asked.record.weight[cell] / case.usual_weight - 1)


def joined(mechanisms: Iterable[str]) -> str:
    """One name for several mechanisms, each named once, in order."""
    return "+".join(dict.fromkeys(mechanisms))


def _chains(case: Case) -> Iterator[Repair]:
    """Several slips in one component: repair one violated rule by one slip that breaks no other, and go on."""
    steps = 0
    todo: list[tuple[float, dict[int, Value], tuple[str, ...], list[int]]] = [(0.0, {}, (), list(case.asked.violated))]
    todo += [(IN_PERIOD_COST, meant, ("in_period",), left) for meant, left in _run_up(case)]
    while todo and steps < MOST_CHAIN_STEPS:
        cost, meant, names, failing = todo.pop()
        if not failing:
            yield repair(cost + MORE_CELLS * (len(names) - 1), meant, joined(names))
            continue
        if len(names) >= LONGEST_CHAIN:
            continue
        steps += 1
        rule = min(failing, key=lambda r: (len(case.asked.record.rules.cells_of[r]), r))
        for more, new, name in _slips_of_rule(case, rule, meant):
            changed = meant | new
            left = _left(case, changed)
            if rule not in left and set(left) < set(failing):
                todo.append((cost + more, changed, (*names, name), left))


def _slips_of_rule(case: Case, rule: int, meant: dict[int, Value]) -> Iterator[tuple[float, dict[int, Value], str]]:
    """Explained changes of one cell, and swaps of two, that may satisfy the rule."""
    record = case.asked.record
    members = record.rules.cells_of[rule]
    shadow = _shadow(case.asked, meant)
    for cell in members:
        if cell in meant or not is_changeable(record, (cell,)):
            continue
        low, high = implied(shadow, cell, (cell,), [rule])
        for told in explanations(record, case.past, case.form, cell, low, high):
            if told.mechanism not in ("unexplained", "stale_copy") and told.value is not None:
                yield told.cost + reliability(case, cell), {cell: told.value}, told.mechanism
    for one, other in case.form.pairs:
        if not (one in members and other in members) or one in meant or other in meant:
            continue
        if is_changeable(record, (one, other)) and record.value[one] != record.value[other]:
            odd = ODD_PAIR if (one in case.form.totals) != (other in case.form.totals) else 0.0
            yield COST["swap"] + odd, {one: record.value[other], other: record.value[one]}, "swap"


def _shadow(asked: Question, meant: dict[int, Value]) -> Question:
    """The question as it stands after the changes."""
    if not meant:
        return asked
    record = asked.record
    low, high = list(record.low), list(record.high)
    for cell, value in meant.items():
        half = (record.high[cell] - record.low[cell]) // 2
        low[cell], high[cell] = value - half, value + half
    changed = Record(record.rules, record.scale, record.value, low, high, record.previous, record.weight)
    return Question(changed, asked.violated, asked.missing, asked.rounded)


def _left(case: Case, meant: dict[int, Value]) -> list[int]:
    mine = set(case.asked.violated)
    return [r for r in rules_after(case.asked.record, meant) if r in mine or r not in case.asked.record.violated]


def _run_up(case: Case) -> Iterator[tuple[dict[int, Value], list[int]]]:
    """Parts of a violated sum reported as running totals: from each take the part before it (Scholtus 2008, 4)."""
    record = case.asked.record
    for run in case.form.runs:
        if run[0] not in case.component or not is_changeable(record, run):
            continue
        meant: dict[int, Value] = {}
        for before, cell in zip(run, run[1:], strict=False):
            odd = sum(r in case.asked.violated for r in record.rules.rules_of[cell])
            if record.value[before] and record.value[cell] and odd > 1:
                meant[cell] = record.value[cell] - record.value[before]
        left = _left(case, meant) if meant else []
        if meant and set(left) <= set(case.asked.violated) and len(left) < len(case.asked.violated):
            yield meant, left
