"""What a line of a table is: a detail, a total, a heading or numbering, and whether a cell of it is wanted."""

from __future__ import annotations

import re
from typing import Any

from ingestion.form import Form
from ingestion.form_sheet import Column
from ingestion.register import Register
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table
from ingestion.written.quantities import read_cell
from ingestion.written.text import folded

HEADING_NUMBER = re.compile(r"[IVXLC]{1,6}|[A-Z]")
COMPANY = re.compile(r"tong cong ty\b")
NUMBERED_LABEL = re.compile(r"( (?:[ivx]+|\d+|[a-d]))*")


def is_numbering(row: list[object]) -> bool:
    """A row such as (1) (2) (3) or A B 1 2 3=1+2 under the header: short references that run on."""
    texts = [text_of(cell).strip() for cell in row if cell not in ("", None)]
    if len(texts) < 3 or not all(re.fullmatch(r"\(?(?:[A-Z]|\d{1,2})\)?(?:\s*=[\d\s()+\-*/:x.%]+)?", text) for text in texts):
        return False
    numbers = [int(n[1]) for n in (re.match(r"\(?(\d{1,2})", text) for text in texts) if n]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if len(numbers) >= 2 else False


def repeats_header(row: list[object], table: Table) -> bool:
    """Whether a row says the table's header once more, as for a second printed page."""
    texts = {folded(cell) for cell in row if isinstance(cell, str) and cell.strip()}
    return len(texts & {folded(header) for header in table.headers.values()}) * 2 >= len(set(table.headers.values())) > 2


def kind_of(table: Table, texts: dict[str, str], unread: list[Column], has_number: bool) -> str | None:
    """detail, total or label; None for a line with a number whose required key does not read.

    A name that only begins as a total ("Tổng cộng A + B", "Tổng công ty …") makes none of a line whose keys read.
    """
    words = {folded(texts[c.name]) for c in table.form_sheet.columns if not c.is_quantity and c.name in texts}
    for label in map(folded, table.form_sheet.total_labels):
        if any(word.startswith(label) and NUMBERED_LABEL.fullmatch(word[len(label) :]) for word in words):
            return "total"
        if unread and " " in label and any(word.startswith(label + " ") and not COMPANY.match(word) for word in words):
            return "total"
    if not unread:
        return "detail"
    if not has_number:
        return "label"
    are_blank = all(c.name not in texts for c in unread)
    position = next((texts[c.name] for c in table.form_sheet.columns if c.role == "label" and c.name in texts), "")
    return "label" if are_blank and HEADING_NUMBER.fullmatch(position.strip(" .)")) else None


def only_names(table: Table, typed: dict[str, object], row: list[object]) -> bool:
    """Whether a row says one text and no more, which is a key only because any text may be one: a note, or a line not filled in."""
    open_keys = {c.name for c in table.form_sheet.columns if c.is_dimension and not c.values and not c.list}
    said = [cell for cell in row if cell not in ("", None) and str(cell).strip()]
    return len(said) == 1 and bool(typed) and typed.keys() <= open_keys


def holds_number(filled: dict[str, object], quantities: list[Column]) -> bool:
    """Whether a quantity cell holds a number other than 0, or may hold one; dates and ticks alone do not make a line of figures."""
    for column in quantities:
        if column.name in filled and column.type not in ("date", "mark", "project_state"):
            cell = read_cell(filled[column.name])
            if cell.value or cell.reading in ("ambiguous", "formula_error"):
                return True
    return False


def is_wanted(column: Column, keys: dict[str, Any], form: Form, table: Table, register: Register) -> bool:
    """Whether a line has a quantity in this column: of columns by indicator, a figure only where it is the source of record.

    An indicator of plan has its one figure in the plan columns; its year-to-date columns say nothing and may stay blank.
    """
    if column.type != "by_indicator" or column.role == "check":
        return True
    indicator = register.indicators.get(keys.get("indicator_code", ""))
    if indicator is None:
        return False
    if indicator.measure == "plan" and column.measure != "plan" and _has_plan_column(table, column):
        return False
    return (indicator.indicator_code, column.fund, form.form_code, table.form_sheet.sheet_code) in register.sources


def _has_plan_column(table: Table, column: Column) -> bool:
    return any(c.measure == "plan" and c.fund == column.fund for c in table.form_sheet.columns)
