"""All repairs of one component of a record, best first: composite events, single cells, minimal sets, chains of slips."""

from __future__ import annotations

from collections.abc import Iterable

from expectations.reconciliation.chains import chains
from expectations.reconciliation.changes import Case, Repair, after, joined, repair
from expectations.reconciliation.composites import composites
from expectations.reconciliation.covering import Question, contradicting, minimal_sets, question
from expectations.reconciliation.explained_sets import MORE_CELLS, explained_sets
from expectations.reconciliation.feasibility import TooLarge

MOST_REPAIRS = 30
DEEPEST, DOUBTFUL, MOST_BEGUN, MOST_CONTINUED = 1, 2.5, 6, 3


def repairs(case: Case, depth: int = 0) -> list[Repair]:
    """Repairs of a component, cheapest first, one a set of cells; empty when nothing is odd about it."""
    best: dict[tuple[int, ...], Repair] = {}

    def offer(found: Iterable[Repair]) -> None:
        for one in found:
            if (one.cells not in best or one.cost < best[one.cells].cost) and _leaves_room(case, one):
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
            offer(explained_sets(case))
            offer(chains(case) if case.asked.violated else ())
            if depth < DEEPEST and min((r.cost for r in best.values()), default=DOUBTFUL) >= DOUBTFUL:
                begun.sort(key=lambda pair: (pair[0].cost + len(pair[1].violated), pair[0].cells))
                for event, rest in begun[:MOST_BEGUN]:
                    offer(_together(event, more) for more in repairs(_next(case, rest), depth + 1)[:MOST_CONTINUED])
        except TooLarge:
            pass  # what was found before stands; the cover itself says that it gave up
    return sorted(best.values(), key=lambda r: (r.cost, len(r.meant), r.cells))[:MOST_REPAIRS]


def _leaves_room(case: Case, one: Repair) -> bool:
    """Whether the missing cells can still be filled once the meant values stand."""
    if not case.asked.missing or any(value is None for _, value in one.meant):
        return True
    return contradicting(question(after(case.asked.record, dict(one.meant)), case.component), ()) is None


def _rest(case: Case, event: Repair) -> Question | None:
    """What is left of the question after a composite event; None when the rules hold."""
    asked = question(after(case.asked.record, dict(event.meant)), case.component)
    is_known = not asked.missing
    return None if not asked.violated and (is_known or contradicting(asked, ()) is None) else asked


def _next(case: Case, asked: Question) -> Case:
    return Case(asked, minimal_sets(asked), case.past, case.form, case.component, case.usual_weight)


def _together(event: Repair, more: Repair) -> Repair:
    """Two events in one component; where both speak of a cell, the second knows better."""
    cost = event.cost + more.cost + MORE_CELLS
    return repair(cost, dict(event.meant) | dict(more.meant), joined((event.mechanism, more.mechanism)))
