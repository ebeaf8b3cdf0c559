"""Tables in sheets, found by the text of their headers over one row or several, never by position.

Provinces insert rows and columns, merge header cells, add titles and columns of their own: none of that matters here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ingestion.form_sheet import Column, FormSheet
from ingestion.readers.sheets import Sheet
from ingestion.sheets.headed_columns import fitting, headed_columns, header_key

SEARCHED_ROWS = 60


@dataclass(frozen=True)
class Table:
    """A form sheet found in a sheet of a file.

    top, first_line  row indices of the header's first row and of the first row below it
    positions        form column → position in the sheet's rows
    headers          form column → the header as written; money_factors where the header itself names a unit of money
    missing          form columns that the sheet lacks; repeated: form columns that stand twice; extra: headers of no form column
    begin            the first row index of its own part of the sheet; the sheet's rows end where that part ends
    cell_rows        of an area of labels: form column → the file's number of the row in which its value stands
    labels           of an area: form column → row index and position of its label
    """

    sheet: Sheet
    form_sheet: FormSheet
    top: int
    first_line: int
    positions: dict[str, int]
    headers: dict[str, str]
    money_factors: dict[str, int]
    missing: tuple[Column, ...]
    repeated: tuple[str, ...]
    extra: tuple[tuple[int, str], ...]
    begin: int = 0
    cell_rows: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def score(self) -> int:
        return len(self.positions)

    @property
    def is_area(self) -> bool:
        return self.form_sheet.shape == "key_values"

    @property
    def span(self) -> tuple[int, int]:
        """The positions of its first and its last column."""
        places = [*self.positions.values(), *(position for _, position in self.labels.values())]
        return min(places), max(places)

    def stands_beside(self, other: Table) -> bool:
        """Whether no column of one table stands between the columns of the other."""
        (left, right), (other_left, other_right) = self.span, other.span
        return right < other_left or other_right < left

    def row_of(self, name: str, row_number: int) -> int:
        """The file's number of the row in which the cell of a column stands, of the line in a row."""
        return self.cell_rows.get(name, row_number)

    def address(self, name: str, row_number: int) -> str:
        """Where the cell of a column stands in the file, of the line in a row."""
        return self.sheet.address(self.row_of(name, row_number) - self.sheet.first_row, self.positions[name])


def find_table(sheet: Sheet, form_sheet: FormSheet) -> Table | None:
    """The table of a form sheet in a sheet of a file: the header rows that name most of its columns.

    None when no header names the required key columns and at least half of the columns that hold quantities.
    """
    best: Table | None = None
    for table in _headed(sheet, form_sheet, 0, min(SEARCHED_ROWS, len(sheet.rows))):
        if best is None or table.score > best.score:
            best = table
    return best if best and fits(best) else None


def tables_between(sheet: Sheet, form_sheet: FormSheet, begin: int, end: int) -> list[Table]:
    """Every table of a form sheet whose header begins between two row indices, of each first row the best, from the top."""
    best: dict[int, Table] = {}
    for table in _headed(sheet, form_sheet, begin, end):
        if table.first_line <= end and (table.top not in best or table.score > best[table.top].score):
            best[table.top] = table
    return [table for table in best.values() if fits(table)]


def _headed(sheet: Sheet, form_sheet: FormSheet, begin: int, end: int) -> Iterator[Table]:
    wanted = _wanted(form_sheet)
    for top in range(begin, end):
        row_keys = [header_key(cell) for cell in sheet.rows[top] if isinstance(cell, str) and cell]
        if not any(key in wanted for key in row_keys):
            continue
        for depth in range(1, form_sheet.header_rows + 1):
            below = sheet.rows[top + depth - 1 : top + depth]
            if not below or not all(isinstance(cell, str) or is_year(cell) for cell in below[0]):
                break
            yield _match(sheet, form_sheet, top, depth)


@lru_cache(maxsize=64)
def _wanted(form_sheet: FormSheet) -> frozenset[str]:
    texts = [text for column in form_sheet.columns for text in (*column.headers, *column.groups)]
    return frozenset(header_key(text) for text in texts)


def is_year(cell: object) -> bool:
    """A number that heads a column of the sender's own."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell in range(1990, 2101)


def fits(table: Table) -> bool:
    """Whether the required keys are there, and at least half of the columns that hold quantities."""
    quantities = [column.name for column in table.form_sheet.columns if column.is_quantity]
    found = sum(name in table.positions for name in quantities)
    return found * 2 >= len(quantities) and not any(column.role == "key" and column.required for column in table.missing)


def _match(sheet: Sheet, form_sheet: FormSheet, top: int, depth: int) -> Table:
    free = headed_columns(sheet, top, depth)
    heading = form_sheet.repeat_by.column if form_sheet.repeat_by else None
    positions, headers, factors, repeated, missing = {}, {}, {}, [], []
    # Columns under groups first: the same word without its group would take the wrong one.
    for column in sorted(form_sheet.columns, key=lambda c: (-len(c.groups), c.position)):
        found = fitting(column, free)
        if not found:
            if column.name != heading:  # it stands in headings between the lines
                missing.append(column)
            continue
        chosen = found[0]
        if sum(h.key == chosen.key for h in found) > 1:
            repeated.append(column.name)
        free.remove(chosen)
        positions[column.name] = chosen.position
        headers[column.name] = chosen.written
        if chosen.money_factor is not None and column.type in ("money", "by_indicator"):
            factors[column.name] = chosen.money_factor
    extra = tuple((h.position, h.written) for h in free if h.key)
    return Table(
        sheet, form_sheet, top, top + depth, positions, headers, factors, tuple(missing), tuple(repeated), extra
    )
