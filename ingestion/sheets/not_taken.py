"""What stands on a sheet outside the tables that were taken from it, where a form says itself where its tables stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingestion.findings import Finding, find
from ingestion.form_words import BLANK_ROW
from ingestion.readers.sheets import Sheet
from ingestion.register import Register
from ingestion.sheets.draft import Draft
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table, is_year, tables_between
from ingestion.sheets.line_keys import keys_of
from ingestion.sheets.line_kinds import holds_number
from ingestion.sheets.sharing import is_blank, is_placed
from ingestion.sheets.table_rows import filled_cells
from ingestion.written.quantities import LONGEST_NUMBER, read_cell

MOST_NAMED = 8


def not_taken(draft: Draft, sheets: Sequence[Sheet], register: Register) -> list[Finding]:
    """The findings of lines below the end of a table, of further tables with its columns, and of numbers outside all tables.

    Of sheets on which every table reaches to the end, nothing: there the lines themselves say what is odd.
    """
    found: list[Finding] = []
    for sheet in sheets:
        tables = [table for table in draft.tables if table.sheet.name == sheet.name]
        if not any(is_placed(table.form_sheet) for table in tables) and len(tables) < 2:
            continue
        for table in tables:
            found += [*_lines_below(draft, table, sheet, tables, register), *_other_tables(table, sheet, tables)]
        found += _numbers(draft, sheet, tables)
    return found


def _lines_below(
    draft: Draft, table: Table, sheet: Sheet, tables: Sequence[Table], register: Register
) -> Iterator[Finding]:
    """The finding of a line that goes on below the empty row that ends a table: half of it would be lost."""
    end = len(table.sheet.rows)
    below = next((n for n in range(end, len(sheet.rows)) if not is_blank(sheet.rows[n], table)), None)
    if draft.identity is None or table.form_sheet.ends_at != BLANK_ROW or below is None or _is_of_others(below, table, tables):
        return
    filled = filled_cells(table, sheet.rows[below], sheet.row_number(below), {})
    texts = {name: text_of(cell) for name, cell in filled.items()}
    read = keys_of(texts, filled, table, register, draft.identity.period_end)
    quantities = [c for c in table.form_sheet.columns if c.is_quantity and c.name in table.positions]
    if read.keys and not read.unread and holds_number(filled, quantities):
        code = table.form_sheet.sheet_code
        yield find("lines_below_end", sheet_name=sheet.name, sheet_code=code, row_number=sheet.row_number(below))


def _other_tables(table: Table, sheet: Sheet, tables: Sequence[Table]) -> Iterator[Finding]:
    form_sheet = table.form_sheet
    if table.is_area or not is_placed(form_sheet):
        return
    for other in tables_between(sheet, form_sheet, 0, len(sheet.rows)):
        is_own = table.top <= other.first_line - 1 and other.top < len(table.sheet.rows)
        if not is_own and other.score >= table.score and not _is_of_others(other.first_line - 1, table, tables):
            bounds = " … ".join(each for each in (form_sheet.starts_after, form_sheet.ends_at) if each)
            yield find(
                "table_outside_bounds", sheet_name=sheet.name, sheet_code=form_sheet.sheet_code,
                row_number=sheet.row_number(other.first_line - 1), expected=bounds,
            )  # fmt: skip
            return


def _is_of_others(index: int, table: Table, tables: Sequence[Table]) -> bool:
    others = [other for other in tables if other is not table and not other.stands_beside(table)]
    begins = {id(other): other.top if other.is_area else other.begin for other in others}
    return any(begins[id(other)] <= index < max(len(other.sheet.rows), other.first_line) for other in others)


def _numbers(draft: Draft, sheet: Sheet, tables: Sequence[Table]) -> Iterator[Finding]:
    """The finding of cells with numbers in no table, in no value of an area and in no field of the header."""
    addresses = {cell.cell_address for cell in draft.header.values() if cell.sheet_name == sheet.name}
    left = [
        sheet.address(index, position)
        for index, row in enumerate(sheet.rows)
        for position, cell in enumerate(row)
        if _is_number(cell) and not any(_holds(table, index, position) for table in tables)
    ]
    left = [address for address in left if address not in addresses]
    if left:
        more = f" … (+{len(left) - MOST_NAMED})" if len(left) > MOST_NAMED else ""
        yield find("numbers_not_taken", sheet_name=sheet.name, written=", ".join(left[:MOST_NAMED]) + more, expected=len(left))


def _holds(table: Table, index: int, position: int) -> bool:
    if table.is_area:
        row = table.sheet.row_number(index)
        is_value = any(table.positions[name] == position for name, at in table.cell_rows.items() if at == row)
        return is_value or (index, position) in table.labels.values()
    first, last = table.span
    heads = [place for place, _ in table.extra]
    return table.top <= index < len(table.sheet.rows) and min(first, *heads, first) <= position <= max(last, *heads, last)


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return 0 < len(cell) <= LONGEST_NUMBER and any(c.isdigit() for c in cell) and read_cell(cell).reading == "number"
    return isinstance(cell, int | float) and not isinstance(cell, bool) and not is_year(cell)
