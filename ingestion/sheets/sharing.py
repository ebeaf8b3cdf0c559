"""One sheet that holds the tables of several form sheets: which is whose, and where each one ends.

Headers and bounds decide, never order: a table belongs to the form sheet whose starts_after stands nearest above it, else to the
one whose columns fit best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingestion.form_sheet import FormSheet
from ingestion.form_words import BLANK_ROW
from ingestion.readers.sheets import Sheet
from ingestion.sheets.blocks import heading_in
from ingestion.sheets.key_values import Place, find_area
from ingestion.sheets.layout import Table, find_table, tables_between
from ingestion.written.text import folded


def is_placed(form_sheet: FormSheet) -> bool:
    """Whether a form sheet says more of where its table stands than headers."""
    return bool(form_sheet.starts_after or form_sheet.ends_at) or form_sheet.shape == "key_values"


def share_out(sheet: Sheet, form_sheets: Sequence[FormSheet]) -> dict[str, Table]:
    """Form sheet → its table on a sheet, of form sheets that may stand on one; of those that have none there, nothing."""
    if len(form_sheets) == 1 and not is_placed(form_sheets[0]):
        table = find_table(sheet, form_sheets[0])
        return {form_sheets[0].sheet_code: table} if table else {}
    marks = sorted({row for each in form_sheets for row in rows_of(sheet, each.starts_after)})
    chosen: dict[str, Table] = {}
    for form_sheet, table in sorted(_candidates(sheet, form_sheets, marks), key=_fitness):
        if form_sheet.sheet_code not in chosen and not any(_overlap(table, other) for other in chosen.values()):
            chosen[form_sheet.sheet_code] = table
    for form_sheet in form_sheets:
        if form_sheet.shape == "key_values" and (area := _area(sheet, form_sheet, marks, list(chosen.values()))):
            chosen[form_sheet.sheet_code] = area
    return {code: without_others(table, [*chosen.values()]) for code, table in chosen.items()}


def rows_of(sheet: Sheet, words: str | None, begin: int = 0) -> list[int]:
    """The indices of the rows in which a cell begins with some words, folded; the last of them must end there."""
    wanted = folded(words or "")
    if not wanted:
        return []
    rows = range(begin, len(sheet.rows))
    return [n for n in rows if any(isinstance(c, str) and f"{folded(c)} ".startswith(f"{wanted} ") for c in sheet.rows[n])]


def _regions(sheet: Sheet, form_sheet: FormSheet, marks: Sequence[int]) -> list[tuple[int, int]]:
    """The parts of a sheet in which a form sheet's table may begin: from its text to the next that a table starts after."""
    if not form_sheet.starts_after:
        return [(0, len(sheet.rows))]
    return [
        (row + 1, next((mark for mark in marks if mark > row), len(sheet.rows)))
        for row in rows_of(sheet, form_sheet.starts_after)
    ]


def _candidates(
    sheet: Sheet, form_sheets: Sequence[FormSheet], marks: Sequence[int]
) -> Iterator[tuple[FormSheet, Table]]:
    for form_sheet in form_sheets:
        if form_sheet.shape == "table":
            for begin, end in _regions(sheet, form_sheet, marks):
                for table in tables_between(sheet, form_sheet, begin, end):
                    yield form_sheet, replace(table, begin=begin)


def _fitness(candidate: tuple[FormSheet, Table]) -> tuple[bool, int, int, int]:
    """What is asked first, smallest first: a table behind its own text, then the one with the fewest odd columns, from the top."""
    form_sheet, table = candidate
    left, right = table.span
    odd = len(table.missing) + sum(left <= position <= right for position, _ in table.extra)
    return not form_sheet.starts_after, odd - table.score, odd, table.top


def _overlap(one: Table, other: Table) -> bool:
    is_apart = one.first_line <= other.top or other.first_line <= one.top
    return not is_apart and not one.stands_beside(other)


