"""SQL for the rows that fail a check of the door, and what a check is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingestion.form import Form
from ingestion.form_sheet import Column


@dataclass(frozen=True)
class Check:
    """A check of the door: the finding of its failures, its sentence, and SQL for the failing rows.

    `rows` gives submission_key, sheet_code, row_number, column_name, written (null: what the cell says), expected; {scope} in it
    stands for the condition on submission_key that keeps it to the submissions being judged, {line_scope} for the same on lines.
    `needs_others`: it compares with other files, so nothing can be said where only one is at hand.
    """

    finding_code: str
    sentence: str
    rows: str
    needs_others: bool = False


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def cells(condition: str, expected: str) -> str:
    """SQL for the quantity cells that meet a condition on raw.cell `c` and raw.line `l`."""
    return f"""select c.submission_key, c.sheet_code, c.row_number, c.column_name,
    null as written, {expected} as expected
from raw.cell as c
inner join raw.line as l using (submission_key, sheet_code, row_number)
where {{scope}} and l.line_kind <> 'label' and {condition}"""


def columns(form: Form, wanted: Callable[[Column], bool]) -> str:
    """SQL that is true for the quantity columns of a form that are wanted; empty when there is none."""
    every: list[tuple[str, Column]] = [(sheet.sheet_code, column) for sheet in form.sheets_ever for column in sheet.columns]
    found = [(sheet_code, column) for sheet_code, column in every if column.is_quantity and wanted(column)]
    return " or ".join(is_column(sheet_code, column.name) for sheet_code, column in found)


def is_column(sheet_code: str, name: str) -> str:
    """SQL that is true for one column of a sheet."""
    return f"(c.sheet_code, c.column_name) = ({literal(sheet_code)}, {literal(name)})"
