"""The codes of a form's own columns: dimensions, which are part of a line's key, and attributes, which rules may ask for."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.form_sheet import Column, FormSheet
from ingestion.register import Register
from ingestion.written.codes import plain_code
from ingestion.written.periods import read_date
from ingestion.written.text import folded, tidy


def code_of(column: Column, text: str, cell: object, register: Register) -> str | None:
    """What a cell of an own column says: a code of its values or list, a day as 2025-03-31, else its text on one line.

    None where it is none of the codes that may stand there, no day, or a text that no key can hold.
    """
    if column.type == "date":
        day = read_date(cell)
        return day.isoformat() if day else None
    if column.values or column.list:
        return spellings_of(column, register).get(folded(text))
    return plain_code(" ".join(tidy(text).split()))


def spellings_of(column: Column, register: Register) -> Mapping[str, str]:
    """Folded text → code, of a column that says which codes may stand there; empty for another."""
    return {folded(code): code for code in column.values} or register.code_lists.get(column.list or "", {})


def dimension_key(codes: Mapping[str, str | None], sheet: FormSheet) -> str:
    """The dimensions among a line's codes as one key: `name=code`, by name, joined by `;`; empty for a form without."""
    names = {*sheet.keys, *(column.name for column in sheet.own_columns if column.is_dimension)}
    return ";".join(f"{name}={codes[name]}" for name in sorted(names) if name in codes)
