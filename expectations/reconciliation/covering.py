"""All minimal-weight sets of cells that must change for the rules to hold: best-first set covering, exact throughout.

A set that cannot be made right answers with the rules that contradict each other; every larger set that can must hold
another cell of those rules, so the search branches on these cells alone and misses no set of minimal weight.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from expectations.reconciliation.feasibility import Constraint, TooLarge, conflict
from expectations.reconciliation.record import FIXED, Record, constraints

MOST_TESTS = 2000
MOST_SETS = 60_000
MOST_JOINT_CELLS = 12


@dataclass(frozen=True, slots=True)
class Cover:
    """Weight of the minimal sets (None: no change of changeable cells satisfies the rules) and all of them, sorted."""

    objective: int | None
    sets: tuple[tuple[int, ...], ...]
    has_given_up: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A component of a record: its violated rules, its missing cells, and the rounded cells to be judged together."""

    record: Record
    violated: tuple[int, ...]
    missing: frozenset[int]
    rounded: frozenset[int]


def question(record: Record, component: tuple[int, ...]) -> Question:
    """Put a component up for covering. Rounded cells are judged together while they are few, else rule by rule."""
    members = set(component)
    missing = frozenset(i for i in component if record.value[i] is None)
    rounded = frozenset(i for i in component if i not in missing and record.low[i] < record.high[i])
    violated = tuple(r for r in record.violated if record.rules.cells_of[r][0] in members)
    return Question(record, violated, missing, rounded if len(rounded) <= MOST_JOINT_CELLS else frozenset())


def minimal_sets(asked: Question, most_tests: int = MOST_TESTS) -> Cover:
    """All sets of minimal weight; `has_given_up` when the budget ran out before that could be proved."""
    record = asked.record
    if not asked.violated and not asked.missing and not asked.rounded:
        return Cover(0, ((),))
    heap: list[tuple[int, int, tuple[int, ...]]] = [(_at_least(asked, ()), 0, ())]
    seen: set[tuple[int, ...]] = {()}
    best: int | None = None
    found: list[tuple[int, ...]] = []
    tests = 0
    while heap:
        bound, weight, chosen = heapq.heappop(heap)
        if best is not None and bound > best:
            break
        missed = _missed(asked, chosen)
        if missed is None:
            tests += 1
            if tests > most_tests or len(seen) > MOST_SETS:
                return Cover(None, (), True)
            try:
                contradiction = contradicting(asked, chosen)
            except TooLarge:
                return Cover(None, (), True)
            if contradiction is None:
                best = weight
                found.append(chosen)
                continue
        else:
            contradiction = 1 << missed
        for cell in _cells(record, contradiction, chosen):
            larger = tuple(sorted((*chosen, cell)))
            if larger not in seen:
                seen.add(larger)
                heavier = weight + record.weight[cell]
                heapq.heappush(heap, (heavier + _at_least(asked, larger), heavier, larger))
    least = [s for s in found if not any(set(o) < set(s) for o in found)]
    return Cover(best, tuple(sorted(least)))


def contradicting(asked: Question, chosen: tuple[int, ...]) -> int | None:
    """None when the chosen cells can be set so that all rules hold, else the mask of rules that contradict."""
    record = asked.record
    free = {*chosen, *asked.missing, *asked.rounded}
    touched = sorted({rule for cell in free for rule in record.rules.rules_of[cell]})
    fixed: list[Constraint] = []
    open_choices: list[list[list[Constraint]]] = []
    for options in constraints(record, touched, free):
        if len(options) == 1:
            fixed.extend(options[0])
        else:
            open_choices.append(options)
    for cell in asked.rounded.difference(chosen):
        fixed.append(({cell: 1}, -record.low[cell], 1, 0))
        fixed.append(({cell: -1}, record.high[cell], 1, 0))
    return _choose(fixed, open_choices)


def _choose(fixed: list[Constraint], open_choices: list[list[list[Constraint]]]) -> int | None:
    """Try the alternatives of conditional rules one by one; what contradicts all of them is the contradiction."""
    broken = conflict(fixed)
    if broken is not None or not open_choices:
        return broken
    mask = 0
    for option in open_choices[0]:
        broken = _choose(fixed + option, open_choices[1:])
        if broken is None:
            return None
        mask |= broken
    return mask


def _cells(record: Record, mask: int, chosen: tuple[int, ...]) -> list[int]:
    """Reported, changeable cells of the rules in the mask that are not chosen yet."""
    rules = (i for i in range(mask.bit_length()) if mask >> i & 1)
    found = {cell for rule in rules for cell in record.rules.cells_of[rule]}
    return sorted(c for c in found if record.weight[c] != FIXED and record.value[c] is not None and c not in chosen)


def _missed(asked: Question, chosen: tuple[int, ...]) -> int | None:
    """A violated rule without a chosen cell, the one with the fewest cells."""
    cells_of = asked.record.rules.cells_of
    missed = [r for r in asked.violated if not any(c in chosen or c in asked.missing for c in cells_of[r])]
    return min(missed, key=lambda r: (len(cells_of[r]), r)) if missed else None


def _at_least(asked: Question, chosen: tuple[int, ...]) -> int:
    """Weight that is still to come in any case: rules that miss a cell and share none each cost their lightest cell."""
    weight, used, cells_of = 0, set(chosen) | asked.missing, asked.record.rules.cells_of
    for rule in asked.violated:
        if used.isdisjoint(cells_of[rule]):
            used.update(cells_of[rule])
            weight += min(
                (asked.record.weight[c] for c in cells_of[rule] if asked.record.weight[c] != FIXED), default=0
            )
    return weight
