"""Wrong figures: units, digits, signs, columns, totals and periods."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from samples.documents import Document, Spot, written
from samples.planter import FLAG, Planter
from samples.scenario import month_end

YTD = ("ytd", "by_behaviour")


def unit_cell(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """One amount a thousand times too large or too small."""
    document = planter.pick(chance, lambda d: _writes_numbers(d) and bool(_amounts(d)))
    if document:
        spot = chance.choice(_amounts(document))
        changes = planter.write(document, [(spot, scaled(document.value(spot), 1000 if n % 2 == 0 else Decimal("0.001")))])
        planter.note(kind, document, changes, FLAG)


def unit_block(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """All cumulative amounts of one fund, with their totals, in another unit than the report says."""
    document = planter.pick(chance, lambda d: _writes_numbers(d) and bool(_block(d)) and d.period_end.month > 3)
    if document:
        changes = planter.write(document, scaled_block(document, 1000 if n % 2 == 0 else Decimal("0.001")))
        planter.note(kind, document, changes, FLAG)


def unit_file(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A whole report in đồng, or in tỷ đồng, that says it is in million đồng."""
    document = planter.pick(chance, lambda d: _writes_numbers(d) and d.habit.factor > 1 and _has_amounts(d))
    if document:
        factor = document.habit.factor if n % 2 == 0 else Decimal("0.001")
        names = {c.name for sheet in document.form.sheets for c in sheet.columns if c.type == "money"}
        spots = [spot for spot, value in document.cells() if spot[2] in names and _is_number(value)]
        changes = planter.write(document, [(spot, scaled(document.value(spot), factor)) for spot in spots])
        planter.note(kind, document, changes, FLAG)


