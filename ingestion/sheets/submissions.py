"""One file → its submissions: which forms it holds, on which sheets, whose they are, and everything that is wrong with them.

Nothing here touches the database, so that a dry run finds exactly what the night would find.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form import Form
from ingestion.form_sheet import FormSheet
from ingestion.readers.sheets import Sheet
from ingestion.register import Register
from ingestion.sheets.column_checks import column_findings
from ingestion.sheets.draft import Draft
from ingestion.sheets.fixed_rows import missing_lines
from ingestion.sheets.headers import HEADER_ROWS, HeaderCell, header_cells, marked_form, titled_form
from ingestion.sheets.identity import identify
from ingestion.sheets.layout import Table, find_table
from ingestion.sheets.lines import read_lines
from ingestion.sheets.money_units import untold_amounts
from ingestion.sheets.old_fonts import in_unicode
from ingestion.sheets.second_tables import goes_on
from ingestion.sheets.sheet_units import in_own_unit, told_money
from ingestion.sheets.table_findings import has_number, missing_table, no_form, table_findings
from ingestion.written.text import folded


def read_sheets(
    sheets: list[Sheet], forms: dict[str, Form], register: Register, claimed_unit_key: str | None, received_at: datetime
) -> tuple[list[Draft], list[Finding]]:
    """The submissions of a file's sheets, and findings about the file itself (no form in it, a sheet that nothing reads)."""
    about_fonts = in_unicode(sheets, forms, register)
    if any(finding.verdict == "return" for finding in about_fonts):
        return [], about_fonts
    marks = {sheet.name: _form_of(sheet, forms) for sheet in sheets}
    named = {form.form_code: form for form, _, _ in marks.values() if form}
    findings = about_fonts + [finding for _, _, finding in marks.values() if finding]
    if not named and len(findings) == len(about_fonts):
        fitting = [form for form in forms.values() if any(_table_on(s, fs) for s in sheets for fs in form.sheets)]
        if len(fitting) == 1:
            named = {fitting[0].form_code: fitting[0]}
        else:
            findings.append(no_form(sheets, forms))
    drafts, used = [], set()
    for form in named.values():
        version = next((version for found, version, _ in marks.values() if found is form and version is not None), None)
        own = [sheet for sheet in sheets if marks[sheet.name][0] in (form, None)]
        draft = _draft(form, version, own, register, claimed_unit_key, received_at)
        drafts.append(draft)
        used |= {table.sheet.name for table in draft.tables} | {cell.sheet_name for cell in draft.header.values()}
    read = [(d, t, d.lines[t.form_sheet.sheet_code], d.identity.period_end) for d in drafts if d.identity for t in d.tables]
    rivals = {name for draft in drafts for name in draft.rivals}
    for sheet in sheets:
        if named and sheet.name not in used | rivals and has_number(sheet):
            said = [(d.findings, found) for d, t, lines, day in read if (found := goes_on(t, lines, day, sheet, register))]
            place, finding = said[0] if said else (findings, find("sheet_not_read", sheet_name=sheet.name))
            place.append(finding)
    return drafts, findings


def _form_of(sheet: Sheet, forms: dict[str, Form]) -> tuple[Form | None, str | None, Finding | None]:
    """(form, version, finding) that a sheet announces by its form mark, else by its title; the version is None without a mark."""
    fields = next(iter(forms.values())).header_fields
    cell = header_cells(sheet, tuple(f for f in fields if f.name == "form_mark")).get("form_mark")
    if cell is None:
        return titled_form(sheet, {c: f for c, f in forms.items() if f.sheets}, HEADER_ROWS), None, None
    form, version = marked_form(cell.written, {c: f for c, f in forms.items() if f.sheets})
    if form is None:
        place: dict[str, Any] = {"sheet_name": cell.sheet_name, "cell": cell.cell_address, "written": cell.written}
        return None, None, find("form_unknown", **place, expected=", ".join(c for c, f in forms.items() if f.sheets))
    return form, version, None