def _area(sheet: Sheet, form_sheet: FormSheet, marks: Sequence[int], tables: Sequence[Table]) -> Table | None:
    """The area of labels of a form sheet: outside the tables, else below their headers, and then it ends them."""
    heads = {place for table in tables for place in _cells(table, table.top, table.first_line)}
    bodies = {place for table in tables for place in _cells(table, table.top, end_of(table, tables))}
    for taken in (heads | bodies, heads):
        for begin, end in _regions(sheet, form_sheet, marks):
            last = next((row for row in _ends(sheet, form_sheet, begin)), end)
            area = find_area(sheet, form_sheet, begin, min(end, last), taken)
            if area:
                return area
    return None


def _cells(table: Table, begin: int, end: int) -> Iterator[Place]:
    if table.is_area:
        yield from table.labels.values()
        yield from ((row - table.sheet.first_row, table.positions[name]) for name, row in table.cell_rows.items())
        return
    left, right = table.span
    for row in range(begin, end):
        yield from ((row, position) for position in range(left, right + 1))


def end_of(table: Table, others: Sequence[Table]) -> int:
    """The row index at which a table ends: at its own ends_at, or where the next table in its columns begins."""
    rows = table.sheet.rows
    ends = [len(rows)]
    if table.is_area:
        return table.first_line if len(others) > 1 else len(rows)
    ends += [row for row in _ends(table.sheet, table.form_sheet, table.first_line) if row >= table.first_line][:1]
    if table.form_sheet.ends_at == BLANK_ROW:
        ends += [row for row in _blank_rows(table) if not _goes_on(table, row)][:1]
    for other in others:
        if other is not table and other.top >= table.first_line and not other.stands_beside(table):
            ends.append(_begin_of(other, table))
    return min(ends)


def _ends(sheet: Sheet, form_sheet: FormSheet, begin: int) -> list[int]:
    return rows_of(sheet, form_sheet.ends_at, begin) if form_sheet.ends_at != BLANK_ROW else []


def _blank_rows(table: Table) -> list[int]:
    """The rows below the first line in which the columns of a table are empty."""
    rows, found, is_begun = table.sheet.rows, [], False
    for index in range(table.first_line, len(rows)):
        if is_blank(rows[index], table):
            found += [index] if is_begun else []
        else:
            is_begun = True
    return found


def is_blank(row: Sequence[object], table: Table) -> bool:
    """Whether nothing stands in a row in the columns of a table."""
    left, right = table.span
    return not any(cell not in ("", None) and str(cell).strip() for cell in row[left : right + 1])


def _goes_on(table: Table, index: int) -> bool:
    """Whether the next filled row below an empty one is the heading of a further block."""
    repeated, rows = table.form_sheet.repeat_by, table.sheet.rows
    below = next((n for n in range(index, len(rows)) if not is_blank(rows[n], table)), None)
    return repeated is not None and below is not None and heading_in(rows[below], below, repeated, table) is not None


def _begin_of(lower: Table, upper: Table) -> int:
    """Where a lower table begins: at the text it starts after, else at the empty row above the texts over its header."""
    if lower.form_sheet.starts_after:
        return max(lower.begin - 1, upper.first_line)
    for index in range(lower.top - 1, upper.first_line, -1):
        if is_blank(lower.sheet.rows[index], upper):
            return index
    return lower.top


def without_others(table: Table, others: Sequence[Table]) -> Table:
    """The table with the part of the sheet that is its own, and without the columns of tables that stand beside it."""
    end = end_of(table, others)
    beside = [o for o in others if o is not table and o.top < table.first_line and table.top < o.first_line]
    heads = {position for other in beside for position in other.positions.values()}
    above = [end_of(o, others) for o in others if o is not table and o.top < table.top and not o.stands_beside(table)]
    extra = tuple((position, text) for position, text in table.extra if position not in heads)
    return replace(table, sheet=replace(table.sheet, rows=table.sheet.rows[:end]), extra=extra, begin=max(above, default=0))
