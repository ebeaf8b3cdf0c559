"""Exact feasibility of systems too large to eliminate: the general simplex over fractions, smallest index first.

Every constraint is a variable of its own, tied to the others by a tableau row and kept between bounds. A variable that
cannot be moved back inside its bounds names, by the bounds that block it, constraints that contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from expectations.reconciliation.feasibility import ABOVE, EQUAL, Constraint, TooLarge

MOST_PIVOTS = 2000

Limit = tuple[Fraction, int]


@dataclass
class Tableau:
    """Basic variables as sums of the others, with the present value and the bounds (value, origin) of all."""

    rows: dict[int, dict[int, Fraction]] = field(default_factory=dict)
    value: dict[int, Fraction] = field(default_factory=dict)
    lower: dict[int, Limit] = field(default_factory=dict)
    upper: dict[int, Limit] = field(default_factory=dict)


def contradiction(constraints: list[Constraint]) -> int | None:
    """None when real numbers satisfy all constraints, else the origins of a contradictory part.

    Raises TooLarge after MOST_PIVOTS, and where strict comparisons decide.
    """
    table = Tableau()
    following = max((v for row in constraints for v in row[0]), default=-1) + 1
    for coefficients, constant, kind, origin in constraints:
        if len(coefficients) == 1:
            ((variable, a),) = coefficients.items()
        else:
            variable, a = following, 1
            following += 1
            table.rows[variable] = {v: Fraction(b) for v, b in coefficients.items()}
        for v in (*coefficients, variable):
            table.value.setdefault(v, Fraction(0))
        blocked = _bound(table, variable, Fraction(-constant, a), kind, a, origin)
        if blocked is not None:
            return blocked
    _start(table)
    blocked = _search(table)
    if blocked is None and any(row[2] == ABOVE for row in constraints):
        raise TooLarge
    return blocked


def _bound(table: Tableau, variable: int, end: Fraction, kind: int, a: int, origin: int) -> int | None:
    """Tighten the bounds of a variable; the origins of a crossing, if the bounds cross."""
    if (kind == EQUAL or a > 0) and (variable not in table.lower or end > table.lower[variable][0]):
        table.lower[variable] = (end, origin)
    if (kind == EQUAL or a < 0) and (variable not in table.upper or end < table.upper[variable][0]):
        table.upper[variable] = (end, origin)
    low, high = table.lower.get(variable), table.upper.get(variable)
    return low[1] | high[1] if low and high and low[0] > high[0] else None


def _start(table: Tableau) -> None:
    """Put every variable that is no sum inside its bounds, and compute the sums."""
    for variable in table.value:
        if variable not in table.rows:
            if variable in table.lower and table.value[variable] < table.lower[variable][0]:
                table.value[variable] = table.lower[variable][0]
            if variable in table.upper and table.value[variable] > table.upper[variable][0]:
                table.value[variable] = table.upper[variable][0]
    for basic, row in table.rows.items():
        table.value[basic] = sum((a * table.value[v] for v, a in row.items()), Fraction(0))


def _search(table: Tableau) -> int | None:
    for _ in range(MOST_PIVOTS):
        wrong = [b for b in table.rows if _side(table, b)]
        if not wrong:
            return None
        basic = min(wrong)
        side = _side(table, basic)
        movable = [v for v, a in table.rows[basic].items() if _can_move(table, v, side * (1 if a > 0 else -1))]
        if not movable:
            mask = (table.lower if side > 0 else table.upper)[basic][1]
            for v, a in table.rows[basic].items():
                mask |= (table.upper if side * a > 0 else table.lower)[v][1]
            return mask
        _pivot(table, basic, min(movable), (table.lower if side > 0 else table.upper)[basic][0])
    raise TooLarge


def _side(table: Tableau, variable: int) -> int:
    """+1 when the variable must grow to reach its bounds, -1 when it must shrink, else 0."""
    if variable in table.lower and table.value[variable] < table.lower[variable][0]:
        return 1
    return -1 if variable in table.upper and table.value[variable] > table.upper[variable][0] else 0


def _can_move(table: Tableau, variable: int, direction: int) -> bool:
    bound = (table.upper if direction > 0 else table.lower).get(variable)
    return bound is None or table.value[variable] != bound[0]


def _pivot(table: Tableau, basic: int, other: int, target: Fraction) -> None:
    """Exchange a basic variable with another one, and move it to the target."""
    row = table.rows.pop(basic)
    a = row.pop(other)
    step = (target - table.value[basic]) / a
    turned = {v: -b / a for v, b in row.items()} | {basic: 1 / a}
    table.value[basic] = target
    table.value[other] += step
    for name, line in table.rows.items():
        factor = line.pop(other, None)
        if factor is not None:
            table.value[name] += factor * step
            for v, b in turned.items():
                total = line.get(v, 0) + factor * b
                if total:
                    line[v] = total
                else:
                    line.pop(v, None)
    table.rows[other] = turned