def digits_interchanged(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """Two neighbouring digits of one amount change places."""
    document = planter.pick(chance, lambda d: _writes_numbers(d) and bool(_amounts(d, _interchangeable)))
    if document:
        spot = chance.choice(_amounts(document, _interchangeable))
        changes = planter.write(document, [(spot, interchanged(document.value(spot)))])
        planter.note(kind, document, changes, FLAG)


def digits_replaced(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The first digit of one amount is another."""
    document = planter.pick(chance, lambda d: _writes_numbers(d) and bool(_amounts(d)))
    if document:
        spot = chance.choice(_amounts(document))
        text = written(document.value(spot))
        planted = _number(str((int(text[0]) + chance.randint(1, 7)) % 9 + 1) + text[1:])
        changes = planter.write(document, [(spot, planted if planted != document.value(spot) else planted + 1)])
        planter.note(kind, document, changes, FLAG)


def sign(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """One amount with a minus before it."""
    document = planter.pick(chance, lambda d: _writes_numbers(d) and bool(_amounts(d)))
    if document:
        spot = chance.choice(_amounts(document))
        planter.note(kind, document, planter.write(document, [(spot, -document.value(spot))]), FLAG)


def swapped_columns(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """Two columns of one fund change places in every line: the largest stage and the smallest."""
    document = planter.pick(chance, lambda d: _writes_numbers(d) and bool(_far_columns(d)))
    if document:
        sheet, left, right = _far_columns(document)[0]
        changes: list[tuple[Spot, Any]] = []
        for m in range(len(document.sheets[sheet].lines)):
            here, there = (sheet, m, left), (sheet, m, right)
            changes += [(here, document.value(there)), (there, document.value(here))]
        planter.note(kind, document, planter.write(document, changes), FLAG)


def total_wrong(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """A total line from which one part was left out."""
    document = planter.pick(chance, lambda d: _writes_numbers(d) and bool(_amounts(d)) and d.habit.totals)
    if document:
        sheet, line, column = chance.choice(_amounts(document))
        total = (sheet, len(document.sheets[sheet].lines) - 1, column)
        less = _number(str(_exact(document.value(total)) - _exact(document.value((sheet, line, column)))))
        planter.note(kind, document, planter.write(document, [(total, less)]), FLAG)


def subtotal_wrong(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The total over funds in one line is a little more than its parts."""
    document = planter.pick(chance, lambda d: _writes_numbers(d) and bool(_fund_totals(d)))
    if document:
        spot = chance.choice(_fund_totals(document))
        value = _exact(document.value(spot))
        planter.note(kind, document, planter.write(document, [(spot, _number(str(value + value // 7 + 3)))]), FLAG)


def stale_copy(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """The cumulative amounts of one fund are those of the quarter before."""

    def fits(d: Document) -> bool:
        return _writes_numbers(d) and bool(_block(d)) and _quarter_before(planter, d) is not None

    document = planter.pick(chance, fits)
    earlier = _quarter_before(planter, document) if document else None
    if document and earlier:
        changes = planter.write(document, [(spot, earlier.value(spot)) for spot in _block(document)])
        planter.note(kind, document, changes, FLAG)


def in_period_for_cumulative(planter: Planter, kind: str, chance: Random, n: int) -> None:
    """What was done in the quarter stands where the sum since January should."""

    def fits(d: Document) -> bool:
        return _writes_numbers(d) and bool(_block(d)) and _quarter_before(planter, d) is not None

    document = planter.pick(chance, fits)
    earlier = _quarter_before(planter, document) if document else None
    if document and earlier:
        both = [(spot, document.value(spot), earlier.value(spot)) for spot in _block(document)]
        cells = [(spot, _number(str(_exact(now) - _exact(then)))) for spot, now, then in both if _is_number(then)]
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


def scaled(value: int | float, factor: int | Decimal) -> int | float:
    """A written number times a factor, exactly as its digits say."""
    return _number(str(_exact(value) * factor))


def scaled_block(document: Document, factor: int | Decimal) -> list[tuple[Spot, Any]]:
    """New values for every cumulative amount of a report's largest local fund."""
    return [(spot, scaled(document.value(spot), factor)) for spot in _block(document)]


def interchanged(value: int | float) -> int | float:
    """The number with the first pair of unlike neighbouring digits exchanged."""
    text = written(value)
    place = _pair(text)
    return _number(text[:place] + text[place + 1] + text[place] + text[place + 2 :])


def digit_changes(document: Document) -> list[tuple[Spot, Any]]:
    """Every amount of a report that can have two digits interchanged, with the number that this would give."""
    if not _writes_numbers(document):
        return []
    spots = _amounts(document, _interchangeable)
    return [(spot, interchanged(document.value(spot))) for spot in spots]


def is_money_report(document: Document) -> bool:
    """Whether a report gives money of several funds in columns."""
    return len({column.fund for sheet in document.form.sheets for column in sheet.columns if column.type == "money"}) > 2


def _interchangeable(value: int | float) -> bool:
    return _pair(written(value)) >= 0


def _pair(text: str) -> int:
    """Place of the first two unlike digits side by side of which the second is no zero; −1 when there is none."""
    pairs = range(len(text) - 1)
    return next((i for i in pairs if text[i : i + 2].isdigit() and text[i] != text[i + 1] and text[i + 1] != "0"), -1)


def _amounts(document: Document, fits: Callable[[int | float], bool] = lambda value: True) -> list[Spot]:
    """Cells of detail lines that hold a cumulative amount of some size, in reports that fill their totals."""
    if not document.habit.totals or document.extension != "xlsx":
        return []
    return [
        spot
        for spot, value in document.cells()
        if spot[2] in _money_columns(document)
        and document.sheets[spot[0]].lines[spot[1]].kind == "detail"
        and _is_number(value)
        and value * document.habit.factor >= 20_000_000
        and fits(value)
    ]


def _money_columns(document: Document) -> set[str]:
    """Columns of cumulative money that are figures of their own."""
    return {
        c.name
        for sheet in document.form.sheets
        for c in sheet.columns
        if c.type == "money" and c.role == "figure" and c.measure == "ytd"
    }


def _has_amounts(document: Document) -> bool:
    return len(_amounts(document)) >= 3


def _block(document: Document) -> list[Spot]:
    """Cells (totals too) of the cumulative columns of the fund with most money, when columns belong to several funds."""
    funds: dict[str, list[str]] = {}
    for sheet in document.form.sheets:
        for c in sheet.columns:
            if c.type == "money" and c.role == "figure" and c.measure == "ytd" and c.group and c.fund:
                funds.setdefault(c.fund, []).append(c.name)
    if not funds or not document.habit.totals:
        return []
    names = max(funds.values(), key=len)
    return [spot for spot, value in document.cells() if spot[2] in names and _is_number(value) and value]


def _far_columns(document: Document) -> list[tuple[int, str, str]]:
    """Pairs of cumulative columns of one fund whose totals differ most: (sheet, larger, smaller)."""
    found = []
    for n, part in enumerate(document.sheets):
        if not part.lines or part.lines[-1].kind != "total":
            continue
        totals = part.lines[-1].values
        names = [c for c in _money_columns(document) if _is_number(totals.get(c)) and totals[c]]
        sheet = next(s for s in document.form.sheets if s.sheet_code == part.sheet_code)
        groups = {sheet.column_by_name[name].group for name in names}
        for group in sorted(groups, key=str):
            those = sorted((name for name in names if sheet.column_by_name[name].group == group), key=lambda c: (-totals[c], c))
            if len(those) > 1 and totals[those[0]] > totals[those[-1]]:
                found.append((n, those[0], those[-1]))
    return found


def _fund_totals(document: Document) -> list[Spot]:
    """Cells of detail lines in a column that adds several funds."""
    names = {
        c.name
        for sheet in document.form.sheets
        if any(column.group for column in sheet.columns)
        for c in sheet.columns
        if c.role == "check" and c.fund is None and c.measure in YTD
    }
    return [
        spot
        for spot, value in document.cells()
        if spot[2] in names
        and document.sheets[spot[0]].lines[spot[1]].kind == "detail"
        and _is_number(value)
        and value >= 30
    ]


def _quarter_before(planter: Planter, document: Document) -> Document | None:
    """The clean report of the quarter before in the same year, with the same lines."""
    if document.period_end.month <= 3:
        return None
    before = planter.other(document, period_end=month_end(document.period_end.year, document.period_end.month - 3))
    is_alike = before is not None and [len(part.lines) for part in before.sheets] == [len(p.lines) for p in document.sheets]
    return before if is_alike and id(before) not in planter.touched else None


def _writes_numbers(document: Document) -> bool:
    return not document.habit.numbers_as_text and not document.document_no


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _exact(value: int | float) -> Decimal:
    return Decimal(written(value))


def _number(text: str) -> int | float:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)
