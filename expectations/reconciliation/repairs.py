"""All repairs of one component of a record, best first: composite events, single cells, minimal sets, chains of slips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from expectations.reconciliation.changes import (
    Repair,
    Value,
    after,
    failing,
    implied,
    is_changeable,
    repair,
    rules_after,
)
from expectations.reconciliation.composites import ODD_PAIR, composites
from expectations.reconciliation.covering import Cover, Question, contradicting, minimal_sets, question
from expectations.reconciliation.feasibility import TooLarge
from expectations.reconciliation.history import History
from expectations.reconciliation.mechanisms import COST, Explanation, explanations
from expectations.reconciliation.record import FIXED
from expectations.reconciliation.structure import Structure

MOST_EXPLAINED_SETS = 40
LONGEST_CHAIN, MOST_CHAIN_STEPS = 4, 80
MORE_CELLS = 0.3
RELIABILITY = 2.0
MOST_REPAIRS = 30
DEEPEST, DOUBTFUL, MOST_BEGUN, MOST_CONTINUED = 1, 2.5, 6, 3


@dataclass(frozen=True, slots=True)
class Case:
    """What is known when one component of a record is repaired."""

    asked: Question
    cover: Cover
    past: History
    form: Structure
    component: tuple[int, ...]
    usual_weight: float


def repairs(case: Case, depth: int = 0) -> list[Repair]:
    """Repairs of a component, cheapest first, one a set of cells; empty when nothing is odd about it."""
    best: dict[tuple[int, ...], Repair] = {}

    def offer(found: Iterable[Repair]) -> None:
        for one in found:
            if one.cells not in best or one.cost < best[one.cells].cost:
                best[one.cells] = one

    begun = []
    for event in composites(case.asked, case.past, case.form, case.component):
        rest = _rest(case, event)
        if rest is None:
            offer([event])
        elif len(rest.violated) < len(case.asked.violated):
            begun.append((event, rest))
    if case.asked.violated or case.cover.objective:
        try:
            offer(_sets(case))
            offer(_chains(case) if case.asked.violated else ())
            if depth < DEEPEST and min((r.cost for r in best.values()), default=DOUBTFUL) >= DOUBTFUL:
                begun.sort(key=lambda pair: (pair[0].cost + len(pair[1].violated), pair[0].cells))
                for event, rest in begun[:MOST_BEGUN]:
                    offer(_together(event, more) for more in repairs(_next(case, rest), depth + 1)[:MOST_CONTINUED])
        except TooLarge:
            pass  # what was found before stands; the cover itself says that it gave up
    return sorted(best.values(), key=lambda r: (r.cost, len(r.meant), r.cells))[:MOST_REPAIRS]


def _rest(case: Case, event: Repair) -> Question | None:
    """What is left of the question after a composite event; None when the rules hold."""
    asked = question(after(case.asked.record, dict(event.meant)), case.component)
    is_known = all(value is not None for _, value in event.meant)
    return None if not asked.violated and (is_known or contradicting(asked, ()) is None) else asked


def _next(case: Case, asked: Question) -> Case:
    return Case(asked, minimal_sets(asked), case.past, case.form, case.component, case.usual_weight)


def _together(event: Repair, more: Repair) -> Repair:
    """Two events in one component; where both speak of a cell, the second knows better."""
    cost = event.cost + more.cost + MORE_CELLS
    return repair(cost, dict(event.meant) | dict(more.meant), joined((event.mechanism, more.mechanism)))


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
    while todo and steps < MOST_CHAIN_STEPS:
        cost, meant, names, broken = todo.pop()
        if not broken:
            yield repair(cost + MORE_CELLS * (len(names) - 1), meant, joined(names))
            continue
        if len(names) >= LONGEST_CHAIN:
            continue
        steps += 1
        rule = min(broken, key=lambda r: (len(case.asked.record.rules.cells_of[r]), r))
        for more, new, name in _slips_of_rule(case, rule, meant):
            changed = meant | new
            left = failing(case.asked, changed)
            if rule not in left and set(left) < set(broken):
                todo.append((cost + more, changed, (*names, name), left))


def _slips_of_rule(case: Case, rule: int, meant: dict[int, Value]) -> Iterator[tuple[float, dict[int, Value], str]]:
    """Explained changes of one cell, and swaps of two, that may satisfy the rule."""
    record = case.asked.record
    members = record.rules.cells_of[rule]
    shadow = question(after(record, meant), case.component) if meant else case.asked
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
