"""One event that damages several cells: a copied block, in-period for cumulative, running totals, a swap.

These are suspicions: the caller accepts one only if the rules then hold. Where no rule failed, only the previous period
can betray an event, and the bar is higher.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from statistics import median

from expectations.reconciliation.changes import Repair, Value, failing, is_changeable, repair
from expectations.reconciliation.covering import Question
from expectations.reconciliation.history import History, rarity
from expectations.reconciliation.mechanisms import COST
from expectations.reconciliation.structure import Structure
from expectations.reconciliation.units import by_history, by_rules

STALE_COST, IN_PERIOD_COST, OFF_GRAIN_COST = 1.3, 1.5, 2.0
FEWEST_COPIED, RAREST_COPY = 4, 5.0
FELL_TO = 0.8
SWAP_GAIN, SWAP_SPREADS, CROSSED_COPY, ODD_PAIR = 0.4, 8, 3.0, 0.5


def composites(asked: Question, past: History, form: Structure, component: tuple[int, ...]) -> Iterator[Repair]:
    """All composite events that a component gives reason to suspect."""
    yield from by_history(asked, past, component)
    if asked.violated:
        yield from by_rules(asked, past, form, component)
        yield from _run_up(asked, form, component)
    inside = set(component)
    for number, (block, hangers) in enumerate(zip(form.blocks, form.hangers, strict=True)):
        if block[0] in inside and past.is_known and number not in form.ceilings:
            yield from _stale(asked, past, (*block, *hangers))
            yield from _in_period(asked, past, block)
    yield from _swaps(asked, past, form, inside)
    for cell in component if not asked.violated else ():
        if cell in past.off_grain and is_changeable(asked.record, (cell,)):
            yield repair(OFF_GRAIN_COST, {cell: None}, "digit_replaced")


def _stale(asked: Question, past: History, cells: tuple[int, ...]) -> Iterator[Repair]:
    """A block that stands where it stood, in figures too large to do so by chance."""
    record = asked.record
    copied = [c for c in cells if record.value[c] and past.previous[c] == record.value[c]]
    moved = [c for c in cells if record.value[c] and past.previous[c] and past.previous[c] != record.value[c]]
    rare = sum(sorted(rarity(record, c) for c in copied)[:-1])
    if len(copied) < FEWEST_COPIED or len(moved) > len(cells) // 4 or rare < RAREST_COPY:
        return
    if is_changeable(record, copied):
        yield repair(STALE_COST - min(2.0, (rare - RAREST_COPY) / 3), dict.fromkeys(copied), "stale_copy")


def _in_period(asked: Question, past: History, block: tuple[int, ...]) -> Iterator[Repair]:
    """A cumulative block that holds only the newest period: the previous figures are missing in it."""
    record = asked.record
    both: dict[int, tuple[int, int]] = {}
    for cell in block:
        now, before = record.value[cell], past.previous[cell]
        if before and now is not None:
            both[cell] = now, before
    pairs = [(now, before) for now, before in both.values() if before > 0]
    if len(pairs) < 2 or any(now < 0 for now, _ in both.values()) or not is_changeable(record, list(both)):
        return
    others = [
        now / before
        for cell, (now, before) in enumerate(zip(record.value, past.previous, strict=True))
        if before and now is not None and cell not in block
    ]
    usual = min(1.0, median(others)) if others else 1.0
    fell = all(v < b for v, b in pairs) and median(v / b for v, b in pairs) < FELL_TO * usual
    meant: dict[int, Value] = {cell: now + before for cell, (now, before) in both.items()}
    if any(r in asked.violated for c in meant for r in record.rules.rules_of[c]):
        yield repair(IN_PERIOD_COST, meant, "in_period")
    elif fell:
        yield repair(IN_PERIOD_COST + 0.2, meant, "in_period")


def _run_up(asked: Question, form: Structure, component: tuple[int, ...]) -> Iterator[Repair]:
    """Parts of a violated sum reported as running totals: from each take the part before it (Scholtus 2008, 4)."""
    record = asked.record
    for run in form.runs:
        if run[0] not in component or not is_changeable(record, run):
            continue
        meant: dict[int, Value] = {}
        for before, cell in zip(run, run[1:], strict=False):
            odd = sum(r in asked.violated for r in record.rules.rules_of[cell])
            less, more = record.value[before], record.value[cell]
            if less and more and odd > 1:
                meant[cell] = more - less
        if meant:
            yield repair(IN_PERIOD_COST, meant, "in_period")


def _swaps(asked: Question, past: History, form: Structure, inside: set[int]) -> Iterator[Repair]:
    """Two figures that stand in each other's place."""
    record = asked.record
    for one, other in form.pairs:
        a, b = record.value[one], record.value[other]
        if one not in inside or a is None or b is None or a == b:
            continue
        gain = _swap_gain(past, one, other, a, b)
        if not _is_suspicious(asked, past, (one, other), gain) or not is_changeable(record, (one, other)):
            continue
        cost = COST["swap"] + (ODD_PAIR if (one in form.totals) != (other in form.totals) else 0.0)
        yield repair(cost - min(max(gain, -1.0), 2.0), {one: b, other: a}, "swap")


def _is_suspicious(asked: Question, past: History, pair: tuple[int, int], gain: float) -> bool:
    """History likes the exchange well enough, or it satisfies every violated rule that it touches and breaks none."""
    record, (one, other) = asked.record, pair
    crossed = record.value[one] == past.previous[other] and record.value[other] == past.previous[one]
    if crossed and rarity(record, one) + rarity(record, other) > CROSSED_COPY:
        return True
    if gain > max(SWAP_GAIN, SWAP_SPREADS * past.spread):
        return True
    if not any(r in asked.violated for c in pair for r in record.rules.rules_of[c]):
        return False
    return set(failing(asked, {one: record.value[other], other: record.value[one]})) < set(asked.violated)


def _swap_gain(past: History, one: int, other: int, a: int, b: int) -> float:
    """How much nearer the exchanged figures lie to the previous ones, in log units."""
    p, q = past.previous[one], past.previous[other]
    if p is None or q is None or min(a, b, p, q) <= 0:
        return 0.0
    return abs(log(a / p)) + abs(log(b / q)) - abs(log(b / p)) - abs(log(a / q))