def _draft(
    form: Form,
    version: str | None,
    sheets: list[Sheet],
    register: Register,
    claimed_unit_key: str | None,
    received_at: datetime,
) -> Draft:
    draft = Draft(form, version or form.version)
    if version is None or version == "":
        draft.findings.append(find("form_mark_missing", expected=f"{form.form_code} {form.version}"))
    elif version != form.version and version not in form.earlier_versions:
        draft.findings.append(find("version_unknown", written=version, expected=f"{form.form_code} {form.version}"))
    found = _tables(form, sheets, draft)
    draft.tables = [table for table in found.values() if table]
    draft.header = _header(form, sheets, draft)
    money = told_money(draft.tables, draft.header.get("money_unit"))
    draft.findings += money.findings
    draft.identity, findings = identify(form, draft.version, draft.header, money.main, register, claimed_unit_key, received_at)
    draft.findings += findings
    if draft.identity is None:
        return draft
    if not draft.identity.is_withdrawal:
        for form_sheet in form.sheets:
            table = found[form_sheet.sheet_code]
            if table is None and not draft.identity.is_nil:
                draft.findings += missing_table(form_sheet, sheets)
    draft.tables = [in_own_unit(table, money) for table in draft.tables]
    for table in draft.tables:
        draft.findings += table_findings(table, register, draft.identity)
        lines = read_lines(table, form, register, draft.identity.period_end, draft.identity.money_factor)
        draft.lines[table.form_sheet.sheet_code] = lines
        draft.findings += lines.findings + column_findings(table, lines, register)
        if not draft.identity.is_withdrawal:
            draft.findings += missing_lines(table, lines, form, register, draft.identity)
        draft.findings += untold_amounts(table, lines, money, register)
    draft.findings += _nil_findings(draft)
    return draft


def _tables(form: Form, sheets: list[Sheet], draft: Draft) -> dict[str, Table | None]:
    """Form sheet → its table: on the sheet of that name, else on the only other sheet whose table fits."""
    found: dict[str, Table | None] = {}
    taken: set[str] = set()
    for form_sheet in form.sheets:
        named = [sheet for sheet in sheets if folded(sheet.name) in form_sheet.folded_names]
        others = [sheet for sheet in sheets if sheet not in named]
        tables = [t for t in (_table_on(s, form_sheet) for s in named) if t and t.sheet.name not in taken]
        if not tables:
            tables = [t for t in (_table_on(s, form_sheet) for s in others) if t and t.sheet.name not in taken]
            if tables and tables[0].sheet.name:
                name = tables[0].sheet.name
                draft.findings.append(find("sheet_name_other", sheet_name=name, written=name, expected=form_sheet.sheet_name))
        else:
            tables += [t for t in (_table_on(s, form_sheet) for s in others) if t and _is_rival(t.sheet, form, taken)]
        if len(tables) > 1:
            draft.rivals += [t.sheet.name for t in tables]
            names = ", ".join(t.sheet.name + (" (ẩn, hidden)" if t.sheet.is_hidden else "") for t in tables)
            draft.findings.append(find("sheet_twice", written=names, expected=form_sheet.sheet_name))
        found[form_sheet.sheet_code] = tables[0] if tables else None
        if tables:
            taken.add(tables[0].sheet.name)
            if tables[0].sheet.is_hidden:
                draft.findings.append(find("hidden_sheet", sheet_name=tables[0].sheet.name))
    return found


def _is_rival(sheet: Sheet, form: Form, taken: set[str]) -> bool:
    """Whether a sheet with the columns of a form, but without its name, may be the one that was meant."""
    has_other_name = any(folded(sheet.name) in form_sheet.folded_names for form_sheet in form.sheets)
    return has_number(sheet) and sheet.name not in taken and not has_other_name


def _table_on(sheet: Sheet, form_sheet: FormSheet) -> Table | None:
    return find_table(sheet, form_sheet) if sheet.rows else None


def _header(form: Form, sheets: list[Sheet], draft: Draft) -> dict[str, HeaderCell]:
    """Header cells from the form's own sheets first; two sheets of one form that name different units or periods are a fault."""
    tops = {table.sheet.name: table.top for table in draft.tables}
    ordered = [table.sheet for table in draft.tables] + [sheet for sheet in sheets if sheet.name not in tops]
    header: dict[str, HeaderCell] = {}
    for sheet in ordered:
        for name, cell in header_cells(sheet, form.header_fields, tops.get(sheet.name)).items():
            first = header.setdefault(name, cell)
            if name in ("unit", "period_start", "period_end") and folded(first.written) != folded(cell.written):
                place: dict[str, Any] = {"sheet_name": cell.sheet_name, "cell": cell.cell_address, "written": cell.written}
                draft.findings.append(find("header_disagrees", **place, expected=f"{first.written} ({first.cell_address})"))
    return header


def _nil_findings(draft: Draft) -> list[Finding]:
    """A form whose lines are the sender's counts without lines only with its box ticked and a reason, and not otherwise."""
    identity, form = draft.identity, draft.form
    if identity is None or identity.is_withdrawal:
        return []
    has_lines = any(line.line_kind == "detail" for lines in draft.lines.values() for line in lines.lines)
    if identity.is_nil and not form.nil_allowed:
        return [find("nil_not_allowed", form=form.form_name, form_en=form.form_name_en)]
    if identity.is_nil and has_lines:
        return [find("nil_with_lines")]
    if identity.is_nil and not identity.nil_reason:
        return [find("nil_without_reason")]
    if not identity.is_nil and not has_lines and draft.tables:
        return [find("no_lines", form=form.form_name, form_en=form.form_name_en)]
    return []


