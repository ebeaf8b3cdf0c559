"""Which unit of money counts for a line or a cell, what is an amount, and amounts whose unit nothing tells."""

from __future__ import annotations

from typing import Any

from ingestion.findings import Finding, find
from ingestion.form_sheet import Column
from ingestion.register import Register
from ingestion.sheets.layout import Table
from ingestion.sheets.line import TableLines
from ingestion.sheets.line_keys import place_of
from ingestion.sheets.sheet_units import ToldMoney
from ingestion.written.money_units import is_multiple, money_examples, money_factor, told_units
from ingestion.written.quantities import read_cell
from ingestion.written.text import folded

NAMED = ("activity", "indicator")


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
        if own_unit(table, line.texts) or unit_of_name(table, line.texts) or read_cell(line.texts.get(name, "")).unit_text:
            continue
        at = (table.row_of(name, row_number), table.sheet.first_column + table.positions[name])
        if money_factor(table.sheet.shown_words.get(at, "")):
            continue
        if unit is not None:
            place: dict[str, Any] = {"sheet_name": unit.sheet_name, "cell": unit.cell_address}
            return [find("money_unit_unknown", **place, written=unit.name, expected=money_examples())]
        return [find("money_unit_missing", **place_of(table, row_number, column), written=line.texts.get(name, ""))]
    return []


def own_unit(table: Table, texts: dict[str, str]) -> str:
    """What a line says in its own column of units of measure."""
    written = (texts.get(column.name, "") for column in table.form_sheet.columns if column.type == "unit_of_measure")
    return next((text for text in written if text), "")


def unit_of_name(table: Table, texts: dict[str, str]) -> int | None:
    """The unit of money that a line tells behind its name ("Chi khác (nghìn đồng)"); None for none."""
    for column in table.form_sheet.columns:
        if column.type in NAMED and "(" in texts.get(column.name, ""):
            told = [unit.factor for unit in told_units(texts[column.name]) if unit.factor is not None]
            if len(told) == 1:
                return told[0]
    return None


def is_another_unit(written: str, keys: dict[str, str], register: Register) -> bool:
    """Whether a line's own unit of measure, which is no unit of money, says that its number is not in the indicator's unit."""
    indicator = register.indicators.get(keys.get("indicator_code", ""))
    if indicator is None or folded(written) == folded(indicator.unit):
        return False
    return indicator.is_money or is_multiple(written)


def unit_expected(keys: dict[str, str], register: Register) -> str:
    """What may stand as the unit of measure of a line."""
    indicator = register.indicators.get(keys.get("indicator_code", ""))
    return money_examples() if indicator is None or indicator.is_money else indicator.unit


def is_amount(column: Column, keys: dict[str, str], register: Register) -> bool:
    """Whether a line's cell in a column is an amount of money."""
    if column.type != "by_indicator":
        return column.type == "money"
    indicator = register.indicators.get(keys.get("indicator_code", ""))
    return indicator is not None and indicator.is_money
