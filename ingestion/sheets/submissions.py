"""One file → its submissions: which forms it holds, on which sheets, whose they are, and everything that is wrong with them.

Nothing here touches the database, so that a dry run finds exactly what the night would find.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form import Form
from ingestion.readers.sheets import Sheet
from ingestion.register import Register
from ingestion.sheets.column_checks import column_findings
from ingestion.sheets.draft import Draft
from ingestion.sheets.fixed_rows import missing_lines
from ingestion.sheets.groups import SheetGroup, groups_of, refuse_twice
from ingestion.sheets.headers import HeaderCell
from ingestion.sheets.identity import identify
from ingestion.sheets.lines import read_lines
from ingestion.sheets.money_units import untold_amounts
from ingestion.sheets.not_taken import not_taken
from ingestion.sheets.old_fonts import in_unicode
from ingestion.sheets.places import NOWHERE, Origin, header_of_sheets
from ingestion.sheets.recognition import announced_form, asks_for_mark, fitting_forms
from ingestion.sheets.second_tables import goes_on
from ingestion.sheets.sheet_units import in_own_unit, told_money
from ingestion.sheets.table_findings import has_number, missing_table, table_findings
from ingestion.sheets.tables import tables_of, tops_of
from ingestion.sheets.versions import laid_out
from ingestion.written.text import folded

SAME_ON_ALL = ("unit", "period", "period_start", "period_end")  # header fields


def read_sheets(
    sheets: list[Sheet],
    forms: dict[str, Form],
    register: Register,
    claimed_unit_key: str | None,
    received_at: datetime,
    origin: Origin = NOWHERE,
) -> tuple[list[Draft], list[Finding]]:
    """The submissions of a file's sheets, and findings about the file itself (no form in it, a sheet that nothing reads)."""
    about_fonts = in_unicode(sheets, forms, register)
    if any(finding.verdict == "return" for finding in about_fonts):
        return [], about_fonts
    marks = {sheet.name: announced_form(sheet, forms, origin) for sheet in sheets}
    named = {form.form_code: form for form, _, _ in marks.values() if form}
    about_marks = [finding for _, _, finding in marks.values() if finding]
    if not named:
        with_sheets = {code: form for code, form in forms.items() if form.sheets and not (about_marks and asks_for_mark(form))}
        fitting, about_forms = fitting_forms(sheets, with_sheets, register, origin)
        named = {form.form_code: form for form in fitting}
        about_marks = ([] if fitting else about_marks) or about_forms
    findings = about_fonts + about_marks
    drafts, used = [], set()
    for form in named.values():
        own = [sheet for sheet in sheets if marks[sheet.name][0] in (form, None)]
        for group in groups_of(form, own, register.budget_years, origin):
            mine = [marks[sheet.name] for sheet in (*group.sheets, *group.shared)]
            version = next((version for found, version, _ in mine if found is form and version is not None), None)
            draft = _draft(form, version, group, register, claimed_unit_key, received_at, origin)
            drafts.append(draft)
            used |= {table.sheet.name for table in draft.tables} | {cell.sheet_name for cell in draft.header.values()}
    refuse_twice(drafts)
    read = [(d, t, d.lines[t.form_sheet.sheet_code], d.identity.period_end) for d in drafts if d.identity for t in d.tables]
    rivals = {name for draft in drafts for name in draft.rivals}
    for sheet in sheets:
        if named and sheet.name not in used | rivals and has_number(sheet):
            said = [(d.findings, found) for d, t, lines, day in read if (found := goes_on(t, lines, day, sheet, register))]
            place, finding = said[0] if said else (findings, find("sheet_not_read", sheet_name=sheet.name))
            place.append(finding)
    return drafts, findings


def _draft(
    form: Form,
    marked: str | None,
    group: SheetGroup,
    register: Register,
    claimed_unit_key: str | None,
    received_at: datetime,
    origin: Origin,
) -> Draft:
    sheets = [*group.sheets, *group.shared]
    version, laid = laid_out(form, marked, sheets, register.budget_years, origin, group.silent)
    draft = Draft(form, version)
    if not marked and asks_for_mark(laid):
        draft.findings.append(find("form_mark_missing", expected=f"{form.form_code} {version}"))
    elif version != form.version and version not in form.earlier_versions:
        draft.findings.append(find("version_unknown", written=version, expected=f"{form.form_code} {form.version}"))
    found = tables_of(laid, group.sheets, draft, group.telling)
    draft.tables = [table for table in found.values() if table]
    draft.header = _header(laid, sheets, draft, origin, group)
    money = told_money(draft.tables, draft.header.get("money_unit"))
    draft.findings += money.findings
    draft.identity, findings = identify(laid, version, draft.header, money.main, register, claimed_unit_key, received_at)
    draft.findings += findings
    if draft.identity is None:
        return draft
    if not draft.identity.is_withdrawal:
        for form_sheet in laid.sheets:
            table = found[form_sheet.sheet_code]
            if table is None and not draft.identity.is_nil:
                draft.findings += missing_table(form_sheet, sheets, version)
    draft.tables = [in_own_unit(table, money) for table in draft.tables]
    for table in draft.tables:
        draft.findings += table_findings(table, register, draft.identity, version)
        lines = read_lines(table, form, register, draft.identity.period_end, draft.identity.money_factor)
        draft.lines[table.form_sheet.sheet_code] = lines
        draft.findings += lines.findings + column_findings(table, lines, register)
        if not draft.identity.is_withdrawal:
            draft.findings += missing_lines(table, lines, form, register, draft.identity)
        draft.findings += untold_amounts(table, lines, money, register)
    draft.findings += not_taken(draft, sheets, register)
    draft.findings += _nil_findings(draft)
    return draft


def _header(form: Form, sheets: list[Sheet], draft: Draft, origin: Origin, group: SheetGroup) -> dict[str, HeaderCell]:
    """Header cells from the form's own sheets first; two sheets of one form that name different units or periods are a fault."""
    names = [table.sheet.name for table in draft.tables]
    ordered = sorted(sheets, key=lambda sheet: names.index(sheet.name) if sheet.name in names else len(names))
    header, pairs = header_of_sheets(ordered, form.header_fields, origin, tops_of(draft.tables), group.silent)
    for first, cell in pairs:
        if cell.field_name in SAME_ON_ALL and folded(first.written) != folded(cell.written):
            place: dict[str, Any] = {"sheet_name": cell.sheet_name, "cell": cell.cell_address, "written": cell.written}
            draft.findings.append(find("header_disagrees", **place, expected=f"{first.written} ({first.cell_address})"))
    return {name: found.cell for name, found in header.items()}


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


