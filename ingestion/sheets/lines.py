"""The lines of a table: which are details, totals and headings, what their keys mean, and the reading of each quantity cell.

A line is `total` when a text in it is one of the sheet's total labels, `detail` when its required keys read, else `label`
(a heading, a note, a signature). Decided here, because a figure that silently stands nowhere is the worst outcome:
a line that holds a number but whose required key is blank or unknown returns the file (finding line_key_unreadable), unless its
key cells are blank and it is numbered by a Roman numeral or a letter: then it is a heading with its sub-total, kept as `label`.
"""

from __future__ import annotations

from datetime import date

from ingestion.findings import Finding, find
from ingestion.form import Form
from ingestion.form_sheet import Column
from ingestion.register import Register
from ingestion.sheets.cells import (
    Reading,
    in_column_unit,
    in_whole_parts,
)
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table
from ingestion.sheets.line import Line, TableLines
from ingestion.sheets.line_keys import keys_of, place_of, unknown_notes, unread_finding
from ingestion.sheets.line_kinds import holds_number, is_numbering, is_wanted, kind_of, repeats_header
from ingestion.sheets.line_parts import LinesAbove, heads_its_parts, names_a_sum, numbered_columns
from ingestion.sheets.money_units import is_amount, is_another_unit, own_unit, unit_expected, unit_of_name
from ingestion.sheets.second_tables import second_table
from ingestion.sheets.table_cells import (
    UNDER_MERGED,
    covered_cells,
    mark_of,
    merged_keys,
    reading_of,
    told_by_structure,
)
from ingestion.written.money_units import money_factor
from ingestion.written.quantities import read_cell
from ingestion.written.text import nfc


def read_lines(table: Table, form: Form, register: Register, day: date, default_factor: int) -> TableLines:
    """Read every line below a table's header; names and codes mean what they meant on `day` (the period's end).

    `default_factor` is how much of the currency a unit of money is where the column's header names none. Of details and totals
    every quantity cell has a reading, of headings with numbers the filled ones; what a blank means is decided later, by its column
    and its line's kind.
    """
    out = TableLines()
    quantities = [c for c in table.form_sheet.columns if c.is_quantity and c.name in table.positions]
    covered, marks = covered_cells(table), {column.name: mark_of(table, column.name) for column in quantities}
    keys, above, headings = merged_keys(table), LinesAbove(), list[str]()
    for index in range(table.first_line, len(table.sheet.rows)):
        row, number = table.sheet.rows[index], table.sheet.row_number(index)
        filled = _filled(table, row, number, keys)
        may_number = index < table.first_line + 2 or any(
            repeats_header(above, table) for above in table.sheet.rows[max(table.first_line, index - 2) : index]
        )
        if not filled or (may_number and is_numbering(row)):
            continue
        texts = {name: text_of(cell) for name, cell in filled.items()}
        read = keys_of(texts, filled, table, register, day)
        has_number = holds_number(filled, quantities)
        kind = kind_of(table, texts, read.unread, has_number)
        numbered = numbered_columns(filled, quantities)
        if kind != "total" and above.has_part(table, texts, read):
            kind = "label"
            out.findings += [above.said_of(table, number, texts, numbered)] if has_number else []
        elif kind is None and (names_a_sum(table, texts) or heads_its_parts(table, texts, table.sheet.rows[index + 1 :])):
            kind = "label"
            out.findings.append(find("heading_with_amounts", **place_of(table, number), written=_first_text(texts)))
        elif kind is None:
            out.findings.append(unread_finding(table, number, read.unread[0], texts, register, day))
        elif kind == "detail":
            out.findings += unknown_notes(table, number, texts, read.unknown)
            above.now(number, texts, read.keys, numbered)
        elif kind == "label" and has_number:
            out.findings.append(find("heading_with_amounts", **place_of(table, number), written=_first_text(texts)))
        if repeats_header(row, table):
            out.findings += second_table(table, number, headings, day)
        headings = [*headings, *_texts(row)] if kind == "label" and not has_number else []
        own = own_unit(table, texts)
        own_factor, named = money_factor(own) if own else None, unit_of_name(table, texts)
        line = Line(table.form_sheet.sheet_code, number, kind or "label", texts, read.keys if kind == "detail" else {}, read.codes)
        out.lines.append(line)
        if line.line_kind == "label" and not has_number:
            continue
        for column in quantities:
            if line.line_kind == "label" and column.name not in filled:
                continue
            if line.line_kind == "detail" and not is_wanted(column, line.keys, form, table, register):
                if column.name in filled and read_cell(filled[column.name]).value:
                    place = place_of(table, number, column)
                    out.findings.append(
                        find("figure_not_from_here", **place, written=texts[column.name], header=column.headers[0])
                    )
                continue
            factor = table.money_factors.get(column.name, default_factor)
            is_money = is_amount(column, line.keys, register)
            line_factor = (named if is_money and not own else None) or factor
            reading = reading_of(
                table, number, column, filled.get(column.name, ""), covered, register, line_factor, marks[column.name], is_money
            )
            if line_factor != factor:
                reading = in_column_unit(reading, line_factor, factor)
            if own and column.type == "by_indicator" and reading.decimals is not None:
                if own_factor:
                    reading = in_column_unit(reading, own_factor, factor)
                elif is_another_unit(own, line.keys, register):
                    out.findings.append(_unit_unknown(table, number, column, own, unit_expected(line.keys, register)))
                    reading = Reading("unreadable")
            if is_money:
                reading = in_whole_parts(reading, factor)
            if reading is UNDER_MERGED:
                out.findings.append(find("merged_cells", **place_of(table, number, column)))
            out.findings += told_by_structure(table, number, column, reading, factor)
            out.cells.append((number, column.name, reading))
    out.findings += _hidden_notes(table, out.lines) + _widths(table, out.lines)
    return out


