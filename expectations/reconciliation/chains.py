"""Several slips in one component, found one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.reconciliation.changes import (
    Case,
    Repair,
    Value,
    after,
    failing,
    implied,
    is_changeable,
    joined,
    reliability,
    repair,
)
from expectations.reconciliation.composites import ODD_PAIR
from expectations.reconciliation.covering import question
from expectations.reconciliation.explained_sets import MORE_CELLS
from expectations.reconciliation.mechanisms import COST, explanations

LONGEST_CHAIN, MOST_CHAIN_STEPS = 4, 80


def chains(case: Case) -> Iterator[Repair]:
    """Repair one violated rule by one slip that breaks no other, and go on until all rules hold. Raises TooLarge."""
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
