"""The rows of a table as they go by: what stands in which column, and the keys typed once for several lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingestion.findings import Finding, find
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table
from ingestion.sheets.line import Line
from ingestion.written.text import folded, nfc


def filled_cells(table: Table, row: Sequence[object], number: int, keys: dict[tuple[int, int], object]) -> dict[str, object]:
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


def is_something(cell: object) -> bool:
    """Whether a cell shows something."""
    return cell not in ("", None) and not (isinstance(cell, str) and not cell.strip())


class FilledDown:
    """What was typed last in the columns of a form that hold until the next (`fill_down`)."""

    def __init__(self, table: Table) -> None:
        self.names = [c.name for c in table.form_sheet.columns if c.fill_down and c.name in table.positions]
        self.last: dict[str, object] = {}

    def given_to(self, typed: dict[str, object]) -> dict[str, object]:
        """A line with what was typed above it, where its own cell is empty; nothing for a line that says nothing else.

        A column typed anew ends what the columns behind it said.
        """
        kept = {name: self.last[name] for name in self._still_held(typed) if name not in typed}
        return {**kept, **typed} if kept and typed.keys() - {*self.names} else typed

    def remember(self, kind: str | None, typed: dict[str, object]) -> None:
        """A detail line, or one on which such columns stand alone, tells what holds from here on."""
        if self.names and (kind == "detail" or not typed.keys() - {*self.names}):
            held = {name: self.last[name] for name in self._still_held(typed)}
            self.last = {**held, **{name: cell for name, cell in typed.items() if name in self.names}}

    def forget(self) -> None:
        """The heading of a further block ends what was typed in the one above."""
        self.last = {}

    def _still_held(self, typed: dict[str, object]) -> list[str]:
        ends = next((n for n, name in enumerate(self.names) if name in typed), len(self.names))
        return [name for name in self.names[: ends + 1] if name in self.last]


def says_header_again(table: Table, row: Sequence[object]) -> bool:
    """Whether a row says a row of the table's header once more, in the table's own columns."""
    left, right = table.span
    said = [folded(text_of(cell)) for cell in row[left : right + 1]]
    if sum(map(bool, said)) < min(2, len(table.positions)):
        return False
    rows = table.sheet.rows[table.top : table.first_line]
    return any(said == [folded(text_of(cell)) for cell in head[left : right + 1]] for head in rows)


def header_elsewhere(table: Table, row: Sequence[object], number: int) -> list[Finding]:
    """The finding of a header that stands once more with its columns elsewhere: what stands below would be taken for others."""
    wanted = {name: folded(text) for name, text in table.headers.items() if folded(text)}
    said = {folded(cell): place for place, cell in reversed(list(enumerate(row))) if isinstance(cell, str) and cell.strip()}
    there = [name for name, text in wanted.items() if text in said]
    moved = [name for name in there if not _stands(row, table.positions[name], wanted[name])]
    if len(there) * 2 < len(wanted) or len(there) < 2 or not moved:
        return []
    first = moved[0]
    cell = table.sheet.address(number - table.sheet.first_row, said[wanted[first]])
    expected = table.sheet.address(number - table.sheet.first_row, table.positions[first])
    place: dict[str, Any] = {"sheet_name": table.sheet.name, "sheet_code": table.form_sheet.sheet_code, "row_number": number}
    return [find("block_in_other_columns", **place, cell=cell, written=table.headers[first], expected=expected)]


def _stands(row: Sequence[object], position: int, text: str) -> bool:
    return position < len(row) and folded(text_of(row[position])) == text


def widths_told(table: Table, lines: Sequence[Line]) -> list[Finding]:
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


def hidden_notes(table: Table, lines: Sequence[Line]) -> list[Finding]:
    """Notes on lines and columns of a table that the sender hid."""
    sheet = table.sheet
    place: dict[str, Any] = {"sheet_name": sheet.name, "sheet_code": table.form_sheet.sheet_code}
    numbers = sorted({*table.cell_rows.values()} or {line.row_number for line in lines})
    rows = [str(number) for number in numbers if number in sheet.hidden_rows]
    columns = [table.headers[name] for name, p in table.positions.items() if sheet.first_column + p in sheet.hidden_columns]
    notes = []
    if rows:
        notes.append(find("hidden_rows", **place, written=", ".join(rows[:20]) + (" …" if len(rows) > 20 else "")))
    if columns:
        notes.append(find("hidden_columns", **place, written=", ".join(columns)))
    return notes
