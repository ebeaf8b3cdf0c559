"""What the rules of the warehouse say of each other before any figure comes: contradictory sets are refused, idle rules named.

Rules compare without a constant, so nothing but noughts satisfies any set of them. A set is contradictory when it leaves some
figure nothing else: the sum of the figures that make each of them possible would make all possible at once, so one question
answers for all. A rule that says itself that something is nought closes what it names and contradicts nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from expectations.reconciliation.feasibility import AT_LEAST, EQUAL, Constraint, TooLarge
from expectations.reconciliation.simplex import contradiction
from expectations.rulebook.cells import RuleRow, Symbols, spans_in_force
from expectations.rulebook.rule import Rule, RuleError
from expectations.rulebook.vocabulary import Vocabulary


class ContradictoryRules(RuleError):
    """A set of rules that leaves a figure nothing but nought; `names` are rules of which none can be left out."""

    def __init__(self, names: Sequence[str], from_day: date) -> None:
        self.names = tuple(names)
        super().__init__(
            f"{', '.join(names)}: these rules contradict each other from {from_day} on. Together they leave a figure no value "
            "but 0. Change one of them, or its validity."
        )


def refuse_contradictions(rules: Sequence[Rule], vocabulary: Vocabulary) -> None:
    """Raise ContradictoryRules when rules in force on one day leave a figure nothing but nought.

    A set too large to be proved contradictory counts as consistent.
    """
    for from_day, due in spans_in_force([rule for rule in rules if _compares(rule) and not rule.is_conditional]):
        symbols = Symbols(due, vocabulary)
        rows = [row for rule in due for row in symbols.rows_of(rule)]
        names = [rule.rule_id for rule in due]
        if (core := _blocking(rows, names, symbols)) is not None:
            for name in list(core):
                less = [other for other in core if other != name]
                if _blocking([row for row in rows if row.rule_id in less], less, symbols) is not None:
                    core = less
            raise ContradictoryRules(core, from_day)


def redundant_rules(rules: Sequence[Rule], vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Linear rules that others, where all are judged, force whenever they are in force: rule_id → the rules that do it."""
    implied: dict[str, set[str]] = {}
    needed: set[str] = set()
    for _, due in spans_in_force([rule for rule in rules if rule.family == "linear" and not rule.is_conditional]):
        # two of each line: what holds of all together need not hold of one
        symbols = Symbols(due, vocabulary, copies=2)
        rows = [row for rule in due for row in symbols.rows_of(rule)]
        for name in (rule.rule_id for rule in due):
            if name in needed:
                continue
            mine = [row for row in rows if row.rule_id == name]
            core = _forcing(mine, [row for row in rows if row.rule_id != name])
            if core is None:
                needed.add(name)
                continue
            for other in sorted(core):
                less = core - {other}
                if _forcing(mine, [row for row in rows if row.rule_id in less]) is not None:
                    core = less
            implied.setdefault(name, set()).update(core)
    return {name: tuple(sorted(core)) for name, core in implied.items() if name not in needed}


def _compares(rule: Rule) -> bool:
    """A linear rule that is more than the decision that something is nought."""
    return rule.family == "linear" and (rule.operator == ">=" or any(term.side == "right" for term in rule.terms))


def _blocking(rows: Iterable[RuleRow], names: Sequence[str], symbols: Symbols) -> list[str] | None:
    """Rules that keep some figure from being above nought, or one that may be below it from both; None when all figures can be."""
    bit = {name: 1 << number for number, name in enumerate(names)}
    said = [_constraint(row, bit[row.rule_id]) for row in rows]
    said += [({cell: 1}, -1, AT_LEAST, 0) for cell in symbols.numbers.values() if cell not in symbols.of_either_sign]
    try:
        mask = contradiction(said)
        for cell in sorted(symbols.of_either_sign) if mask is None else ():
            above, below = (contradiction([*said, ({cell: sign}, -1, AT_LEAST, 0)]) for sign in (1, -1))
            if above is not None and below is not None:
                mask = above | below
                break
    except TooLarge:
        return None
    return None if mask is None else _named(mask, bit)


def _forcing(mine: Sequence[RuleRow], others: Sequence[RuleRow]) -> set[str] | None:
    """Other rules that force every row of one; None when some figures satisfy the others and not it, or it is too large."""
    bit = {name: 1 << number for number, name in enumerate(sorted({row.rule_id for row in others}))}
    constraints = [_constraint(row, bit[row.rule_id]) for row in others]
    core: set[str] = set()
    for row in mine:
        coefficients, _, kind, _ = _constraint(row, 0)
        for sign in (1, -1) if kind == EQUAL else (-1,):
            try:
                mask = contradiction([*constraints, ({c: sign * a for c, a in coefficients.items()}, -1, AT_LEAST, 0)])
            except TooLarge:
                return None
            if mask is None:
                return None
            core.update(_named(mask, bit))
    return core if mine else None


def _constraint(row: RuleRow, origin: int) -> Constraint:
    sign = -1 if row.operator == "<=" else 1
    return {cell: sign * a for cell, a in row.terms}, 0, EQUAL if row.operator == "==" else AT_LEAST, origin


def _named(mask: int, bit: Mapping[str, int]) -> list[str]:
    return [name for name, one in bit.items() if mask & one]
