"""A block, or all of a form, in the wrong unit: every figure the same power of ten away from what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import log10

from expectations.reconciliation.changes import Repair, failing, is_changeable, repair
from expectations.reconciliation.covering import Question
from expectations.reconciliation.history import History, surprise
from expectations.reconciliation.mechanisms import HISTORY_WEIGHT, UNITS, half_width, shifted
from expectations.reconciliation.record import Number, size
from expectations.reconciliation.structure import Structure

UNIT_COST = 1.4
NEAR_POWER = 0.45
COARSEST = 100
SIDES_APART = 0.8


def by_history(asked: Question, past: History, component: tuple[int, ...]) -> Iterator[Repair]:
    """Cells of the component that all stand the same power of ten away from their previous figures."""
    value = asked.record.value
    logs: dict[int, float] = {}
    for c in component:
        now, before = value[c], past.previous[c]
        if now and before and (now > 0) == (before > 0):
            logs[c] = log10(now / before)
    for power in UNITS:
        cells = [c for c, found in logs.items() if abs(found - power) < NEAR_POWER]
        if len(cells) >= (2 if asked.violated else 3):
            name = "unit_all" if len(cells) == len(logs) else "unit_block"
            yield _unit_repair(asked, past, _scaled(asked, cells, power), name)


def by_rules(asked: Question, past: History, form: Structure, component: tuple[int, ...]) -> Iterator[Repair]:
    """Blocks whose change of unit satisfies violated rules; else all but the figures that other people keep."""
    groups = _groups(form, component)
    powers = _powers(asked)
    holds = False
    for power in powers:
        for group in groups:
            meant = _scaled(asked, group, power) if len(group) > 1 else {}
            if len(meant) > 1 and is_changeable(asked.record, meant) and _is_telling(asked, meant):
                left = failing(asked, meant)
                holds = holds or not left
                if set(left) < set(asked.violated):
                    yield _unit_repair(asked, past, meant, "unit_block")
    for power in () if holds else powers:
        meant = _most_that_agrees(asked, groups, power)
        if meant:
            yield _unit_repair(asked, past, meant, "unit_all")


def _powers(asked: Question) -> list[int]:
    """Powers of ten that lie between the two sides of a violated rule; no other unit can be at fault."""
    apart: set[int] = set()
    for rule in asked.violated:
        for row in asked.record.rules.sentences[rule]:
            sides = [0, 0]
            for cell, a in row.terms:
                sides[a > 0] += abs(a * (asked.record.value[cell] or 0))
            if all(sides):
                ratio = abs(log10(sides[1] / sides[0]))
                apart.update(abs(p) for p in UNITS if abs(ratio - abs(p)) < SIDES_APART)
    return [power for power in UNITS if abs(power) in apart]


def _most_that_agrees(asked: Question, groups: list[tuple[int, ...]], power: int) -> dict[int, Number]:
    """Scale everything, then give back the most reliable group of each rule that fails, until all rules hold."""
    record = asked.record
    left = [g for g in groups if is_changeable(record, [c for c in g if record.value[c] is not None])]
    while sum(len(g) > 1 for g in left) > 1:
        meant = _scaled(asked, [c for g in left for c in g], power)
        broken = failing(asked, meant)
        if not broken:
            return meant if _is_telling(asked, meant) else {}
        hit = [g for g in left if any(c in g for c in record.rules.cells_of[broken[0]])]
        if not hit:
            return {}
        left.remove(max(hit, key=lambda g: (max(record.weight[c] for c in g), -len(g), g)))
    return {}


def _scaled(asked: Question, cells: Iterable[int], power: int) -> dict[int, Number]:
    figures = ((c, asked.record.value[c]) for c in cells)
    return {c: shifted(figure, power) for c, figure in figures if figure}


def _is_telling(asked: Question, meant: dict[int, Number]) -> bool:
    """Whether the scaled figures stay large beside their rounding; below it every difference would vanish."""
    return sum(size(v) for v in meant.values()) >= COARSEST * sum(half_width(asked.record, c) for c in meant)


def _unit_repair(asked: Question, past: History, meant: dict[int, Number], mechanism: str) -> Repair:
    value = asked.record.value
    gains = [surprise(past, c, v) - surprise(past, c, value[c]) for c, v in meant.items() if past.previous[c]]
    gain = HISTORY_WEIGHT * sum(gains) / len(gains) if gains else 0.0
    return repair(UNIT_COST + gain, meant, mechanism)


def _groups(form: Structure, component: tuple[int, ...]) -> list[tuple[int, ...]]:
    inside = set(component)
    blocks = [block for block in form.blocks if block[0] in inside]
    return [*blocks, *((c,) for c in sorted(inside.difference(*blocks)))]
