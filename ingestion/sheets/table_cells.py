"""The reading of a quantity cell of a table, by its column, its format and what the structure of the file says of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ingestion.findings import Finding, find
from ingestion.form_sheet import Column
from ingestion.register import Register
from ingestion.sheets.cells import (
    BLANK,
    Reading,
    in_column_unit,
    in_thousands,
    read_quantity,
    shown_percentage,
)
from ingestion.sheets.layout import Table
from ingestion.sheets.line_keys import place_of
from ingestion.written.counts import multiple_of
from ingestion.written.money_units import is_currency, money_factor, other_currency, unit_names
from ingestion.written.quantities import LONGEST_NUMBER, decimal_mark_of, has_three_decimals
from ingestion.written.text import folded

KEY_ROLES = ("key", "place")
LETTERS_OF_THOUSANDS = {"k": 1, "m": 2, "mm": 2, "b": 3, "bn": 3}
UNDER_MERGED = Reading("unreadable")  # a blank that is no blank; compared by identity
NEVER_CALCULATED = Reading("unreadable")  # a result that its formula contradicts; likewise
DOUBTFUL = Reading("unreadable")  # two readers differ, or all is struck out; likewise
UNSEEN = Reading("unreadable")  # its format hides the number, or its minus; likewise
OTHER_WORDS = Reading("unreadable")  # its format shows another unit than the column's; likewise


def reading_of(
    table: Table,
    number: int,
    column: Column,
    written: object,
    covered: set[tuple[int, int]],
    register: Register,
    factor: int,
    mark_of_column: Callable[[], str | None],
    is_money: bool,
) -> Reading:
    """The reading of one quantity cell: what people see there, in the unit of its column; `is_money`: it is an amount."""
    row_number = table.row_of(column.name, number) if table.cell_rows else number
    place = (row_number, table.sheet.first_column + table.positions[column.name])
    if written == "":
        return UNDER_MERGED if place in covered else BLANK
    if column.type == "date" and table.sheet.day_offset and isinstance(written, int | float):
        written += table.sheet.day_offset
    if place in table.sheet.never_calculated:
        return NEVER_CALCULATED
    if place in table.sheet.doubtful:
        return DOUBTFUL
    if place in table.sheet.unseen and column.type not in ("date", "mark"):
        return UNSEEN
    reading = read_quantity(written, column, factor, register.states, mark_of_column)
    words, thousands = table.sheet.shown_words.get(place, ""), table.sheet.thousands.get(place, 0)
    if words:
        reading = _beside_words(reading, words, thousands, factor if is_money else 1, is_money)
    else:
        reading = in_thousands(reading, thousands)
    return shown_percentage(reading) if column.type == "percent" and place in table.sheet.percent_cells else reading


def _beside_words(reading: Reading, words: str, thousands: int, factor: int, is_money: bool) -> Reading:
    """A reading whose number format shows words beside it: what it says with them, in the unit of its column.

    A unit in these words is the cell's own. A bare currency that is not the column's unit contradicts it ("10,5 ₫" under triệu).
    """
    if thousands and LETTERS_OF_THOUSANDS.get(folded(words)) == thousands:
        return reading  # 10500 shown as "10,5k": what is shown is what is held
    shown = in_thousands(reading, thousands)
    if is_money and other_currency(words):
        return OTHER_WORDS
    own = money_factor(words) if is_money else multiple_of(words)
    if own is None:
        return OTHER_WORDS if thousands else shown
    if own == factor:
        return shown
    return OTHER_WORDS if is_money and is_currency(words) else in_column_unit(shown, own, factor)


def told_by_structure(table: Table, number: int, column: Column, reading: Reading, factor: int) -> list[Finding]:
    """What the file's own structure says of a cell: a result that was never calculated, runs of text that were left out."""
    row_number = table.row_of(column.name, number) if table.cell_rows else number
    sheet, place = table.sheet, (row_number, table.sheet.first_column + table.positions[column.name])
    if reading is NEVER_CALCULATED:
        return [find("formula_not_calculated", **place_of(table, number, column), written=sheet.never_calculated[place])]
    if reading is DOUBTFUL:
        return [find("cell_doubtful", **place_of(table, number, column), written=sheet.doubtful[place])]
    if reading is UNSEEN:
        return [find("number_not_seen", **place_of(table, number, column), written=sheet.unseen[place])]
    if reading is OTHER_WORDS:
        words, unit = sheet.shown_words[place], unit_names().get(factor, "")
        return [find("format_of_another_unit", **place_of(table, number, column), written=words, expected=unit)]
    if place in sheet.apart:
        text = sheet.rows[row_number - sheet.first_row][table.positions[column.name]]
        return [find("text_set_apart", **place_of(table, number, column), written=sheet.apart[place], expected=text)]
    return []


def mark_of(table: Table, name: str) -> Callable[[], str | None]:
    """The decimal mark of a column, found out once and only when a cell of it asks: by the marks of its other texts, else by its
    numbers. Where those have three decimals, three digits behind a mark are decimals too.
    """
    position, rows = table.positions[name], table.sheet.rows
    area = [(row - table.sheet.first_row, table.positions[each]) for each, row in table.cell_rows.items()]

    @cache
    def mark() -> str | None:
        places = area or [(index, position) for index in range(table.first_line, len(rows))]
        cells = [rows[index][place] for index, place in places if place < len(rows[index])]
        texts = (cell for cell in cells if isinstance(cell, str) and len(cell) <= LONGEST_NUMBER)
        return decimal_mark_of(texts) or (",." if has_three_decimals(cells) else None)

    return mark


def merged_keys(table: Table) -> dict[tuple[int, int], object]:
    """(row, column) → the key that a cell merged over several lines gives to each of them."""
    sheet, found = table.sheet, {}
    keys = [c.name for c in table.form_sheet.columns if c.role in KEY_ROLES and c.name in table.positions]
    columns = {sheet.first_column + table.positions[name] for name in keys}
    first, last = sheet.row_number(table.first_line), sheet.row_number(len(sheet.rows) - 1)
    for top, left, bottom, right in sheet.merged:
        if left == right and left in columns and top >= first and bottom - top < 1000:
            row = sheet.rows[top - sheet.first_row] if top <= last else []
            value = row[left - sheet.first_column] if left - sheet.first_column < len(row) else ""
            found.update({(line, left): value for line in range(top + 1, min(bottom, last) + 1)})
    return found


def covered_cells(table: Table) -> set[tuple[int, int]]:
    """Cells of the table's body, or values of an area, that lie under a merged cell, without the one that holds its value."""
    if table.is_area:
        places = {(row, table.sheet.first_column + table.positions[name]) for name, row in table.cell_rows.items()}
        return {
            (row, column)
            for row, column in places
            for top, left, bottom, right in table.sheet.merged
            if top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
        }
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
