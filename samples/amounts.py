"""Where a report holds amounts, and other numbers for them: what planted errors choose from and put in."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from samples.documents import Document, Line, Spot, written

YTD = ("ytd", "by_behaviour")


def scaled(value: int | float, factor: int | Decimal) -> int | float:
    """A written number times a factor, exactly as its digits say."""
    return number(str(exact(value) * factor))


def scaled_block(document: Document, factor: int | Decimal) -> list[tuple[Spot, Any]]:
    """New values for every cumulative amount of a report's largest local fund."""
    return [(spot, scaled(document.value(spot), factor)) for spot in block(document)]


def interchanged(value: int | float) -> int | float:
    """The number with the first pair of unlike neighbouring digits exchanged."""
    text = written(value)
    place = _pair(text)
    return number(text[:place] + text[place + 1] + text[place] + text[place + 2 :])


def digit_changes(document: Document) -> list[tuple[Spot, Any]]:
    """Every amount of a report that can have two digits interchanged, with the number that this would give."""
    if not writes_numbers(document):
        return []
    spots = amounts(document, interchangeable)
    return [(spot, interchanged(document.value(spot))) for spot in spots]


def is_money_report(document: Document) -> bool:
    """Whether a report gives money of several funds in columns."""
    return len({column.fund for sheet in document.form.sheets for column in sheet.columns if column.type == "money"}) > 2


def interchangeable(value: int | float) -> bool:
    return _pair(written(value)) >= 0


def _pair(text: str) -> int:
    """Place of the first two unlike digits side by side of which the second is no zero; −1 when there is none."""
    pairs = range(len(text) - 1)
    return next((i for i in pairs if text[i : i + 2].isdigit() and text[i] != text[i + 1] and text[i + 1] != "0"), -1)


def amounts(document: Document, fits: Callable[[int | float], bool] = lambda value: True) -> list[Spot]:
    """Cells of detail lines that hold a cumulative amount of some size, in reports that fill their totals."""
    if not document.habit.totals or document.extension != "xlsx":
        return []
    return [
        spot
        for spot, value in document.cells()
        if spot[2] in _money_columns(document)
        and document.sheets[spot[0]].lines[spot[1]].kind == "detail"
        and is_number(value)
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


def has_amounts(document: Document) -> bool:
    return len(amounts(document)) >= 3


def block(document: Document) -> list[Spot]:
    """Cells (totals too) of the cumulative columns of the fund with most money, when columns belong to several funds."""
    funds: dict[str, list[str]] = {}
    for sheet in document.form.sheets:
        for c in sheet.columns:
            if c.type == "money" and c.role == "figure" and c.measure == "ytd" and c.group and c.fund:
                funds.setdefault(c.fund, []).append(c.name)
    if not funds or not document.habit.totals:
        return []
    names = max(funds.values(), key=len)
    return [spot for spot, value in document.cells() if spot[2] in names and is_number(value) and value]


def far_columns(document: Document) -> list[tuple[int, str, str]]:
    """Pairs of cumulative columns of one fund whose totals differ most: (sheet, larger, smaller)."""
    found = []
    for n, part in enumerate(document.sheets):
        if not part.lines or part.lines[-1].kind != "total":
            continue
        totals = part.lines[-1].values
        names = [c for c in _money_columns(document) if is_number(totals.get(c)) and totals[c]]
        sheet = next(s for s in document.form.sheets if s.sheet_code == part.sheet_code)
        groups = {sheet.column_by_name[name].group for name in names}
        for group in sorted(groups, key=str):
            those = sorted((name for name in names if sheet.column_by_name[name].group == group), key=lambda c: (-totals[c], c))
            if len(those) > 1 and totals[those[0]] > totals[those[-1]]:
                found.append((n, those[0], those[-1]))
    return found


def fund_totals(document: Document) -> list[Spot]:
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
        and is_number(value)
        and value >= 30
    ]


def writes_numbers(document: Document) -> bool:
    return not document.habit.numbers_as_text and not document.document_no


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def exact(value: int | float) -> Decimal:
    return Decimal(written(value))


def number(text: str) -> int | float:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def is_progress(document: Document) -> bool:
    """Whether a report follows projects month by month: it has lines of its own with a state."""
    return any(column.type == "project_state" for sheet in document.form.sheets for column in sheet.columns)


def numbers_of_line(line: Line) -> dict[str, int | float]:
    return {
        name: value
        for name, value in line.values.items()
        if isinstance(value, int | float) and name not in ("position", "completed_pct")
    }


def sum_of_line(line: Line) -> float:
    """The written money of a line that is no plan, added: 0 for a project that has not begun."""
    return sum(value for name, value in numbers_of_line(line).items() if "plan" not in name)


def total_again(document: Document) -> None:
    """Add the total line up again after lines came or went."""
    lines = document.sheets[0].lines
    if not lines or lines[-1].kind != "total":
        return
    for name in list(numbers_of_line(lines[-1])):
        total = sum((Decimal(written(numbers_of_line(line).get(name, 0))) for line in lines[:-1]), Decimal(0))
        lines[-1].values[name] = number(str(total))
