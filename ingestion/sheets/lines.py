"""The lines of a table: which are details, totals and headings, what their keys mean, and the reading of each quantity cell.

A line is `total` when a text in it is one of the sheet's total labels, `detail` when its required keys read, else `label`
(a heading, a note, a signature). Decided here, because a figure that silently stands nowhere is the worst outcome:
a line that holds a number but whose required key is blank or unknown returns the file (finding line_key_unreadable), unless its
key cells are blank and it is numbered by a Roman numeral or a letter: then it is a heading with its sub-total, kept as `label`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form import Column, Form
from ingestion.register import Register
from ingestion.sheets.cells import BLANK, Reading, in_column_unit, read_quantity, shown_percentage
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table
from ingestion.sheets.line_keys import keys_of, place_of, unknown_notes, unread_finding
from ingestion.written.quantities import LONGEST_NUMBER, decimal_mark_of, money_factor, read_cell
from ingestion.written.text import folded, nfc

HEADING_NUMBER = re.compile(r"[IVXLC]{1,6}|[A-Z]")
UNDER_MERGED = Reading("unreadable")  # a blank that is no blank; compared by identity
NUMBERED_LABEL = re.compile(r"( (?:[ivx]+|\d+|[a-d]))*")


@dataclass(frozen=True)
class Line:
    """One source line: its text as typed by form column, its kind, and its keys (the columns of raw.line)."""

    sheet_code: str
    row_number: int
    line_kind: str
    texts: dict[str, str]
    keys: dict[str, str]


@dataclass
class TableLines:
    """What a table holds: lines, the readings of their quantity cells as (row, column, reading), and findings."""

    lines: list[Line] = field(default_factory=list)
    cells: list[tuple[int, str, Reading]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_lines(table: Table, form: Form, register: Register, day: date, default_factor: int) -> TableLines:
    """Read every line below a table's header; names and codes mean what they meant on `day` (the period's end).

    `default_factor` is đồng a unit of money where the column's header names none. Of details and totals every quantity cell has a
    reading, of headings with numbers the filled ones; what a blank means is decided later, by its column and its line's kind.
    """
    out = TableLines()
    quantities = [c for c in table.form_sheet.columns if c.is_quantity and c.name in table.positions]
    covered, marks = _covered(table), {column.name: _mark_of(table, column.name) for column in quantities}
    for index in range(table.first_line, len(table.sheet.rows)):
        row, number = table.sheet.rows[index], table.sheet.row_number(index)
        filled = _filled(table, row, number)
        if not filled or (index < table.first_line + 2 and _is_numbering(row)):
            continue
        texts = {name: text_of(cell) for name, cell in filled.items()}
        read = keys_of(texts, filled, table, register, day)
        has_number = _has_number(filled, quantities)
        kind = _kind_of(table, texts, read.unread, has_number)
        if kind is None:
            out.findings.append(unread_finding(table, number, read.unread[0], texts, register, day))
        elif kind == "detail":
            out.findings += unknown_notes(table, number, texts, read.unknown)
        elif kind == "label" and has_number:
            out.findings.append(find("heading_with_amounts", **place_of(table, number), written=_first_text(texts)))
        own_factor = _own_money_factor(table, texts)
        line = Line(table.form_sheet.sheet_code, number, kind or "label", texts, read.keys if kind == "detail" else {})
        out.lines.append(line)
        if line.line_kind == "label" and not has_number:
            continue
        for column in quantities:
            if line.line_kind == "label" and column.name not in filled:
                continue
            if line.line_kind == "detail" and not _is_wanted(column, line.keys, form, table, register):
                if column.name in filled and read_cell(filled[column.name]).value:
                    place = place_of(table, number, column)
                    out.findings.append(
                        find("figure_not_from_here", **place, written=texts[column.name], header=column.headers[0])
                    )
                continue
            factor = table.money_factors.get(column.name, default_factor)
            reading = _reading(table, number, column, filled.get(column.name, ""), covered, register, factor, marks[column.name])
            if own_factor and column.type == "by_indicator" and reading.decimals is not None:
                reading = in_column_unit(reading, own_factor, factor)
            if reading is UNDER_MERGED:
                out.findings.append(find("merged_cells", **place_of(table, number, column)))
            out.cells.append((number, column.name, reading))
    out.findings += _hidden_notes(table, out.lines)
    return out


def _reading(
    table: Table,
    number: int,
    column: Column,
    written: object,
    covered: set,
    register: Register,
    factor: int,
    mark_of_column: Callable[[], str | None],
) -> Reading:
    position = table.positions[column.name]
    place = (number, table.sheet.first_column + position)
    if written == "":
        return UNDER_MERGED if place in covered else BLANK
    reading = read_quantity(written, column, factor, register.states, mark_of_column)
    return shown_percentage(reading) if column.type == "percent" and place in table.sheet.percent_cells else reading


def _mark_of(table: Table, name: str) -> Callable[[], str | None]:
    """The decimal mark of a column, found out once and only when a cell of it asks."""
    position = table.positions[name]

    @cache
    def mark() -> str | None:
        cells = (row[position] for row in table.sheet.rows[table.first_line :] if position < len(row))
        return decimal_mark_of(cell for cell in cells if isinstance(cell, str) and len(cell) <= LONGEST_NUMBER)

    return mark


def _own_money_factor(table: Table, texts: dict[str, str]) -> int | None:
    """The unit of money that a line's own unit of measure names; it beats the column's and the header's."""
    written = (texts.get(column.name, "") for column in table.form_sheet.columns if column.type == "unit_of_measure")
    return next((money_factor(text) for text in written if text), None)


