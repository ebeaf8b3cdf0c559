"""All minimal-weight sets of cells that must change for the rules to hold: best-first set covering, exact throughout.

A set that cannot be made right answers with the rules that contradict each other; every larger set that can must hold
another cell of those rules, so the search branches on these cells alone and misses no set of minimal weight.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from expectations.reconciliation.demands import constraints
from expectations.reconciliation.feasibility import Constraint, TooLarge, conflict
from expectations.reconciliation.record import FIXED, Record
from expectations.reconciliation.simplex import contradiction

MOST_TESTS = 2000
MOST_SETS = 400_000
MOST_JOINT_CELLS = 12


@dataclass(frozen=True, slots=True)
class Cover:
    """Weight of the minimal sets (None: no change of changeable cells satisfies the rules) and all of them, sorted."""

    objective: int | None
    sets: tuple[tuple[int, ...], ...]
    has_given_up: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """Every set that satisfies the rules holds one of the `needed` cells (a mask); weight of the lightest of them."""

    needed: int
    lightest: int


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
    clauses = [_clause(record, 1 << rule, mask_of(asked.missing)) for rule in asked.violated]
    heap: list[tuple[int, int, int]] = [(_at_least(clauses, 0), 0, 0)]
    seen, found, tests = {0}, [], 0
    best: int | None = None
    while heap:
        bound, weight, chosen = heapq.heappop(heap)
        if best is not None and bound > best:
            break
        if len(seen) > MOST_SETS:
            return Cover(None, (), True)
        later = weight + _at_least(clauses, chosen)
        if later > bound:
            heapq.heappush(heap, (later, weight, chosen))
            continue
        open_clauses = [clause for clause in clauses if not chosen & clause.needed]
        if open_clauses:
            clause = min(open_clauses, key=lambda c: c.needed.bit_count())
        else:
            tests += 1
            try:
                broken = contradicting(asked, cells_of(chosen)) if tests <= most_tests else 0
            except TooLarge:
                broken = 0
            if broken == 0:
                return Cover(None, (), True)
            if broken is None:
                best = weight
                found.append(chosen)
                continue
            clause = _clause(record, broken, chosen | mask_of(asked.missing))
            clauses.append(clause)
        for cell in cells_of(clause.needed):
            larger = chosen | 1 << cell
            if larger not in seen:
                seen.add(larger)
                heavier = weight + record.weight[cell]
                heapq.heappush(heap, (heavier + _at_least(clauses, larger), heavier, larger))
    least = [s for s in found if not any(o != s and o & s == o for o in found)]
    return Cover(best, tuple(sorted(map(cells_of, least))))


def mask_of(cells: Iterable[int]) -> int:
    """A set of cells as the bits of one number."""
    return sum(1 << cell for cell in cells)


def cells_of(mask: int) -> tuple[int, ...]:
    """The cells of a mask in order."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return tuple(found)


def _clause(record: Record, rules: int, free: int) -> Clause:
    """What the rules, contradictory while only the free cells may change, demand of every set."""
    members = mask_of({cell for rule in cells_of(rules) for cell in record.rules.cells_of[rule]})
    needed = [c for c in cells_of(members & ~free) if record.weight[c] != FIXED and record.value[c] is not None]
    return Clause(mask_of(needed), min((record.weight[c] for c in needed), default=0))


def _at_least(clauses: list[Clause], chosen: int) -> int:
    """Weight that is still to come in any case: open clauses that share no cell each cost their lightest cell."""
    weight = used = 0
    for clause in clauses:
        if not chosen & clause.needed and not used & clause.needed:
            used |= clause.needed
            weight += clause.lightest
    return weight


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
    try:
        broken = conflict(fixed)
    except TooLarge:
        broken = contradiction(fixed)
    if broken is not None or not open_choices:
        return broken
    mask = 0
    for option in open_choices[0]:
        broken = _choose(fixed + option, open_choices[1:])
        if broken is None:
            return None
        mask |= broken
    return mask
