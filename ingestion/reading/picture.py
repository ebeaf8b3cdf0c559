"""What a form makes of a workbook, cell by cell: header fields, tables, keys, figures, and what was not taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingestion.form_sheet import Column
from ingestion.readers.sheets import Sheet
from ingestion.sheets.draft import Draft
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table
from ingestion.written.quantities import read_cell

# mark → what a cell with it is; the order is that of the legend
MARKS = {
    "i": "identity: who, which period, which unit of money",
    "H": "header of a table",
    "K": "key of a line",
    "F": "figure",
    "C": "check: compared, never added",
    "A": "attribute or text of a line",
    "T": "cell of a total",
    "l": "label, numbering, heading",
    "#": "a number that was not taken",
    "x": "a text in a table that was not taken",
    "·": "a text around the tables",
    "!": "a finding refuses it",
}
NOT_TAKEN = ("#", "x")
_MARK_OF_ROLE = {
    "key": "K", "place": "K", "figure": "F", "check": "C", "attribute": "A", "text": "A", "personal": "A", "label": "l",
}  # fmt: skip


@dataclass(frozen=True)
class MarkedSheet:
    """A sheet with a mark for each cell that holds something.

    cells   (index of the row, position) → mark, one of MARKS
    tables  the tables of the form that were found on it, each with the submission that they belong to
    """

    sheet: Sheet
    cells: dict[tuple[int, int], str]
    tables: tuple[tuple[Draft, Table], ...]

    def not_taken(self) -> list[tuple[str, str]]:
        """Address and text of each cell that holds something and was not taken, in reading order."""
        return [
            (self.sheet.address(index, position), text_of(self.sheet.rows[index][position]))
            for (index, position), mark in sorted(self.cells.items())
            if mark in NOT_TAKEN
        ]


def marked_sheets(sheets: Iterable[Sheet], drafts: Iterable[Draft]) -> list[MarkedSheet]:
    """Every sheet of a file, marked by what its submissions took from it."""
    drafts = list(drafts)
    return [_marked(sheet, drafts) for sheet in sheets]


def _marked(sheet: Sheet, drafts: list[Draft]) -> MarkedSheet:
    tables = tuple((draft, table) for draft in drafts for table in draft.tables if table.sheet.name == sheet.name)
    taken: dict[tuple[int, int], str] = {}
    for draft, table in tables:
        taken |= _of_table(draft, table)
    addresses = {cell.cell_address for draft in drafts for cell in draft.header.values() if cell.sheet_name == sheet.name}
    refused = {
        finding.cell_address
        for draft in drafts
        for finding in draft.findings
        if finding.verdict == "cell" and finding.sheet_name == sheet.name
    }
    in_tables = {row for rows in (_rows_of(draft, table) for draft, table in tables) for row in rows}
    cells = {}
    for index, row in enumerate(sheet.rows):
        for position, cell in enumerate(row):
            if cell in ("", None) or (isinstance(cell, str) and not cell.strip()):
                continue
            address = sheet.address(index, position)
            mark = "!" if address in refused else "i" if address in addresses else taken.get((index, position))
            cells[index, position] = mark or _left(cell, not tables or index in in_tables)
    return MarkedSheet(sheet, cells, tables)


def _left(cell: object, is_in_table: bool) -> str:
    """The mark of a cell that nothing took; on a sheet without a table every text may have been meant."""
    return "#" if read_cell(cell).value is not None else "x" if is_in_table else "·"


def _rows_of(draft: Draft, table: Table) -> range:
    """The indices of a table's rows, from its header to its last line."""
    lines = draft.lines.get(table.form_sheet.sheet_code)
    last = max((line.row_number - table.sheet.first_row for line in lines.lines), default=0) if lines else 0
    return range(table.top, max(last + 1, table.first_line))


def _of_table(draft: Draft, table: Table) -> dict[tuple[int, int], str]:
    """(index of the row, position) → mark of the cells that a table has: its header, and its lines by their kind and column."""
    marks = {
        (index, position): "H"
        for index in range(table.top, table.first_line)
        if not table.is_area
        for position in range(len(table.sheet.rows[index]))
        if table.sheet.rows[index][position] not in ("", None)
    }
    marks |= dict.fromkeys(table.labels.values(), "H")
    lines = draft.lines.get(table.form_sheet.sheet_code)
    columns = table.form_sheet.column_by_name
    for line in lines.lines if lines else ():
        for name, position in table.positions.items():
            index = table.row_of(name, line.row_number) - table.sheet.first_row
            marks[index, position] = _mark_of(line.line_kind, columns[name])
    return marks


def _mark_of(line_kind: str, column: Column) -> str:
    if line_kind == "label":
        return "l"
    if line_kind in ("total", "block_total") and column.role in ("figure", "check", "key", "place"):
        return "T"
    return _MARK_OF_ROLE[column.role]
