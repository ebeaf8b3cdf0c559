"""Judge a rule set before any figure: contradictory sets are refused by name; redundant and idle rules are reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from expectations.reconciliation.feasibility import ABOVE, AT_LEAST, EQUAL, Constraint, TooLarge, conflict
from expectations.reconciliation.language import Rule
from expectations.reconciliation.ruleset import Row, RuleSet, rule_set

MOST_CHOICES = 512


class ContradictoryRules(ValueError):
    """No figures at all satisfy these rules; `names` are rules of which none can be left out."""

    def __init__(self, names: Sequence[str]):
        self.names = tuple(names)
        super().__init__(
            "luật mâu thuẫn nhau, không số liệu nào thỏa mãn / rules contradict each other, no figures satisfy them: "
            + "; ".join(names)
        )


@dataclass(frozen=True)
class Examination:
    """What is odd about a rule set; every rule is named by its name.

    `redundant`: the other rules already force it. `never_evaluable`: no record has all its figures.
    `always_missing`: no record has any of them. `unproved`: too large to be examined.
    """

    redundant: tuple[str, ...]
    never_evaluable: tuple[str, ...]
    always_missing: tuple[str, ...]
    unproved: tuple[str, ...]


def compile_rules(rules: Iterable[Rule], cells: Iterable[str] = (), *, is_negative_allowed: bool = True) -> RuleSet:
    """Number the rules and refuse a set that no figures satisfy. Raises ContradictoryRules."""
    compiled = rule_set(rules, cells, is_negative_allowed=is_negative_allowed)
    if all(_zero_satisfies(sentence) for sentence in compiled.sentences):
        return compiled
    for component in compiled.components:
        members = sorted({rule for cell in component for rule in compiled.rules_of[cell]})
        if _contradiction(compiled, members):
            written = _irreducible(compiled, members)
            raise ContradictoryRules([compiled.rules[r].name for r in written])
    return compiled


def examine(rules: Iterable[Rule], records: Iterable[Mapping[str, object]], *, is_negative_allowed: bool = True) -> Examination:
    """Redundant rules of a set, and rules that the given records (values by cell) never let be judged."""
    compiled = compile_rules(rules, is_negative_allowed=is_negative_allowed)
    known = [{name for name, value in record.items() if value is not None} for record in records]
    redundant, unproved = [], []
    idle: set[int] = set()
    for index, rule in enumerate(compiled.rules):
        verdict = _is_forced(compiled, index, idle)
        if verdict is None:
            unproved.append(rule.name)
        elif verdict:
            idle.add(index)
            redundant.append(rule.name)
    never = [r.name for r in compiled.rules if known and not any(known_in.issuperset(r.cells) for known_in in known)]
    absent = [r.name for r in compiled.rules if known and all(known_in.isdisjoint(r.cells) for known_in in known)]
    return Examination(tuple(redundant), tuple(never), tuple(absent), tuple(unproved))


def _zero_satisfies(sentence: tuple[Row, ...]) -> bool:
    return any(
        row.constant == 0 if row.kind == EQUAL else row.constant > 0 or (row.constant == 0 and row.kind == AT_LEAST)
        for row in sentence
    )


def _contradiction(compiled: RuleSet, members: Sequence[int]) -> bool:
    """Whether the rules are proved to contradict each other; a set too large to prove counts as consistent."""
    choices = [[_constraints(row, 1 << rule) for row in compiled.sentences[rule]] for rule in members]
    tried = 0
    try:
        for chosen in islice(product(*choices), MOST_CHOICES):
            tried += 1
            if conflict([constraint for constraints in chosen for constraint in constraints]) is None:
                return False
    except TooLarge:
        return False
    return tried < MOST_CHOICES


def _irreducible(compiled: RuleSet, members: Sequence[int]) -> list[int]:
    """Leave out written rules one by one while the rest still contradict each other."""
    left = list(members)
    for rule in members:
        without = [r for r in left if r != rule]
        if _contradiction(compiled, without):
            left = without
    return [rule for rule in left if rule < len(compiled.rules)]


def _is_forced(compiled: RuleSet, index: int, left_out: set[int]) -> bool | None:
    """Whether the other rules (less those left out already) force this one; None when that is too large to prove."""
    cells = set(compiled.cells_of[index])
    component = next((c for c in compiled.components if cells & set(c)), ())
    others = {r for cell in component for r in compiled.rules_of[cell]} - {index} - left_out
    choices = [[_constraints(row, 1 << r) for row in compiled.sentences[r]] for r in sorted(others)]
    denials = [_denials(row) for row in compiled.sentences[index]]
    try:
        tried = 0
        for chosen in islice(product(*denials, *choices), MOST_CHOICES):
            tried += 1
            if conflict([constraint for constraints in chosen for constraint in constraints]) is None:
                return False
    except TooLarge:
        return None
    return True if tried < MOST_CHOICES else None


def _constraints(row: Row, origin: int) -> list[Constraint]:
    return [(dict(row.terms), row.constant, row.kind, origin)]


def _denials(row: Row) -> list[list[Constraint]]:
    """The ways in which a row can fail."""
    negated = {cell: -a for cell, a in row.terms}
    if row.kind == EQUAL:
        return [[(dict(row.terms), row.constant, ABOVE, 0)], [(negated, -row.constant, ABOVE, 0)]]
    return [[(negated, -row.constant, ABOVE if row.kind == AT_LEAST else AT_LEAST, 0)]]
