"""What the rules demand of some free cells of a record while the others stay inside their intervals."""

from __future__ import annotations

from collections.abc import Iterable

from expectations.reconciliation.feasibility import AT_LEAST, EQUAL, Constraint
from expectations.reconciliation.record import Record
from expectations.reconciliation.ruleset import Row


def constraints(record: Record, rules: Iterable[int], free: frozenset[int] | set[int]) -> list[list[list[Constraint]]]:
    """What the rules demand of the free cells, the others staying inside their intervals: per rule, its alternatives.

    A rule that an alternative without free cells satisfies demands nothing.
    """
    demands = []
    for rule in rules:
        options, is_met = [], False
        for row in record.rules.sentences[rule]:
            demand = _demand(record, row, free, 1 << rule)
            if any(not coefficients for coefficients, _, _, _ in demand):
                is_met = is_met or all(_is_true(c) for c in demand)
                continue
            options.append(demand)
        if not is_met:
            demands.append(options or [[({}, -1, AT_LEAST, 1 << rule)]])
    return demands


def _demand(record: Record, row: Row, free: frozenset[int] | set[int], origin: int) -> list[Constraint]:
    coefficients = {}
    least = greatest = row.constant * record.scale
    for cell, a in row.terms:
        if cell in free:
            coefficients[cell] = a
        elif a > 0:
            least += a * record.low[cell]
            greatest += a * record.high[cell]
        else:
            least += a * record.high[cell]
            greatest += a * record.low[cell]
    if row.kind != EQUAL:
        return [(coefficients, greatest, row.kind, origin)]
    if least == greatest:
        return [(coefficients, least, EQUAL, origin)]
    opposite = {cell: -a for cell, a in coefficients.items()}
    return [(coefficients, greatest, AT_LEAST, origin), (opposite, -least, AT_LEAST, origin)]


def _is_true(constraint: Constraint) -> bool:
    _, constant, kind, _ = constraint
    return constant == 0 if kind == EQUAL else constant > 0 or (constant == 0 and kind == AT_LEAST)
