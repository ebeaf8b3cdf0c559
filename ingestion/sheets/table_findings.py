"""What a file lacks or has too much of: forms, tables, columns."""

from __future__ import annotations

from typing import Any

from ingestion.findings import Finding, find
from ingestion.form import Form
from ingestion.form_sheet import FormSheet
from ingestion.readers.legacy import legacy_encoding_of
from ingestion.readers.sheets import Sheet
from ingestion.register import Register
from ingestion.sheets.headers import HEADER_ROWS
from ingestion.sheets.identity import Identity
from ingestion.sheets.layout import Table
from ingestion.sheets.sharing import rows_of
from ingestion.written.text import folded


def missing_table(form_sheet: FormSheet, sheets: list[Sheet], version: str) -> list[Finding]:
    """The finding for a sheet of a form's version that must be there and is not, or that holds no table with its headers."""
    if not form_sheet.required:
        return []
    headers = ", ".join(column.headers[0] for column in form_sheet.columns if column.required or column.is_quantity)
    named = next((sheet.name for sheet in sheets if folded(sheet.name) in form_sheet.folded_names), None)
    text = form_sheet.starts_after
    if named and text and not any(rows_of(sheet, text) for sheet in sheets if sheet.name == named):
        return [find("table_start_missing", sheet_name=named, sheet_code=form_sheet.sheet_code, expected=text)]
    if named:
        place: dict[str, Any] = {"sheet_name": named, "sheet_code": form_sheet.sheet_code}
        return [find("table_not_found", **place, expected=headers, version=version)]
    names = ", ".join(sheet.name for sheet in sheets)
    return [find("sheet_missing", sheet_code=form_sheet.sheet_code, written=names, expected=form_sheet.sheet_name, version=version)]


def table_findings(table: Table, register: Register, identity: Identity, version: str) -> list[Finding]:
    """Columns that the table lacks or has twice, and columns of the sender's own.

    A missing column of figures returns the file, because a missing figure would read as zero; not so when its fund had ended.
    """
    place: dict[str, Any] = {"sheet_name": table.sheet.name, "sheet_code": table.form_sheet.sheet_code}
    findings = []
    for column in table.missing:
        fund = register.funds.get(column.fund or "")
        if column.role == "figure" and (fund is None or fund.holds_on(identity.period_end)):
            header = " / ".join(filter(None, (column.group, column.headers[0])))
            code = "label_missing" if table.is_area else "column_missing"
            findings.append(find(code, **place, column_name=column.name, expected=header, version=version))
        elif column.role == "check":
            findings.append(find("check_column_missing", **place, column_name=column.name, expected=column.headers[0]))
    for name in table.repeated:
        code = "label_twice" if table.is_area else "column_twice"
        findings.append(find(code, **place, column_name=name, written=table.headers[name]))
    for position, written in table.extra:
        address = table.sheet.address(table.first_line - 1, position)
        findings.append(find("column_not_known", **place, cell=address, written=written))
    return findings


def no_form(sheets: list[Sheet], forms: dict[str, Form]) -> Finding:
    """The finding for a file in which no form is known: often only because its text is in an old encoding."""
    texts = [cell for sheet in sheets for row in sheet.rows[:HEADER_ROWS] for cell in row if isinstance(cell, str) and cell]
    encoding = legacy_encoding_of(texts, forms)
    if encoding:
        return find("legacy_encoding", written=encoding)
    return find("form_not_found", expected=", ".join(code for code, form in forms.items() if form.sheets))


def has_number(sheet: Sheet) -> bool:
    """Whether a cell of a sheet is a number."""
    return any(isinstance(cell, int | float) and not isinstance(cell, bool) for row in sheet.rows for cell in row)
