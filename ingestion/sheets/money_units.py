"""Which unit of money a sheet tells above its table: by a label and its value, in a line of its own, in a title or a sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form import Column
from ingestion.readers.sheets import Sheet
from ingestion.register import Register
from ingestion.sheets.headers import HeaderCell, text_of
from ingestion.sheets.layout import Table
from ingestion.sheets.line import TableLines
from ingestion.sheets.line_keys import place_of
from ingestion.written.money_units import (
    UNIT_NAMES,
    is_multiple,
    is_unit_label,
    money_factor,
    speaks_of_money,
    told_units,
)
from ingestion.written.quantities import read_cell
from ingestion.written.text import folded

MONEY_TYPES = ("money", "by_indicator")
EXAMPLES = "đồng, nghìn đồng, triệu đồng, tỷ đồng"


@dataclass(frozen=True)
class SheetUnit:
    """A unit of money told on a sheet: đồng a unit (None when nobody knows it), its name, and the cell with its text."""

    factor: int | None
    name: str
    written: str
    sheet_name: str
    cell_address: str


@dataclass(frozen=True)
class ToldMoney:
    """The unit of money that counts where a sheet tells none, those told by form sheet, and findings of those that disagree."""

    main: SheetUnit | None
    by_sheet: dict[str, SheetUnit]
    findings: list[Finding]


def units_above(sheet: Sheet, end: int) -> list[SheetUnit]:
    """The units of money told in the rows above index `end`, in reading order; also one that is not known."""
    found = []
    for index, row in enumerate(sheet.rows[:end]):
        for position, cell in enumerate(row):
            if not isinstance(cell, str) or not cell:
                continue
            if is_unit_label(cell):
                place, value = _next(row, position)
                if value is not None:
                    found.append(SheetUnit(money_factor(value), value, value, sheet.name, sheet.address(index, place)))
                continue
            for unit in told_units(cell):
                name = UNIT_NAMES.get(unit.factor or 0, unit.written)
                found.append(SheetUnit(unit.factor, name, text_of(cell), sheet.name, sheet.address(index, position)))
    return found


def told_money(tables: list[Table], header: HeaderCell | None) -> ToldMoney:
    """What the tables of a form tell about money; `header` is the field of a sheet without a table (a cover)."""
    findings, by_sheet = [], {}
    for table in tables:
        unit, disagreement = _unit_of_table(table)
        findings += disagreement
        if unit:
            by_sheet[table.form_sheet.sheet_code] = unit
    told = list(by_sheet.values())
    if header:
        told.append(SheetUnit(money_factor(header.written), header.written, header.written, header.sheet_name, header.cell_address))
    main = next((unit for unit in told if unit.factor is not None), told[0] if told else None)
    return ToldMoney(main, by_sheet, findings)


def in_own_unit(table: Table, money: ToldMoney) -> Table:
    """The table with the unit that its own sheet tells, where the file tells another first."""
    own = money.by_sheet.get(table.form_sheet.sheet_code)
    if own is None or own.factor is None or money.main is None or own.factor == money.main.factor:
        return table
    columns = [c for c in table.form_sheet.columns if c.type in MONEY_TYPES and c.name in table.positions]
    return replace(table, money_factors=dict.fromkeys((c.name for c in columns), own.factor) | table.money_factors)


def untold_amounts(table: Table, lines: TableLines, money: ToldMoney, register: Register) -> list[Finding]:
    """The finding of a table in which an amount stands whose unit nothing tells, or tells in words that nobody knows."""
    unit = money.by_sheet.get(table.form_sheet.sheet_code) or money.main
    if unit is not None and unit.factor is not None:
        return []
    columns, by_row = table.form_sheet.column_by_name, {line.row_number: line for line in lines.lines}
    for row_number, name, reading in lines.cells:
        column, line = columns[name], by_row[row_number]
        if not reading.value or name in table.money_factors or not is_amount(column, line.keys, register):
            continue
        if own_unit(table, line.texts) or read_cell(line.texts.get(name, "")).unit_text:
            continue
        if unit is not None:
            place: dict[str, Any] = {"sheet_name": unit.sheet_name, "cell": unit.cell_address}
            return [find("money_unit_unknown", **place, written=unit.name, expected=EXAMPLES)]
        return [find("money_unit_missing", **place_of(table, row_number, column), written=line.texts.get(name, ""))]
    return []


def own_unit(table: Table, texts: dict[str, str]) -> str:
    """What a line says in its own column of units of measure."""
    written = (texts.get(column.name, "") for column in table.form_sheet.columns if column.type == "unit_of_measure")
    return next((text for text in written if text), "")


def is_another_unit(written: str, keys: dict[str, str], register: Register) -> bool:
    """Whether a line's own unit of measure, which is no unit of money, says that its number is not in the indicator's unit."""
    indicator = register.indicators.get(keys.get("indicator_code", ""))
    if indicator is None or folded(written) == folded(indicator.unit):
        return False
    return indicator.is_money or is_multiple(written)


def unit_expected(keys: dict[str, str], register: Register) -> str:
    """What may stand as the unit of measure of a line."""
    indicator = register.indicators.get(keys.get("indicator_code", ""))
    return EXAMPLES if indicator is None or indicator.is_money else indicator.unit


def is_amount(column: Column, keys: dict[str, str], register: Register) -> bool:
    """Whether a line's cell in a column is an amount of money."""
    if column.type != "by_indicator":
        return column.type == "money"
    indicator = register.indicators.get(keys.get("indicator_code", ""))
    return indicator is not None and indicator.is_money


def _unit_of_table(table: Table) -> tuple[SheetUnit | None, list[Finding]]:
    """The unit of money told on a table's sheet, and the finding of two that disagree.

    A label that announces a unit of something else ("ĐVT: người") counts only where no unit of money is told.
    """
    told = units_above(table.sheet, table.top)
    known = [unit for unit in told if unit.factor is not None]
    odd = [unit for unit in told if unit.factor is None and (not known or speaks_of_money(unit.name))]
    others = [unit for unit in known[1:] if unit.factor != known[0].factor] + odd
    if known and others:
        place: dict[str, Any] = {"sheet_name": others[0].sheet_name, "cell": others[0].cell_address}
        expected = f"{known[0].name} ({known[0].cell_address})"
        return known[0], [find("money_units_disagree", **place, written=others[0].written, expected=expected)]
    return (known[0] if known else odd[0] if odd else None), []


def _next(row: list[object], position: int) -> tuple[int, str | None]:
    for place in range(position + 1, len(row)):
        if row[place] not in ("", None):
            return place, text_of(row[place])
    return position, None
