"""`kc form check`: whether a form can be read, and what it makes of a workbook."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.form import Form
from ingestion.form_words import FormError
from ingestion.forms import load_form
from ingestion.landing.receipts import Receipt
from ingestion.reading.picture import MARKS, MarkedSheet, marked_sheets
from ingestion.register import Register, load_register
from ingestion.sheets.headers import text_of
from ingestion.transports.seen import place_given, place_of
from ingestion.written.text import column_letter
from warehouse.settings import Settings

if TYPE_CHECKING:
    from ingestion.sheets.draft import Draft
    from ingestion.sheets.layout import Table

FEW = 20


def check_form(settings: Settings, file: Path, workbook: Path | None, received_at: datetime) -> dict[str, Any]:
    """The document of `kc form check --json`: {form, refused, workbook}.

    `refused` is the sentence with file, line and expectation of the first word that cannot be read, else null; `form` says what the
    file says; `workbook` what the form makes of it: header fields, tables, columns, cells not taken, marks, findings. Other forms
    are not asked, so that a new form is seen as it is.
    """
    try:
        form = load_form(file, settings.forms, settings.register)
    except FormError as error:
        return {"form": None, "refused": str(error), "workbook": None}
    document: dict[str, Any] = {"form": _form(form), "refused": None, "workbook": None}
    if workbook is not None:
        document["workbook"] = _workbook(workbook, form, load_register(settings.register), settings.register, received_at)
    return document


def _form(form: Form) -> dict[str, Any]:
    return {
        "form_code": form.form_code, "form_name": form.form_name, "form_name_en": form.form_name_en, "version": form.version,
        "versions": {version: day.isoformat() for version, day in {**form.earlier_versions, form.version: form.valid_from}.items()},
        "sheets": [
            {
                "sheet_code": sheet.sheet_code, "sheet_name": sheet.sheet_name, "shape": sheet.shape,
                "columns": len(sheet.columns), "figures": sum(column.role == "figure" for column in sheet.columns),
                "checks": sum(column.role == "check" for column in sheet.columns), "line_key": list(sheet.line_key),
            }
            for sheet in form.sheets
        ],
    }  # fmt: skip


def _workbook(file: Path, form: Form, register: Register, register_folder: Path, received_at: datetime) -> dict[str, Any]:
    from ingestion.reading.reading import read_file_by_sheets

    receipt = Receipt(0, None, received_at, "", file.suffix.lower().lstrip("."), location=place_given(file))
    sheets, drafts, findings = read_file_by_sheets(file.read_bytes(), receipt, {form.form_code: form}, register, register_folder)
    about = [*findings, *(finding for draft in drafts for finding in draft.findings)]
    return {
        "file": place_of(file.name),
        "identities": [_identity(draft) for draft in drafts],
        "sheets": [_sheet(marked) for marked in marked_sheets(sheets, drafts)],
        "findings": [asdict(finding) for finding in about],
        "legend": MARKS,
    }


def _identity(draft: Draft) -> dict[str, Any] | None:
    if draft.identity is None:
        return None
    kept = ("unit_key", "sender_role", "budget_year", "period_start", "period_end", "money_unit")
    return {name: getattr(draft.identity, name) for name in kept}


def _sheet(marked: MarkedSheet) -> dict[str, Any]:
    sheet = marked.sheet
    header = {id(draft): draft.header for draft, _ in marked.tables}
    fields = [cell for cells in header.values() for cell in cells.values() if cell.sheet_name == sheet.name]
    not_taken = marked.not_taken()
    return {
        "sheet_name": sheet.name, "is_hidden": sheet.is_hidden,
        "header": [{"field": c.field_name, "cell": c.cell_address, "written": c.written} for c in fields],
        "tables": [_table(draft, table) for draft, table in marked.tables],
        "marks": dict(sorted(Counter(marked.cells.values()).items(), key=lambda item: list(MARKS).index(item[0]))),
        "not_taken": [{"cell": cell, "written": written} for cell, written in not_taken[:FEW]],
        "n_not_taken": len(not_taken),
        "first_row": sheet.first_row, "first_column": column_letter(sheet.first_column),
        "letters": [column_letter(sheet.first_column + position) for position in range(max(map(len, sheet.rows), default=0))],
        "rows": _rows(marked), "texts": [[text_of(cell) for cell in row] for row in sheet.rows],
    }  # fmt: skip


def _rows(marked: MarkedSheet) -> list[str]:
    """A text a row, a mark a cell and a space for an empty one."""
    rows = []
    for index in range(len(marked.sheet.rows)):
        positions = [position for row, position in marked.cells if row == index]
        rows.append("".join(marked.cells.get((index, position), " ") for position in range(max(positions, default=-1) + 1)))
    return rows


def _table(draft: Draft, table: Table) -> dict[str, Any]:
    sheet, lines = table.sheet, draft.lines.get(table.form_sheet.sheet_code)
    return {
        "sheet_code": table.form_sheet.sheet_code,
        "header_rows": [sheet.row_number(table.top), sheet.row_number(table.first_line - 1)],
        "lines": dict(Counter(line.line_kind for line in lines.lines)) if lines else {},
        "columns": [
            {
                "column_name": name, "letter": column_letter(sheet.first_column + position), "header": table.headers[name],
                "role": table.form_sheet.column_by_name[name].role,
            }
            for name, position in sorted(table.positions.items(), key=lambda item: item[1])
        ],
        "missing": [{"column_name": column.name, "headers": list(column.headers)} for column in table.missing],
        "repeated": list(table.repeated),
        "extra": [{"letter": column_letter(sheet.first_column + position), "header": header} for position, header in table.extra],
    }  # fmt: skip
