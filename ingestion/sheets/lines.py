"""The lines of a table: which are details, totals and headings, what their keys mean, and the reading of each quantity cell.

A line is `total` when a text in it is one of the sheet's total labels (`block_total` when it is that of one block under a heading),
`detail` when its required keys read, else `label` (a heading, a note, a signature). Decided here, because a figure that silently
stands nowhere is the worst outcome: a line that holds a number but whose required key is blank or unknown returns the file (finding
line_key_unreadable), unless its key cells are blank and it is numbered by a Roman numeral or a letter: then it is a heading with
its sub-total, kept as `label`. An area of labels is one line.
"""

from __future__ import annotations

from datetime import date

from ingestion.findings import find
from ingestion.form import Form
from ingestion.register import Register
from ingestion.sheets.block_lines import BlockLines
from ingestion.sheets.headers import text_of
from ingestion.sheets.key_values import value_at
from ingestion.sheets.layout import Table
from ingestion.sheets.line import Line, TableLines
from ingestion.sheets.line_cells import LineCells
from ingestion.sheets.line_keys import LineKeys, keys_of, place_of, unknown_notes, unread_finding
from ingestion.sheets.line_kinds import holds_number, is_numbering, kind_of, only_names, repeats_header
from ingestion.sheets.line_parts import LinesAbove, adds_up, heads_its_parts, names_a_sum, numbered_columns
from ingestion.sheets.own_codes import dimension_key
from ingestion.sheets.second_tables import second_table
from ingestion.sheets.table_cells import merged_keys
from ingestion.sheets.table_rows import (
    FilledDown,
    filled_cells,
    header_elsewhere,
    hidden_notes,
    is_something,
    says_header_again,
    widths_told,
)


def read_lines(table: Table, form: Form, register: Register, day: date, default_factor: int) -> TableLines:
    """Read every line below a table's header; names and codes mean what they meant on `day` (the period's end).

    `default_factor` is how much of the currency a unit of money is where the column's header names none. Of details and totals
    every quantity cell has a reading, of headings with numbers the filled ones; what a blank means is decided later, by its column
    and its line's kind.
    """
    cells = LineCells(table, form, register, default_factor)
    if table.is_area:
        return _read_area(table, cells, register, day)
    out, sheet, quantities = TableLines(), table.form_sheet, cells.quantities
    has_own = bool(sheet.own_columns or sheet.repeat_by)
    merged, above, headings = merged_keys(table), LinesAbove(), list[str]()
    down, blocks = FilledDown(table), BlockLines(table, register, day)
    for index in range(table.first_line, len(table.sheet.rows)):
        row, number = table.sheet.rows[index], table.sheet.row_number(index)
        heading, said = blocks.heading_in(index)
        typed = filled_cells(table, row, number, merged)
        may_number = index < table.first_line + 2 or any(
            repeats_header(each, table) for each in table.sheet.rows[max(table.first_line, index - 2) : index]
        )
        out.findings += said
        if not typed or (may_number and is_numbering(row)):
            continue
        filled = blocks.given_to(down.given_to(typed))
        texts = {name: text_of(cell) for name, cell in filled.items()}
        read = keys_of(texts, filled, table, register, day)
        has_number = holds_number(filled, quantities)
        kind = kind_of(table, texts, read.unread, has_number)
        numbered = numbered_columns(filled, quantities)
        if heading or (has_own and says_header_again(table, row)):
            kind, above = "label", LinesAbove()
            if has_number:
                out.findings.append(find("heading_with_amounts", **place_of(table, number), written=_first_text(texts)))
        elif has_own and kind != "total" and not blocks.has_keys(number, has_number, read, out.findings):
            kind = "label"
        elif has_own and kind != "total" and adds_up(table, texts, bool(read.unread)):
            kind = "total" if blocks.has_begun else "label"
            if kind == "label" and has_number:
                out.findings.append(find("heading_with_amounts", **place_of(table, number), written=_first_text(texts)))
        elif kind != "total" and above.has_part(table, texts, read):
            kind = "label"
            out.findings += [above.said_of(table, number, texts, numbered)] if has_number else []
        elif kind is None and (names_a_sum(table, texts) or heads_its_parts(table, texts, table.sheet.rows[index + 1 :])):
            kind = "label"
            out.findings.append(find("heading_with_amounts", **place_of(table, number), written=_first_text(texts)))
        elif kind is None:
            out.findings.append(unread_finding(table, number, read.unread[0], texts, register, day))
        elif kind == "detail" and has_own and only_names(table, typed, row):
            kind = "label"
            out.findings.append(find("line_without_figures", **place_of(table, number), written=_first_text(texts)))
        elif kind == "detail":
            out.findings += unknown_notes(table, number, texts, read.unknown)
            above.now(number, texts, read.keys, numbered)
        elif kind == "label" and has_number:
            out.findings.append(find("heading_with_amounts", **place_of(table, number), written=_first_text(texts)))
        if heading:
            down.forget()
        else:
            down.remember(kind, typed)
        if kind == "label" or has_own:
            out.findings += header_elsewhere(table, row, number)
        if repeats_header(row, table):
            out.findings += second_table(table, number, headings, day, register.budget_years)
        headings = [*headings, *_texts(row)] if kind == "label" and not has_number and not heading else []
        if kind != "detail":
            texts = {name: text for name, text in texts.items() if name in typed}
        line = Line(sheet.sheet_code, number, kind or "label", texts, *_keys(kind, read, table))
        blocks.line(line, len(out.lines))
        out.lines.append(line)
        if line.line_kind != "label" or has_number:
            cells.read_into(out, line, filled)
    blocks.settle(out)
    out.findings += hidden_notes(table, out.lines) + widths_told(table, out.lines)
    return out


def _keys(kind: str | None, read: LineKeys, table: Table) -> tuple[dict[str, str], dict[str, str]]:
    """The keys and own codes of a line: all of a detail, those of its sheet of a total."""
    if kind == "detail":
        return read.keys, read.codes
    if kind != "total" or not table.form_sheet.keys:
        return {}, {}
    codes = dict(table.form_sheet.keys)
    return {"dimension_key": dimension_key(codes, table.form_sheet)}, codes


def _read_area(table: Table, cells: LineCells, register: Register, day: date) -> TableLines:
    """The one line of an area of labels, in the row of its first value."""
    out = TableLines()
    values = {name: value_at(table, name) for name in table.positions}
    filled = {name: cell for name, cell in values.items() if is_something(cell)}
    texts = {name: text_of(cell) for name, cell in filled.items()}
    read = keys_of(texts, filled, table, register, day)
    number = min(table.cell_rows.values())
    has_number = holds_number(filled, cells.quantities)
    if read.unread and has_number:
        out.findings.append(unread_finding(table, number, read.unread[0], texts, register, day))
    out.findings += unknown_notes(table, number, texts, read.unknown)
    kind = "label" if read.unread else "detail"
    line = Line(table.form_sheet.sheet_code, number, kind, texts, *_keys(kind, read, table))
    out.lines.append(line)
    if kind == "detail" or has_number:
        cells.read_into(out, line, filled)
    out.findings += hidden_notes(table, out.lines)
    return out


def _texts(row: list[object]) -> list[str]:
    return [cell for cell in row if isinstance(cell, str) and cell.strip()]


def _first_text(texts: dict[str, str]) -> str:
    return next((text for text in texts.values() if not text.strip().isdigit()), "")
