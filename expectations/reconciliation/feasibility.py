"""Exact feasibility of linear constraints in integers: substitute the equalities, then Fourier–Motzkin elimination.

A constraint is (coefficients by variable, constant, kind, origin): Σ a·x + constant (kind) 0. `origin` is a bit mask of
the rules that it comes from, so that an infeasible system answers with the rules that contradict each other.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd

EQUAL, AT_LEAST, ABOVE = 0, 1, 2
LARGEST_SYSTEM = 4000

Constraint = tuple[dict[int, int], int, int, int]
Bound = tuple[Fraction, bool, int]


class TooLarge(Exception):
    """Elimination would need more constraints than LARGEST_SYSTEM; the caller says that it gave up."""


def conflict(constraints: list[Constraint]) -> int | None:
    """None when real numbers satisfy all constraints, else the origins of a contradictory part. Raises TooLarge."""
    system = constraints
    while True:
        system, broken = _constants(system)
        if broken is not None:
            return broken
        variables = _variables(system)
        if not variables:
            return None
        if len(variables) == 1:
            return _crossing(*_ends(system))
        system = _eliminate(system, variables, None)


def bounds(constraints: list[Constraint], variable: int) -> tuple[Bound | None, Bound | None]:
    """Lower and upper end (value, is_open, origin) that the constraints leave to a variable; None is unbounded.

    The constraints must be feasible. Raises TooLarge.
    """
    system = constraints
    while True:
        variables = _variables(system)
        variables.discard(variable)
        if not variables:
            return _ends([row for row in system if row[0]])
        system = _eliminate(system, variables, variable)


def _variables(system: list[Constraint]) -> set[int]:
    return {variable for row in system for variable in row[0]}


def _constants(system: list[Constraint]) -> tuple[list[Constraint], int | None]:
    kept = []
    for row in system:
        if row[0]:
            kept.append(row)
        elif (row[2] == EQUAL and row[1]) or row[1] < 0 or (row[2] == ABOVE and row[1] == 0):
            return [], row[3]
    return kept, None


def _eliminate(system: list[Constraint], variables: set[int], spared: int | None) -> list[Constraint]:
    """The same system without one variable: by an equality if one holds a variable that may go, else pair by pair."""
    equalities = [row for row in system if row[2] == EQUAL and any(v != spared for v in row[0])]
    if equalities:
        pivot = min(equalities, key=lambda row: len(row[0]))
        variable = min((v for v in pivot[0] if v != spared), key=lambda v: (abs(pivot[0][v]), v))
        return [_substitute(row, pivot, variable) if variable in row[0] else row for row in system if row is not pivot]
    counts = {v: [0, 0] for v in variables}
    for coefficients, _, _, _ in system:
        for v, a in coefficients.items():
            if v in counts:
                counts[v][a > 0] += 1
    variable = min(counts, key=lambda v: (counts[v][0] * counts[v][1] - sum(counts[v]), v))
    below = [row for row in system if row[0].get(variable, 0) > 0]
    above = [row for row in system if row[0].get(variable, 0) < 0]
    rest = [row for row in system if variable not in row[0]]
    if len(rest) + len(below) * len(above) > LARGEST_SYSTEM:
        raise TooLarge
    return _tightest(rest + [_combine(low, high, variable) for low in below for high in above])


def _substitute(row: Constraint, pivot: Constraint, variable: int) -> Constraint:
    scale, factor = pivot[0][variable], row[0][variable]
    if scale < 0:
        scale, factor = -scale, -factor
    return _added(row, scale, pivot, -factor, variable, row[2])


def _combine(low: Constraint, high: Constraint, variable: int) -> Constraint:
    return _added(low, -high[0][variable], high, low[0][variable], variable, max(low[2], high[2]))


def _added(one: Constraint, p: int, two: Constraint, q: int, variable: int, kind: int) -> Constraint:
    """p · one + q · two, in which the variable falls out."""
    coefficients = {v: p * a for v, a in one[0].items() if v != variable}
    for v, a in two[0].items():
        if v != variable:
            total = coefficients.get(v, 0) + q * a
            if total:
                coefficients[v] = total
            else:
                coefficients.pop(v, None)
    constant = p * one[1] + q * two[1]
    common = gcd(constant, *coefficients.values())
    if common > 1:
        coefficients = {v: a // common for v, a in coefficients.items()}
        constant //= common
    return coefficients, constant, kind, one[3] | two[3]


def _tightest(system: list[Constraint]) -> list[Constraint]:
    """Of inequalities with the same left side only the tightest; elimination repeats itself quickly."""
    best: dict[tuple[tuple[int, int], ...], tuple[Fraction, int, Constraint]] = {}
    kept = []
    for row in system:
        if row[2] == EQUAL or not row[0]:
            kept.append(row)
            continue
        common = gcd(*row[0].values())
        key = tuple(sorted((v, a // common) for v, a in row[0].items()))
        rank = (Fraction(row[1], common), -row[2], row)
        if key not in best or rank[:2] < best[key][:2]:
            best[key] = rank
    return kept + [entry[2] for entry in best.values()]


def _ends(system: list[Constraint]) -> tuple[Bound | None, Bound | None]:
    """Tightest lower and upper end of the one variable that the constraints speak of."""
    lower: Bound | None = None
    upper: Bound | None = None
    for coefficients, constant, kind, origin in system:
        (a,) = coefficients.values()
        end = (Fraction(-constant, a), kind == ABOVE, origin)
        low_first = lower is None or (end[0], end[1]) > (lower[0], lower[1])
        if (kind == EQUAL or a > 0) and low_first:
            lower = end
        if (kind == EQUAL or a < 0) and (upper is None or (end[0], not end[1]) < (upper[0], not upper[1])):
            upper = end
    return lower, upper


def _crossing(lower: Bound | None, upper: Bound | None) -> int | None:
    if lower is None or upper is None or lower[0] < upper[0]:
        return None
    if lower[0] == upper[0] and not lower[1] and not upper[1]:
        return None
    return lower[2] | upper[2]
