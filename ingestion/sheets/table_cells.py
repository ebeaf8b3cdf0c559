"""The reading of a quantity cell of a table, by its column, its format and what the structure of the file says of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ingestion.findings import Finding, find
from ingestion.form import Column
from ingestion.register import Register
from ingestion.sheets.cells import (
    BLANK,
    Reading,
    in_thousands,
    read_quantity,
    shown_percentage,
)
from ingestion.sheets.layout import Table
from ingestion.sheets.line_keys import place_of
from ingestion.written.quantities import LONGEST_NUMBER, decimal_mark_of, has_three_decimals

UNDER_MERGED = Reading("unreadable")  # a blank that is no blank; compared by identity
NEVER_CALCULATED = Reading("unreadable")  # a result that its formula contradicts; likewise
DOUBTFUL = Reading("unreadable")  # two readers differ, or all is struck out; likewise


def reading_of(
    table: Table,
    number: int,
    column: Column,
    written: object,
    covered: set[tuple[int, int]],
    register: Register,
    factor: int,
    mark_of_column: Callable[[], str | None],
) -> Reading:
    """The reading of one quantity cell: what people see there, in the unit of its column."""
    position = table.positions[column.name]
    place = (number, table.sheet.first_column + position)
    if written == "":
        return UNDER_MERGED if place in covered else BLANK
    if column.type == "date" and table.sheet.day_offset and isinstance(written, int | float):
        written += table.sheet.day_offset
    if place in table.sheet.never_calculated:
        return NEVER_CALCULATED
    if place in table.sheet.doubtful:
        return DOUBTFUL
    reading = read_quantity(written, column, factor, register.states, mark_of_column)
    reading = in_thousands(reading, table.sheet.thousands.get(place, 0))
    return shown_percentage(reading) if column.type == "percent" and place in table.sheet.percent_cells else reading


def told_by_structure(table: Table, number: int, column: Column, reading: Reading) -> list[Finding]:
    """What the file's own structure says of a cell: a result that was never calculated, runs of text that were left out."""
    sheet, place = table.sheet, (number, table.sheet.first_column + table.positions[column.name])
    if reading is NEVER_CALCULATED:
        return [find("formula_not_calculated", **place_of(table, number, column), written=sheet.never_calculated[place])]
    if reading is DOUBTFUL:
        return [find("cell_doubtful", **place_of(table, number, column), written=sheet.doubtful[place])]
    if place in sheet.apart:
        text = sheet.rows[number - sheet.first_row][table.positions[column.name]]
        return [find("text_set_apart", **place_of(table, number, column), written=sheet.apart[place], expected=text)]
    return []


def mark_of(table: Table, name: str) -> Callable[[], str | None]:
    """The decimal mark of a column, found out once and only when a cell of it asks: by the marks of its other texts, else by its
    numbers. Where those have three decimals, three digits behind a mark are decimals too.
    """
    position = table.positions[name]

    @cache
    def mark() -> str | None:
        cells = [row[position] for row in table.sheet.rows[table.first_line :] if position < len(row)]
        texts = (cell for cell in cells if isinstance(cell, str) and len(cell) <= LONGEST_NUMBER)
        return decimal_mark_of(texts) or (",." if has_three_decimals(cells) else None)

    return mark


def covered_cells(table: Table) -> set[tuple[int, int]]:
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
