"""Tables in sheets, found by the text of their headers over one to three rows, never by position.

Provinces insert rows and columns, merge header cells, add titles and columns of their own: none of that matters here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ingestion.form_sheet import Column, FormSheet
from ingestion.readers.sheets import Sheet
from ingestion.sheets.headers import text_of
from ingestion.written.money_units import told_units, without_units
from ingestion.written.text import folded

SEARCHED_ROWS = 60
HEADER_DEPTH = 3
PARENTHESES = re.compile(r"\(([^()]*)\)")
REFERENCE = re.compile(r"[\d\s=+\-–/x*:.,;]*")


@dataclass(frozen=True)
class HeadedColumn:
    """One column under a candidate header: the key of its lowest text, the keys above it, and the texts as written."""

    position: int
    key: str
    groups: tuple[str, ...]
    written: str
    money_factor: int | None


@dataclass(frozen=True)
class Table:
    """A form sheet found in a sheet of a file.

    top, first_line  row indices of the header's first row and of the first row below it
    positions        form column → position in the sheet's rows
    headers          form column → the header as written; money_factors where the header itself names a unit of money
    missing          form columns that the sheet lacks; repeated: form columns that stand twice; extra: headers of no form column
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

    @property
    def score(self) -> int:
        return len(self.positions)


@lru_cache(maxsize=1 << 14)
def header_key(written: str) -> str:
    """A header's text for comparing: folded, without a unit of money, a reference such as (3)=(1)+(2), or a % sign."""

    def kept(match: re.Match[str]) -> str:
        return " " if REFERENCE.fullmatch(match[1]) or not match[1].strip() else match[0]

    return " ".join(folded(PARENTHESES.sub(kept, without_units(written))).replace("%", " ").split())


@lru_cache(maxsize=1 << 14)
def header_money_factor(written: str) -> int | None:
    """The unit of money that a header names, in parentheses or after its words; None when it names none."""
    return next((unit.factor for unit in told_units(written) if unit.factor is not None), None)


def find_table(sheet: Sheet, form_sheet: FormSheet) -> Table | None:
    """The table of a form sheet in a sheet of a file: the header rows that name most of its columns.

    None when no header names the required key columns and at least half of the columns that hold quantities.
    """
    wanted = _wanted(form_sheet)
    best: Table | None = None
    for top in range(min(SEARCHED_ROWS, len(sheet.rows))):
        row_keys = [header_key(cell) for cell in sheet.rows[top] if isinstance(cell, str) and cell]
        if not any(key in wanted for key in row_keys):
            continue
        for depth in range(1, HEADER_DEPTH + 1):
            below = sheet.rows[top + depth - 1 : top + depth]
            if not below or not all(isinstance(cell, str) or is_year(cell) for cell in below[0]):
                break
            table = _match(sheet, form_sheet, top, depth)
            if best is None or table.score > best.score:
                best = table
    return best if best and _fits(best) else None


@lru_cache(maxsize=64)
def _wanted(form_sheet: FormSheet) -> frozenset[str]:
    texts = [text for column in form_sheet.columns for text in (*column.headers, column.group or "")]
    return frozenset(header_key(text) for text in texts if text)


def is_year(cell: object) -> bool:
    """A number that heads a column of the sender's own."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell in range(1990, 2101)


def _fits(table: Table) -> bool:
    quantities = [column.name for column in table.form_sheet.columns if column.is_quantity]
    found = sum(name in table.positions for name in quantities)
    return found * 2 >= len(quantities) and not any(column.role == "key" and column.required for column in table.missing)


def _headed_columns(sheet: Sheet, top: int, depth: int) -> list[HeadedColumn]:
    """Columns with their headers: a merged cell holds its text on the left only, so upper rows are carried to the right."""
    rows = sheet.rows[top : top + depth]
    carried = []
    for row in rows:
        current, texts = "", []
        for cell in row:
            current = text_of(cell).strip() or current
            texts.append(current)
        carried.append(texts)
    headed = []
    for position in range(max(len(row) for row in rows)):
        own = [text_of(row[position]).strip() for row in rows]
        lowest = next((level for level in reversed(range(depth)) if own[level]), None)
        if lowest is None:
            continue
        above = [carried[level][position] for level in range(lowest)]
        factor = next((f for f in map(header_money_factor, [own[lowest], *reversed(above)]) if f is not None), None)
        groups = tuple(header_key(text) for text in above if text)
        headed.append(HeadedColumn(position, header_key(own[lowest]), groups, own[lowest], factor))
    return headed


def _match(sheet: Sheet, form_sheet: FormSheet, top: int, depth: int) -> Table:
    free = _headed_columns(sheet, top, depth)
    positions, headers, factors, repeated, missing = {}, {}, {}, [], []
    # Columns under a group first: the same word without its group would take the wrong one.
    for column in sorted(form_sheet.columns, key=lambda c: (c.group is None, c.position)):
        keys = [header_key(header) for header in column.headers]
        group = header_key(column.group) if column.group else None
        fits = [h for h in free if h.key in keys and (group is None or group in h.groups)]
        if not fits and group:  # "Kế hoạch năm KCQG" written in one cell
            fits = [h for h in free if h.key in [f"{group} {key}" for key in keys]]
        if not fits:
            missing.append(column)
            continue
        fits.sort(key=lambda h: (keys.index(h.key) if h.key in keys else 0, h.position))
        chosen = fits[0]
        if sum(h.key == chosen.key for h in fits) > 1:
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
