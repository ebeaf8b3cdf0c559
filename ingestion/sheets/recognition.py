"""Which form a file is: by the form mark of a sheet, by a title, else by a table that fits and a header that says whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form import Form, HeaderField
from ingestion.readers.sheets import Sheet
from ingestion.register import Register
from ingestion.sheets.header_period import told_period
from ingestion.sheets.headers import HEADER_ROWS
from ingestion.sheets.places import Origin, found_on, header_of_sheets
from ingestion.sheets.table_findings import no_form
from ingestion.sheets.tables import has_table
from ingestion.sheets.versions import headed, layouts_of
from ingestion.written.text import folded


def announced_form(sheet: Sheet, forms: dict[str, Form], origin: Origin) -> tuple[Form | None, str | None, Finding | None]:
    """(form, version, finding) that a sheet announces by its form mark, else by its title; the version is None without a mark.

    Each form has labels of its own for its mark. A mark that names no form is a fault, but for a form that asks for none.
    """
    unknown: Finding | None = None
    for field, own in _mark_fields(forms):
        found = found_on(sheet, [field], origin, skipped="constant").get(field.name)
        if found is None:
            continue
        form, version = marked_form(found.cell.written, own)
        if form is not None:
            return form, version, None
        cell = found.cell
        place: dict[str, Any] = {"sheet_name": sheet.name, "cell": cell.cell_address, "written": cell.written}
        unknown = unknown or find("form_unknown", **place, expected=", ".join(c for c, f in forms.items() if f.sheets))
    titled = titled_form(sheet, {c: f for c, f in forms.items() if f.sheets}, HEADER_ROWS)
    if unknown and (titled is None or asks_for_mark(titled)):
        return None, None, unknown
    return titled, None, None


def asks_for_mark(form: Form) -> bool:
    """Whether a report of a form must name it in a cell."""
    return any(field.name == "form_mark" and field.required for field in form.header_fields)


def fitting_forms(
    sheets: Sequence[Sheet], forms: dict[str, Form], register: Register, origin: Origin
) -> tuple[list[Form], list[Finding]]:
    """The forms of a file that announces none: by sheet, the one whose table fits there, and of several the one whose unit and
    period the file tells where that form has them. What cannot be told is a finding that names the candidates.
    """
    by_sheet = {sheet.name: [form for form in forms.values() if _fits(sheet, form, sheets, register, origin)] for sheet in sheets}
    fitting = {form.form_code: form for found in by_sheet.values() for form in found}
    if not fitting:
        return [], [no_form(list(sheets), forms)]
    if len(fitting) == 1:
        return list(fitting.values()), []
    named = {found[0].form_code: found[0] for found in by_sheet.values() if len(found) == 1}
    findings = []
    for name, found in by_sheet.items():
        if len(found) < 2 or any(form.form_code in named for form in found):
            continue
        told = [form for form in found if _is_identified(form, sheets, register, origin)]
        if len(told) == 1:
            named[told[0].form_code] = told[0]
        else:
            codes = ", ".join(form.form_code for form in told or found)
            findings.append(find("form_ambiguous", sheet_name=name, expected=codes))
    return list(named.values()), findings


def marked_form(written: str, forms: dict[str, Form]) -> tuple[Form | None, str]:
    """The form and version that a form mark names ("kinh-phi 1"); the form is None when there is no such form."""
    name = folded(written)
    for code in sorted(forms, key=len, reverse=True):
        plain = folded(code)
        if name == plain or name.startswith(plain + " "):
            words = written.split()
            version = words[-1].strip("().").lower().lstrip("v") if folded(words[-1]) != plain.split()[-1] else ""
            return forms[code], version
    return None, ""


def titled_form(sheet: Sheet, forms: dict[str, Form], end: int) -> Form | None:
    """The form of which a title, of any version, stands in a cell above row index `end`; None for none, and for several."""
    texts = [folded(cell) for row in sheet.rows[:end] for cell in row if isinstance(cell, str) and len(cell) > 8]
    found = [form for form in forms.values() if any(folded(title) in text for title in form.titles_ever for text in texts)]
    return found[0] if len(found) == 1 else None


def _mark_fields(forms: dict[str, Form]) -> list[tuple[HeaderField, dict[str, Form]]]:
    """The header fields that name a form, each with the forms that have it, in the order of the forms."""
    by_field: dict[HeaderField, dict[str, Form]] = {}
    for code, form in forms.items():
        for field in form.header_fields_ever if form.sheets else ():
            if field.name == "form_mark":
                by_field.setdefault(field, {})[code] = form
    return list(by_field.items())


def _fits(sheet: Sheet, form: Form, sheets: Sequence[Sheet], register: Register, origin: Origin) -> bool:
    """Whether a table of a form, in one of its versions, stands on a sheet."""
    around = [sheet, *(other for other in sheets if other is not sheet)]
    years = register.budget_years
    return any(has_table(sheet, headed(laid, around, years, origin)) for _, laid in layouts_of(form))


def _is_identified(form: Form, sheets: Sequence[Sheet], register: Register, origin: Origin) -> bool:
    """Whether a file tells unit and period where a version of the form has them, in words that are a unit and a period."""
    for _, laid in layouts_of(form):
        found, _ = header_of_sheets(sheets, laid.header_fields, origin, {})
        header = {name: each.cell for name, each in found.items()}
        period = told_period(header, register.budget_years)
        if period and "unit" in header and register.units_named(header["unit"].written, period[1]):
            return True
    return False
