"""What a form says of the place and shape of its tables, judged when it is loaded: can they be found, and told apart?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from ingestion.form_headings import headings
from ingestion.form_sheet import Column, FormSheet
from ingestion.form_words import BLANK_ROW, MOST_HEADER_ROWS, SHAPES, FormError
from ingestion.written.text import folded

OF_TABLES = ("repeat_by", "lines_from", "total_labels", "header_rows")  # what an area of labels with values has not
CARRIED_ROLES = ("key", "place", "attribute", "text", "label")


def check_tables(entry: Mapping[str, Any], columns: Sequence[Column], place: str) -> None:
    """Raise FormError for words about a sheet's table that its shape does not have, or that would count a figure twice."""
    is_area = entry.get("shape", SHAPES[0]) == "key_values"
    for key in OF_TABLES:
        if is_area and entry.get(key):
            said = f"{key} is of a table; an area of labels (shape: key_values) is one line without it."
            raise FormError.at(place, entry[key], said)
    if not entry["line_key"] and not is_area:
        raise FormError.at(place, entry, "line_key names no column, so no line could be told from another.")
    for key in ("starts_after", "ends_at"):
        text = entry.get(key, "x")
        if not folded(text) or (text != BLANK_ROW and folded(text) == folded(BLANK_ROW)):
            raise FormError.at(place, text, f"{key} is {text!r}; it must be a text with a letter or digit, or {BLANK_ROW!r}.")
    if not 1 <= entry.get("header_rows", 1) <= MOST_HEADER_ROWS:
        raise FormError.at(place, entry, f"header_rows is {entry['header_rows']}; a header has 1 to {MOST_HEADER_ROWS} rows.")
    for column in columns:
        if column.fill_down and (column.role not in CARRIED_ROLES or is_area):
            said = f"fill_down is of a column with role {' or '.join(CARRIED_ROLES)} in a table; a figure would count once a line."
            raise FormError.at(f"{place}: column {column.name}", column.name, said)


def may_share(one: FormSheet, other: FormSheet) -> bool:
    """Whether the tables of two form sheets may stand on one sheet: they share a name, or one says where it stands."""
    has_place = any(sheet.starts_after or sheet.shape == "key_values" for sheet in (one, other))
    return has_place or bool(one.folded_names & other.folded_names)


def check_told_apart(sheets: Sequence[FormSheet], place: str) -> None:
    """Raise FormError for two form sheets on one sheet whose headers are the same and that say no texts they start after."""
    for one, other in combinations(sheets, 2):
        if not one.folded_names & other.folded_names or not _headers(one) & _headers(other):
            continue
        starts = {folded(sheet.starts_after or "") for sheet in (one, other)}
        if _fits(one, other) and _fits(other, one) and (len(starts) < 2 or "" in starts):
            said = f"the sheets {one.sheet_code} and {other.sheet_code} stand on one sheet and have the same headers; "
            said += "each must say starts_after, the text above its own table, and not the same one."
            raise FormError.at(place, other.sheet_code, said)


def _headers(sheet: FormSheet) -> set[tuple[tuple[str, ...], str]]:
    return set(headings(sheet.columns))


def _fits(sheet: FormSheet, other: FormSheet) -> bool:
    """Whether every column of a form sheet has a header that the other has too."""
    known = _headers(other)
    return all(
        any(heading in known for heading in headings([column]))
        for column in sheet.columns
        if not (sheet.repeat_by and column.name == sheet.repeat_by.column)
    )