def _hidden_notes(table: Table, lines: list[Line]) -> list[Finding]:
    sheet, place = table.sheet, {"sheet_name": table.sheet.name, "sheet_code": table.form_sheet.sheet_code}
    rows = [str(line.row_number) for line in lines if line.row_number in sheet.hidden_rows]
    columns = [table.headers[name] for name, p in table.positions.items() if sheet.first_column + p in sheet.hidden_columns]
    notes = []
    if rows:
        notes.append(find("hidden_rows", **place, written=", ".join(rows[:20]) + (" …" if len(rows) > 20 else "")))
    if columns:
        notes.append(find("hidden_columns", **place, written=", ".join(columns)))
    return notes


def _filled(table: Table, row: list[object], number: int) -> dict[str, object]:
    """Form column → cell, of the cells that hold something; an error or a formula without a result is its own text."""
    faults, first = table.sheet.formula_faults, table.sheet.first_column
    filled = {}
    for name, position in table.positions.items():
        cell = row[position] if position < len(row) else ""
        if faults and (number, first + position) in faults:
            cell = faults[number, first + position]
        if cell not in ("", None) and not (isinstance(cell, str) and not cell.strip()):
            filled[name] = nfc(cell) if isinstance(cell, str) else cell
    return filled


def _is_numbering(row: list[object]) -> bool:
    """A row such as (1) (2) (3) or A B 1 2 3=1+2 under the header: short references that run on."""
    texts = [text_of(cell).strip() for cell in row if cell not in ("", None)]
    if len(texts) < 3 or not all(re.fullmatch(r"\(?(?:[A-Z]|\d{1,2})\)?(?:\s*=[\d\s()+\-*/:x.%]+)?", text) for text in texts):
        return False
    numbers = [int(n[1]) for n in (re.match(r"\(?(\d{1,2})", text) for text in texts) if n]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if len(numbers) >= 2 else False


def _kind_of(table: Table, texts: dict[str, str], unread: list[Column], has_number: bool) -> str | None:
    """detail, total or label; None for a line with a number whose required key does not read."""
    words = {folded(texts[c.name]) for c in table.form_sheet.columns if not c.is_quantity and c.name in texts}
    for label in map(folded, table.form_sheet.total_labels):
        if any(word.startswith(label) and NUMBERED_LABEL.fullmatch(word[len(label) :]) for word in words):
            return "total"
        if " " in label and any(word.startswith(label + " ") for word in words):
            return "total"
    if not unread:
        return "detail"
    if not has_number:
        return "label"
    are_blank = all(c.name not in texts for c in table.form_sheet.columns if c.role == "key")
    position = next((texts[c.name] for c in table.form_sheet.columns if c.role == "label" and c.name in texts), "")
    return "label" if are_blank and HEADING_NUMBER.fullmatch(position.strip(" .)")) else None


def _has_number(filled: dict[str, object], quantities: list[Column]) -> bool:
    """Whether a quantity cell holds a number other than 0, or may hold one; dates and ticks alone do not make a line of figures."""
    for column in quantities:
        if column.name in filled and column.type not in ("date", "mark", "project_state"):
            cell = read_cell(filled[column.name])
            if cell.value or cell.reading in ("ambiguous", "formula_error"):
                return True
    return False


def _is_wanted(column: Column, keys: dict[str, Any], form: Form, table: Table, register: Register) -> bool:
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


def _covered(table: Table) -> set[tuple[int, int]]:
    """Cells of the table's body that lie under a merged cell, without the one that holds its value."""
    sheet, columns = table.sheet, sorted(table.sheet.first_column + position for position in table.positions.values())
    first, last = sheet.row_number(table.first_line), sheet.row_number(len(sheet.rows) - 1)
    return {
        (row, column)
        for top, left, bottom, right in sheet.merged
        if bottom >= first and bottom - top < 1000
        for row in range(max(top, first), min(bottom, last) + 1)
        for column in columns
        if left <= column <= right and (row, column) != (top, left)
    }


def _first_text(texts: dict[str, str]) -> str:
    return next((text for text in texts.values() if not text.strip().isdigit()), "")
