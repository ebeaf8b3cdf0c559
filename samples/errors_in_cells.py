"""Wrong figures: units, digits, signs, columns, totals and periods."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from samples.amounts import (
    amounts,
    block,
    exact,
    far_columns,
    fund_totals,
    has_amounts,
    interchangeable,
    interchanged,
    is_number,
    number,
    scaled,
    scaled_block,
    writes_numbers,
)
from samples.documents import Document, Spot, written
from samples.planter import FLAG, Planter
from samples.scenario import month_end


def unit_cell(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """One amount a thousand times too large or too small."""
    document = planter.pick(chance, lambda d: writes_numbers(d) and bool(amounts(d)))
    if document:
        spot = chance.choice(amounts(document))
        changes = planter.write(document, [(spot, scaled(document.value(spot), 1000 if n % 2 == 0 else Decimal("0.001")))])
        planter.note(kind, document, changes, FLAG)


def unit_block(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """All cumulative amounts of one fund, with their totals, in another unit than the report says."""
    document = planter.pick(chance, lambda d: writes_numbers(d) and bool(block(d)) and d.period_end.month > 3)
    if document:
        changes = planter.write(document, scaled_block(document, 1000 if n % 2 == 0 else Decimal("0.001")))
        planter.note(kind, document, changes, FLAG)


def unit_file(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A whole report in đồng, or in tỷ đồng, that says it is in million đồng."""
    document = planter.pick(chance, lambda d: writes_numbers(d) and d.habit.factor > 1 and has_amounts(d))
    if document:
        factor = document.habit.factor if n % 2 == 0 else Decimal("0.001")
        names = {c.name for sheet in document.form.sheets for c in sheet.columns if c.type == "money"}
        spots = [spot for spot, value in document.cells() if spot[2] in names and is_number(value)]
        changes = planter.write(document, [(spot, scaled(document.value(spot), factor)) for spot in spots])
        planter.note(kind, document, changes, FLAG)


def digits_interchanged(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """Two neighbouring digits of one amount change places."""
    document = planter.pick(chance, lambda d: writes_numbers(d) and bool(amounts(d, interchangeable)))
    if document:
        spot = chance.choice(amounts(document, interchangeable))
        changes = planter.write(document, [(spot, interchanged(document.value(spot)))])
        planter.note(kind, document, changes, FLAG)


def digits_replaced(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The first digit of one amount is another."""
    document = planter.pick(chance, lambda d: writes_numbers(d) and bool(amounts(d)))
    if document:
        spot = chance.choice(amounts(document))
        text = written(document.value(spot))
        planted = number(str((int(text[0]) + chance.randint(1, 7)) % 9 + 1) + text[1:])
        changes = planter.write(document, [(spot, planted if planted != document.value(spot) else planted + 1)])
        planter.note(kind, document, changes, FLAG)


def sign(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """One amount with a minus before it."""
    document = planter.pick(chance, lambda d: writes_numbers(d) and bool(amounts(d)))
    if document:
        spot = chance.choice(amounts(document))
        planter.note(kind, document, planter.write(document, [(spot, -document.value(spot))]), FLAG)


def swapped_columns(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """Two columns of one fund change places in every line: the largest stage and the smallest."""
    document = planter.pick(chance, lambda d: writes_numbers(d) and bool(far_columns(d)))
    if document:
        sheet, left, right = far_columns(document)[0]
        changes: list[tuple[Spot, Any]] = []
        for m in range(len(document.sheets[sheet].lines)):
            here, there = (sheet, m, left), (sheet, m, right)
            changes += [(here, document.value(there)), (there, document.value(here))]
        planter.note(kind, document, planter.write(document, changes), FLAG)


def total_wrong(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A total line from which one part was left out."""
    document = planter.pick(chance, lambda d: writes_numbers(d) and bool(amounts(d)) and d.habit.totals)
    if document:
        sheet, line, column = chance.choice(amounts(document))
        total = (sheet, len(document.sheets[sheet].lines) - 1, column)
        less = number(str(exact(document.value(total)) - exact(document.value((sheet, line, column)))))
        planter.note(kind, document, planter.write(document, [(total, less)]), FLAG)


def subtotal_wrong(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The total over funds in one line is a little more than its parts."""
    document = planter.pick(chance, lambda d: writes_numbers(d) and bool(fund_totals(d)))
    if document:
        spot = chance.choice(fund_totals(document))
        value = exact(document.value(spot))
        planter.note(kind, document, planter.write(document, [(spot, number(str(value + value // 7 + 3)))]), FLAG)


def stale_copy(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The cumulative amounts of one fund are those of the quarter before."""

    def fits(d: Document) -> bool:
        return writes_numbers(d) and bool(block(d)) and _quarter_before(planter, d) is not None

    document = planter.pick(chance, fits)
    earlier = _quarter_before(planter, document) if document else None
    if document and earlier:
        changes = planter.write(document, [(spot, earlier.value(spot)) for spot in block(document)])
        planter.note(kind, document, changes, FLAG)


def in_period_for_cumulative(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """What was done in the quarter stands where the sum since January should."""

    def fits(d: Document) -> bool:
        return writes_numbers(d) and bool(block(d)) and _quarter_before(planter, d) is not None

    document = planter.pick(chance, fits)
    earlier = _quarter_before(planter, document) if document else None
    if document and earlier:
        both = [(spot, document.value(spot), earlier.value(spot)) for spot in block(document)]
        cells = [(spot, number(str(exact(now) - exact(then)))) for spot, now, then in both if is_number(then)]
        planter.note(kind, document, planter.write(document, cells), FLAG)


CELL_KINDS: dict[str, Callable[[Planter, str, Random, int], None]] = {
    "unit_cell": unit_cell,
    "unit_block": unit_block,
    "unit_file": unit_file,
    "digits_interchanged": digits_interchanged,
    "digits_replaced": digits_replaced,
    "sign": sign,
    "swapped_columns": swapped_columns,
    "total_wrong": total_wrong,
    "subtotal_wrong": subtotal_wrong,
    "stale_copy": stale_copy,
    "in_period_for_cumulative": in_period_for_cumulative,
}


def _quarter_before(planter: Planter, document: Document) -> Document | None:
    """The clean report of the quarter before in the same year, with the same lines."""
    if document.period_end.month <= 3:
        return None
    before = planter.other(document, period_end=month_end(document.period_end.year, document.period_end.month - 3))
    is_alike = before is not None and [len(part.lines) for part in before.sheets] == [len(p.lines) for p in document.sheets]
    return before if is_alike and id(before) not in planter.touched else None


