"""Minimal sets, and single cells that satisfy the rules alone, explained cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from expectations.reconciliation.changes import (
    Case,
    Repair,
    Value,
    after,
    failing,
    implied,
    joined,
    reliability,
    repair,
)
from expectations.reconciliation.covering import contradicting, question
from expectations.reconciliation.mechanisms import Explanation, explanations
from expectations.reconciliation.record import FIXED

MOST_EXPLAINED_SETS = 40
MORE_CELLS = 0.3


def explained_sets(case: Case) -> Iterator[Repair]:
    """Every single cell that satisfies the rules alone, and the minimal sets, each with the slips that may explain it.

    Raises TooLarge.
    """
    sets = dict.fromkeys(s for s in case.cover.sets[:MOST_EXPLAINED_SETS] if s)
    for cell in _common_cells(case):
        if (cell,) not in sets and contradicting(case.asked, (cell,)) is None:
            sets[(cell,)] = None
    for cells in sets:
        told = _side_by_side(case, cells)
        if not _holds(case, told):
            told = _one_by_one(case, cells)
        cost = sum(e.cost + reliability(case, cell) for cell, e in told.items())
        names = joined(told[cell].mechanism for cell in cells)
        yield repair(cost + MORE_CELLS * (len(cells) - 1), {cell: e.value for cell, e in told.items()}, names)


def _side_by_side(case: Case, cells: tuple[int, ...]) -> dict[int, Explanation]:
    """The cheapest explanation of each cell, the others of the set being free; of a single cell one that holds."""
    told = {}
    for cell in cells:
        low, high = implied(case.asked, cell, cells)
        found = explanations(case.asked.record, case.past, case.form, cell, low, high)
        alone = [e for e in found if len(cells) == 1 and _holds(case, {cell: e})]
        told[cell] = alone[0] if alone else found[0]
    return told


def _one_by_one(case: Case, cells: tuple[int, ...]) -> dict[int, Explanation]:
    """Settle the cell that is explained best, then the next with that value given; what still fails gets no value."""
    told: dict[int, Explanation] = {}
    meant: dict[int, Value] = {}
    while len(told) < len(cells):
        left = tuple(c for c in cells if c not in told)
        asked = question(after(case.asked.record, meant), case.component) if meant else case.asked
        best = []
        for cell in left:
            low, high = implied(asked, cell, left)
            best += [(e, cell) for e in explanations(asked.record, case.past, case.form, cell, low, high)]
        found, cell = min(best, key=lambda pair: (pair[0].value is None, pair[0].cost, pair[1]))
        told[cell] = found
        if found.value is not None:
            meant[cell] = found.value
    if _holds(case, told):
        return told
    return {cell: Explanation(max(e.cost, 0.0), e.mechanism, None) for cell, e in told.items()}


def _holds(case: Case, told: dict[int, Explanation]) -> bool:
    """Whether the rules hold with the explained values; an unknown value is no objection."""
    if any(e.value is None for e in told.values()):
        return True
    meant = {cell: e.value for cell, e in told.items()}
    if failing(case.asked, meant):
        return False
    return (
        not case.asked.missing or contradicting(question(after(case.asked.record, meant), case.component), ()) is None
    )


def _common_cells(case: Case) -> list[int]:
    """Changeable cells that stand in every violated rule."""
    record = case.asked.record
    members = [set(record.rules.cells_of[rule]) for rule in case.asked.violated]
    common: Iterable[int] = set.intersection(*members) if members else ()
    return sorted(c for c in common if record.weight[c] != FIXED and record.value[c] is not None)
