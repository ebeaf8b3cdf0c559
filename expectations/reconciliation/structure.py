"""What the rules alone say about a form: blocks, totals, ceilings and cells that are easily exchanged.

Nothing here knows a form or a name: a block is what balances join, a ceiling is a block that bounds others and is
bounded by none (a plan: it may lawfully stand still from one period to the next).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from expectations.reconciliation.feasibility import EQUAL
from expectations.reconciliation.ruleset import RuleSet

WIDEST_PAIRED_RULE = 8


@dataclass(frozen=True)
class Structure:
    """Cells by number.

    `blocks`: cells that balances join. `hangers`: for each block, cells in no block all of whose rules touch the block.
    `ceilings`: numbers of blocks that may stand still. `totals`: wholes of balances. `pairs`: cells of one rule, or
    at the same place of two balances alike, that a typist may exchange. `runs`: parts of a balance in written order.
    """

    blocks: tuple[tuple[int, ...], ...]
    hangers: tuple[tuple[int, ...], ...]
    ceilings: frozenset[int]
    totals: frozenset[int]
    pairs: tuple[tuple[int, int], ...]
    runs: tuple[tuple[int, ...], ...]


def structure(rules: RuleSet) -> Structure:
    """Read blocks, totals, ceilings and pairs out of a rule set."""
    blocks = _blocks(rules)
    block_of = {cell: i for i, block in enumerate(blocks) for cell in block}
    written = range(len(rules.rules))
    neighbours: list[set[int]] = [set() for _ in rules.cells]
    for rule in written:
        for cell in rules.cells_of[rule]:
            neighbours[cell].update(rules.cells_of[rule])
    hangers = tuple(
        tuple(
            cell
            for cell in range(len(rules.cells))
            if cell not in block_of
            and any(block_of.get(n) == i for n in neighbours[cell])
            and all(
                any(block_of.get(c) == i for c in rules.cells_of[r])
                for r in rules.rules_of[cell]
                if r < len(rules.rules) and len(rules.cells_of[r]) > 1
            )
        )
        for i in range(len(blocks))
    )
    wholes = {rule: _whole(row.terms) for rule, row in rules.balances}
    totals = frozenset(w for w in wholes.values() if w is not None)
    runs = tuple(
        tuple(cell for cell, _ in row.terms if cell != wholes[rule])
        for rule, row in rules.balances
        if wholes[rule] is not None and len(row.terms) > 3
    )
    owner = block_of | {cell: i for i, cells in enumerate(hangers) for cell in cells}
    return Structure(blocks, hangers, _ceilings(rules, owner), totals, _pairs(rules, block_of, totals), runs)


def _blocks(rules: RuleSet) -> tuple[tuple[int, ...], ...]:
    groups: list[set[int]] = []
    for _, row in rules.balances:
        joined = {cell for cell, _ in row.terms}
        apart = [g for g in groups if g.isdisjoint(joined)]
        groups = [*apart, joined.union(*(g for g in groups if not g.isdisjoint(joined)))]
    return tuple(sorted(tuple(sorted(g)) for g in groups))


def _whole(terms: tuple[tuple[int, int], ...]) -> int | None:
    """The one cell whose sign differs from that of all others."""
    positive = [cell for cell, a in terms if a > 0]
    negative = [cell for cell, a in terms if a < 0]
    if len(negative) == 1 and len(positive) > 1:
        return negative[0]
    return positive[0] if len(positive) == 1 and len(negative) > 1 else None


def _ceilings(rules: RuleSet, owner: dict[int, int]) -> frozenset[int]:
    bounding, bounded = set(), set()
    for rule in range(len(rules.rules)):
        sentence = rules.sentences[rule]
        if len(sentence) > 1 or sentence[0].kind == EQUAL or len(sentence[0].terms) != 2:
            continue
        (greater, a), (lesser, b) = sorted(sentence[0].terms, key=lambda term: -term[1])
        if a > 0 > b and owner.get(greater) != owner.get(lesser):
            bounding.add(owner.get(greater))
            bounded.add(owner.get(lesser))
    return frozenset(block for block in bounding - bounded if block is not None)


def _in_order(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one <= other else (other, one)


def _pairs(rules: RuleSet, block_of: dict[int, int], totals: frozenset[int]) -> tuple[tuple[int, int], ...]:
    found: dict[tuple[int, int], None] = {}
    for rule in range(len(rules.rules)):
        members = rules.cells_of[rule]
        if 2 < len(members) <= WIDEST_PAIRED_RULE:
            found.update(dict.fromkeys(_in_order(*pair) for pair in combinations(members, 2)))
    component_of = {cell: i for i, component in enumerate(rules.components) for cell in component}
    parts = {cell for _, row in rules.balances for cell, _ in row.terms} - totals

    def shape(terms: tuple[tuple[int, int], ...]) -> tuple[object, ...]:
        inner = {cell for _, row in rules.balances for cell, _ in row.terms if _whole(row.terms) != cell}
        return tuple((a, cell in parts, cell in inner) for cell, a in terms)

    shaped = [(row.terms, shape(row.terms)) for _, row in rules.balances]
    for (one, form), (other, other_form) in combinations(shaped, 2):
        if form != other_form or component_of[one[0][0]] != component_of[other[0][0]]:
            continue
        if block_of[one[0][0]] != block_of[other[0][0]]:
            found.update({_in_order(p, q): None for (p, _), (q, _) in zip(one, other, strict=True)})
    return tuple(found)
