"""One event that damages several cells: a block in the wrong unit, a copied block, in-period for cumulative, a swap.

Each is offered only if the rules hold afterwards; where no rule failed, only the previous period can betray it.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log, log10
from statistics import median

from expectations.reconciliation.changes import Repair, Value, is_changeable, repair, rules_after
from expectations.reconciliation.covering import Question, contradicting
from expectations.reconciliation.feasibility import TooLarge
from expectations.reconciliation.history import History, rarity, surprise
from expectations.reconciliation.mechanisms import COST, HISTORY_WEIGHT, UNITS, half_width, shifted
from expectations.reconciliation.structure import Structure

UNIT_COST, STALE_COST, IN_PERIOD_COST = 1.4, 1.3, 1.5
NEAR_POWER = 0.45
FEWEST_COPIED, RAREST_COPY = 4, 5.0
FELL_TO = 0.8
COARSEST = 100
SWAP_GAIN, CROSSED_COPY, ODD_PAIR = 0.8, 3.0, 0.5


def composites(asked: Question, past: History, form: Structure, component: tuple[int, ...]) -> Iterator[Repair]:
    """All composite repairs of a component after which its rules hold."""
    yield from _units_by_history(asked, past, component)
    if asked.violated:
        yield from _units_by_rules(asked, past, form, component)
    inside = set(component)
    for number, (block, hangers) in enumerate(zip(form.blocks, form.hangers, strict=True)):
        if block[0] in inside and past.is_known and number not in form.ceilings:
            yield from _stale(asked, past, (*block, *hangers))
            yield from _in_period(asked, past, block)
    yield from _swaps(asked, past, form, inside)


def _holds(asked: Question, meant: dict[int, Value]) -> bool:
    members = asked.record.rules.cells_of
    if any(meant.keys().isdisjoint(members[rule]) for rule in asked.violated):
        return False
    return is_changeable(asked.record, meant) and not _failing(asked, meant)


def _failing(asked: Question, meant: dict[int, Value]) -> list[int]:
    """Rules of the component that fail after the change."""
    mine = set(asked.violated)
    return [r for r in rules_after(asked.record, meant) if r in mine or r not in asked.record.violated]


def _scaled(asked: Question, cells: tuple[int, ...] | list[int], power: int) -> dict[int, Value]:
    value = asked.record.value
    return {c: shifted(value[c], power) for c in cells if value[c]}


def _is_telling(asked: Question, meant: dict[int, Value]) -> bool:
    """Whether the scaled figures stay large beside their rounding; below it every difference would vanish."""
    return sum(abs(v) for v in meant.values()) >= COARSEST * sum(half_width(asked.record, c) for c in meant)


def _unit_repair(asked: Question, past: History, meant: dict[int, Value], mechanism: str) -> Repair:
    value = asked.record.value
    gains = [surprise(past, c, v) - surprise(past, c, value[c]) for c, v in meant.items() if past.previous[c]]
    gain = HISTORY_WEIGHT * sum(gains) / len(gains) if gains else 0.0
    return repair(UNIT_COST + gain, meant, mechanism)


def _units_by_history(asked: Question, past: History, component: tuple[int, ...]) -> Iterator[Repair]:
    """Cells that all stand the same power of ten away from their previous figures."""
    value = asked.record.value
    logs = {
        c: log10(value[c] / past.previous[c])
        for c in component
        if value[c] and past.previous[c] and (value[c] > 0) == (past.previous[c] > 0)
    }
    for power in UNITS:
        cells = [c for c, found in logs.items() if abs(found - power) < NEAR_POWER]
        least = 2 if asked.violated else 3
        if len(cells) >= least:
            meant = _scaled(asked, cells, power)
            if _holds(asked, meant):
                yield _unit_repair(asked, past, meant, "unit_all" if len(cells) == len(logs) else "unit_block")


def _units_by_rules(asked: Question, past: History, form: Structure, component: tuple[int, ...]) -> Iterator[Repair]:
    """A block, or all of the component but other people's figures, whose change of unit satisfies every rule."""
    groups = _groups(form, component)
    is_found = False
    for power in UNITS:
        for group in groups:
            meant = _scaled(asked, group, power) if len(group) > 1 else {}
            if len(meant) > 1 and _is_telling(asked, meant) and _holds(asked, meant):
                is_found = True
                yield _unit_repair(asked, past, meant, "unit_block")
    for power in () if is_found else UNITS:
        left = [g for g in groups if is_changeable(asked.record, [c for c in g if asked.record.value[c] is not None])]
        while sum(len(g) > 1 for g in left) > 1:
            meant = _scaled(asked, [c for g in left for c in g], power)
            failing = _failing(asked, meant)
            if not failing:
                if _is_telling(asked, meant):
                    yield _unit_repair(asked, past, meant, "unit_all")
                break
            hit = [g for g in left if any(c in g for c in asked.record.rules.cells_of[failing[0]])]
            if not hit:
                break
            left.remove(max(hit, key=lambda g: (max(asked.record.weight[c] for c in g), -len(g), g)))


