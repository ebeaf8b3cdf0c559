"""A set of rules made ready for records: cells by number, rows in integers, connected components."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from expectations.reconciliation.feasibility import ABOVE, AT_LEAST, EQUAL
from expectations.reconciliation.language import Rule

KINDS = {"==": EQUAL, ">=": AT_LEAST, ">": ABOVE}


@dataclass(frozen=True, slots=True)
class Row:
    """One alternative of a rule: Σ a · cell + constant (kind) 0."""

    terms: tuple[tuple[int, int], ...]
    constant: int
    kind: int


@dataclass(frozen=True)
class RuleSet:
    """Cells and rules by number. Rules from `len(rules)` on are the unwritten `cell >= 0`."""

    cells: tuple[str, ...]
    rules: tuple[Rule, ...]
    sentences: tuple[tuple[Row, ...], ...]
    cells_of: tuple[tuple[int, ...], ...]
    rules_of: tuple[tuple[int, ...], ...]
    is_negative_allowed: bool

    @cached_property
    def number(self) -> dict[str, int]:
        """Number of each cell by its name."""
        return {name: i for i, name in enumerate(self.cells)}

    @cached_property
    def components(self) -> tuple[tuple[int, ...], ...]:
        """Cells that rules connect, directly or through others; a cell in no rule stands in none."""
        found, seen = [], set()
        for start in range(len(self.cells)):
            if start in seen or not self.rules_of[start]:
                continue
            group, todo = {start}, [start]
            while todo:
                for rule in self.rules_of[todo.pop()]:
                    fresh = set(self.cells_of[rule]) - group
                    group |= fresh
                    todo.extend(fresh)
            seen |= group
            found.append(tuple(sorted(group)))
        return tuple(found)

    @cached_property
    def balances(self) -> tuple[tuple[int, Row], ...]:
        """Rules that say "the parts add to the whole": an equality of three cells or more, without a constant."""
        firsts = [
            (i, sentence[0]) for i, sentence in enumerate(self.sentences[: len(self.rules)]) if len(sentence) == 1
        ]
        return tuple((i, r) for i, r in firsts if r.kind == EQUAL and len(r.terms) > 2 and not r.constant)


def rule_set(rules: Iterable[Rule], more_cells: Iterable[str] = (), *, is_negative_allowed: bool = True) -> RuleSet:
    """Number the cells of the rules (and any further cells) in the order in which they are first named."""
    rules = tuple(rules)
    cells = tuple(dict.fromkeys([name for rule in rules for name in rule.cells] + list(more_cells)))
    number = {name: i for i, name in enumerate(cells)}
    sentences = [
        tuple(
            Row(tuple((number[name], a) for name, a in option.terms), option.constant, KINDS[option.operator])
            for option in rule.alternatives
        )
        for rule in rules
    ]
    if not is_negative_allowed:
        sentences += [(Row(((i, 1),), 0, AT_LEAST),) for i in range(len(cells))]
    cells_of = [tuple(dict.fromkeys(i for row in sentence for i, _ in row.terms)) for sentence in sentences]
    rules_of: list[list[int]] = [[] for _ in cells]
    for rule, members in enumerate(cells_of):
        for cell in members:
            rules_of[cell].append(rule)
    return RuleSet(
        cells, rules, tuple(sentences), tuple(cells_of), tuple(tuple(r) for r in rules_of), is_negative_allowed
    )
