"""Lines of a table that stand where nobody looks for them: a second table of another period below, a sheet that goes on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from ingestion.findings import Finding, find
from ingestion.readers.sheets import Sheet
from ingestion.register import Register
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table
from ingestion.sheets.line import TableLines
from ingestion.sheets.line_keys import keys_of
from ingestion.sheets.line_kinds import holds_number
from ingestion.written.budget_years import BudgetYears
from ingestion.written.text import folded

LOOKED_AT = 200  # rows
MOST_HEADINGS = 2  # texts in a row above lines that go on; a row with more is a header
_OTHER = re.compile(r"\b(?:ky|quy|thang|nam) (?:truoc|ngoai|sau)\b|\bcung ky\b")
_QUARTER = re.compile(r"\b(?:quy|q) ?(iv|i{1,3}|[1-4]) (?:nam )?((?:19|20)\d\d)\b")
_MONTH = re.compile(r"\bthang (\d{1,2}) (?:nam )?((?:19|20)\d\d)\b")
_YEAR = re.compile(r"\b(20\d\d)\b")
_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def names_another_period(text: str, day: date, years: BudgetYears) -> bool:
    """Whether a text names a period other than the one that ends on `day`."""
    plain = folded(text)
    if _OTHER.search(plain):
        return True
    quarters = [(_NUMBERS.get(q) or int(q), int(year)) for q, year in _QUARTER.findall(plain)]
    months = [(int(month), int(year)) for month, year in _MONTH.findall(plain)]
    if quarters or months:
        return ((years.month_of(day) + 2) // 3, years.of(day)) not in quarters and (day.month, day.year) not in months
    named = {int(year) for year in _YEAR.findall(plain)}
    return bool(named) and named.isdisjoint((day.year, years.of(day)))


def second_table(table: Table, number: int, headings: list[str], day: date, years: BudgetYears) -> list[Finding]:
    """The finding of a header that stands once more, below a heading of another period."""
    named = next((text for text in headings if names_another_period(text, day, years)), None)
    if named is None:
        return []
    place: dict[str, Any] = {"sheet_name": table.sheet.name, "sheet_code": table.form_sheet.sheet_code, "row_number": number}
    return [find("second_table", **place, written=named)]


def goes_on(table: Table, lines: TableLines, day: date, sheet: Sheet, register: Register) -> Finding | None:
    """The finding of a sheet without a header that holds further lines of a table, in the same columns; None for another sheet."""
    if table.is_area:
        return None
    shift = table.sheet.first_column - sheet.first_column
    positions = {name: place + shift for name, place in table.positions.items() if place + shift >= 0}
    other = replace(table, sheet=sheet, positions=positions, top=0, first_line=0)
    quantities = [c for c in table.form_sheet.columns if c.is_quantity and c.name in positions]
    known = [line.keys for line in lines.lines if line.line_kind == "detail"]
    for index, row in enumerate(sheet.rows[:LOOKED_AT]):
        filled = {name: row[place] for name, place in positions.items() if place < len(row) and row[place] not in ("", None)}
        texts = {name: text_of(cell) for name, cell in filled.items()}
        read = keys_of(texts, filled, other, register, day)
        if not read.unread and read.keys and holds_number(filled, quantities):
            if read.keys in known:
                return None  # a copy
            return find("sheet_goes_on", sheet_name=sheet.name, row_number=sheet.row_number(index), expected=table.sheet.name)
        if sum(isinstance(cell, str) and bool(cell.strip()) for cell in row) > MOST_HEADINGS:
            return None
    return None