def _unit_unknown(table: Table, number: int, column: Column, written: str, expected: str) -> Finding:
    return find("line_unit_unknown", **place_of(table, number, column), written=written, expected=expected)


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


def _widths(table: Table, lines: list[Line]) -> list[Finding]:
    """Lines of a delimited file with fewer fields than the header, or something beyond it: what stands where is not certain."""
    sheet, findings = table.sheet, []
    if not sheet.widths:
        return []
    header = sheet.rows[table.top : table.first_line]  # a delimiter behind the last name heads nothing
    expected = max((place + 1 for row in header for place, cell in enumerate(row) if cell not in ("", None)), default=0)
    for line in lines:
        width = sheet.widths.get(line.row_number, expected)
        beyond = sheet.rows[line.row_number - sheet.first_row][expected:]
        if line.line_kind != "label" and (width < expected or any(beyond)):
            findings.append(find("row_of_other_width", row_number=line.row_number, written=width, expected=expected))
    return findings


def _texts(row: list[object]) -> list[str]:
    return [cell for cell in row if isinstance(cell, str) and cell.strip()]


def _filled(table: Table, row: list[object], number: int, keys: dict[tuple[int, int], object]) -> dict[str, object]:
    """Form column → cell, of the cells that hold something; an error or a formula without a result is its own text.

    `keys` holds what cells merged over several lines give to each line.
    """
    faults, first = table.sheet.formula_faults, table.sheet.first_column
    filled = {}
    for name, position in table.positions.items():
        cell = row[position] if position < len(row) else ""
        if faults and (number, first + position) in faults:
            cell = faults[number, first + position]
        if keys and cell in ("", None):
            cell = keys.get((number, first + position), "")
        if cell not in ("", None) and not (isinstance(cell, str) and not cell.strip()):
            filled[name] = nfc(cell) if isinstance(cell, str) else cell
    return filled


def _first_text(texts: dict[str, str]) -> str:
    return next((text for text in texts.values() if not text.strip().isdigit()), "")