def _groups(form: Structure, component: tuple[int, ...]) -> list[tuple[int, ...]]:
    inside = set(component)
    blocks = [block for block in form.blocks if block[0] in inside]
    alone = inside.difference(*blocks) if blocks else inside
    return [*blocks, *((c,) for c in sorted(alone))]


def _stale(asked: Question, past: History, cells: tuple[int, ...]) -> Iterator[Repair]:
    record = asked.record
    copied = [c for c in cells if record.value[c] and past.previous[c] == record.value[c]]
    moved = [c for c in cells if record.value[c] and past.previous[c] and past.previous[c] != record.value[c]]
    rare = sum(sorted(rarity(record, c) for c in copied)[:-1])
    if len(copied) < FEWEST_COPIED or len(moved) > len(cells) // 4 or rare < RAREST_COPY:
        return
    if not is_changeable(record, copied):
        return
    try:
        is_possible = contradicting(asked, tuple(copied)) is None
    except TooLarge:
        return
    if is_possible and all(any(c in copied for c in record.rules.cells_of[r]) for r in asked.violated):
        yield repair(STALE_COST - min(2.0, (rare - RAREST_COPY) / 3), dict.fromkeys(copied), "stale_copy")


def _in_period(asked: Question, past: History, block: tuple[int, ...]) -> Iterator[Repair]:
    record = asked.record
    cells = [c for c in block if record.value[c] is not None]
    before = {c: past.previous[c] or 0 for c in cells}
    pairs = [(record.value[c], before[c]) for c in cells if before[c] > 0]
    if len(pairs) < 2 or any(record.value[c] < 0 for c in cells):
        return
    fell = all(v < b for v, b in pairs) and median(v / b for v, b in pairs) < FELL_TO
    meant: dict[int, Value] = {c: record.value[c] + before[c] for c in cells if before[c]}
    is_odd = any(r in asked.violated for c in meant for r in record.rules.rules_of[c])
    if (is_odd or (fell and not asked.violated)) and _holds(asked, meant):
        yield repair(IN_PERIOD_COST if is_odd else IN_PERIOD_COST + 0.2, meant, "in_period")


def _swaps(asked: Question, past: History, form: Structure, inside: set[int]) -> Iterator[Repair]:
    record = asked.record
    for one, other in form.pairs:
        a, b = record.value[one], record.value[other]
        if one not in inside or a is None or b is None or a == b:
            continue
        gain = _swap_gain(past, one, other, a, b)
        if not asked.violated:
            crossed = a == past.previous[other] and b == past.previous[one]
            is_rare = crossed and rarity(record, one) + rarity(record, other) > CROSSED_COPY
            if not is_rare and gain < max(SWAP_GAIN, 8 * past.spread):
                continue
        meant: dict[int, Value] = {one: b, other: a}
        if _holds(asked, meant):
            cost = COST["swap"] + (ODD_PAIR if (one in form.totals) != (other in form.totals) else 0.0)
            yield repair(cost - min(max(gain, -1.0), 2.0), meant, "swap")


def _swap_gain(past: History, one: int, other: int, a: int, b: int) -> float:
    """How much nearer the exchanged figures lie to the previous ones, in log units."""
    p, q = past.previous[one], past.previous[other]
    if p is None or q is None or min(a, b, p, q) <= 0:
        return 0.0
    return abs(log(a / p)) + abs(log(b / q)) - abs(log(b / p)) - abs(log(a / q))
