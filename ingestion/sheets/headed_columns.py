"""The columns under a table's header, over one row or several: what stands above each, compared with the headers of a form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingestion.form_sheet import Column
from ingestion.readers.sheets import Sheet
from ingestion.sheets.headers import text_of
from ingestion.written.money_units import told_units, without_units
from ingestion.written.text import folded

PARENTHESES = re.compile(r"\(([^()]*)\)")
REFERENCE = re.compile(r"[\d\s=+\-–/x*:.,;]*")


@dataclass(frozen=True)
class HeadedColumn:
    """One column under a candidate header: the key of its lowest text, the keys above it from the top, and the text as written.

    over    the same keys, without those of a merged cell that ends before this column
    """

    position: int
    key: str
    groups: tuple[str, ...]
    over: tuple[str, ...]
    written: str
    money_factor: int | None


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


def headed_columns(sheet: Sheet, top: int, depth: int) -> list[HeadedColumn]:
    """Columns with their headers: a merged cell holds its text on the left only, so upper rows are carried to the right."""
    rows = sheet.rows[top : top + depth]
    ends = {(row, left): right for row, left, _, right in sheet.merged if right > left}
    carried = [_carried(row, sheet.row_number(top + level), sheet.first_column, ends) for level, row in enumerate(rows)]
    headed = []
    for position in range(max(len(row) for row in rows)):
        own = [text_of(row[position]).strip() if position < len(row) else "" for row in rows]
        lowest = next((level for level in reversed(range(depth)) if own[level]), None)
        if lowest is None:
            continue
        above = [carried[level][position] for level in range(lowest) if position < len(carried[level])]
        factor = next((f for f in map(header_money_factor, [own[lowest], *(t for t, _ in reversed(above))]) if f is not None), None)
        groups = tuple(header_key(text) for text, _ in above if text)
        over = tuple(header_key(text) for text, is_over in above if text and is_over)
        headed.append(HeadedColumn(position, header_key(own[lowest]), groups, over, own[lowest], factor))
    return headed


def _carried(row: list[object], number: int, first: int, ends: dict[tuple[int, int], int]) -> list[tuple[str, bool]]:
    """Of each cell of a header row the text that stands in it or left of it, and whether no merged cell ended in between."""
    current, end, found = "", None, list[tuple[str, bool]]()
    for position, cell in enumerate(row):
        text = text_of(cell).strip()
        if text:
            current, end = text, ends.get((number, first + position))
        found.append((current, end is None or first + position <= end))
    return found


def fitting(column: Column, free: Sequence[HeadedColumn]) -> list[HeadedColumn]:
    """Of the columns of a sheet those that a form's column may be: by its header, and by all the headers that it has above it.

    A text that is carried to the right beyond its merged cell counts only where no column stands under it.
    """
    keys = [header_key(header) for header in column.headers]
    groups = tuple(header_key(group) for group in column.groups)
    fits = [h for h in free if h.key in keys and stands_under(groups, h.groups)]
    under = [h for h in fits if stands_under(groups, h.over)] if groups else []
    if not fits and groups:  # "Kế hoạch năm KCQG" written in one cell
        fits = [h for h in free if h.key in [" ".join((*groups, key)) for key in keys]]
    return sorted(under or fits, key=lambda h: (keys.index(h.key) if h.key in keys else 0, h.position))


def stands_under(groups: tuple[str, ...], above: tuple[str, ...]) -> bool:
    """Whether all of the groups stand above a column, in their order; together in one cell too."""
    rest = iter(above)
    return all(group in rest for group in groups) or " ".join(groups) in above
