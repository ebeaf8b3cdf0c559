"""Whose report this is: the header cells of a form → unit, sender's role, period and the rest of a submission's identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form import Form, HeaderField
from ingestion.register import Register
from ingestion.sheets.header_period import begins_with_year
from ingestion.sheets.headers import HeaderCell, read_mark, text_of
from ingestion.sheets.identity_findings import period_findings, place, sender_findings
from ingestion.sheets.places import label_of, told_by_form
from ingestion.sheets.sheet_units import SheetUnit
from ingestion.written.budget_years import BudgetYears
from ingestion.written.periods import read_date, read_period_end, read_period_start, read_span

LONGEST_DOCUMENT_NO = 200  # characters; it is part of keys that are indexed
EXAMPLES = {"date": "31/03/2025", "month_end": "31/03/2025", "span": "Quý I/2025, 03/2025", "year": "2025", "mark": "x"}
PERIOD_ENDS = ("period_start", "period_end")
NEVER_GUESSED = ("budget_year", "is_nil", "is_withdrawal")


@dataclass(frozen=True)
class Identity:
    """What raw.submission keeps of a header; `money_factor` is that of its unit of money where no column says otherwise."""

    unit_key: str
    sender_role: str
    document_no: str
    document_date: date | None
    budget_year: int
    period_start: date
    period_end: date
    cutoff_date: date | None
    money_unit: str
    money_factor: int
    is_estimated: bool
    is_nil: bool
    nil_reason: str | None
    is_withdrawal: bool


def identify(
    form: Form,
    version: str,
    header: dict[str, HeaderCell],
    money: SheetUnit | None,
    register: Register,
    claimed_unit_key: str | None,
    received_at: datetime,
) -> tuple[Identity | None, list[Finding]]:
    """The identity that a header gives, and every fault found in it, in one pass.

    `money` is the unit of money that the file tells; where it tells none, the form's stands, and no amount may.
    None when unit, sender or period cannot be told, or when the sender may not report for the unit:
    such a file is nobody's report. A unit reports for itself and, from its first day, for the units that it succeeded.
    """
    findings: list[Finding] = []
    needed = [f for f in form.header_fields if f.required or f.name in form.required_header]
    by_name = {field.name: field for field in form.header_fields}
    for field in needed:
        if field.name not in header and field.name != "form_mark" and not (field.name in PERIOD_ENDS and "period" in header):
            asked = by_name.get("period", field) if field.name in PERIOD_ENDS else field
            findings.append(find("header_missing", expected=told_by_form(asked), header=label_of(asked)))
    strict = {field.name for field in needed} | set(NEVER_GUESSED)
    strict |= {"period"} if any(name in strict and name not in header for name in PERIOD_ENDS) else set()

    def read(name: str, reader: Callable[[object], Any]) -> Any:
        cell = header.get(name)
        value = reader(cell.value) if cell else None
        if cell and value is None:
            field = by_name[name]
            expected = EXAMPLES.get(field.type) or ", ".join(sorted(set(register.sender_roles.values())))
            code = "header_unreadable" if name in strict else "header_unclear"
            findings.append(find(code, **place(cell), expected=expected, header=label_of(field)))
        return value

    years = register.budget_years
    span = read("period", lambda written: read_span(written, years)) or (None, None)
    end = read("period_end", lambda written: read_period_end(written, years)) if "period_end" in header else span[1]
    if begins_with_year(header):
        start = years.start(years.of(end)) if end else None
    else:
        start = read("period_start", lambda written: read_period_start(written, years)) if "period_start" in header else span[0]
    role = read("sender_role", lambda cell: register.role_of(text_of(cell)))
    year = read("budget_year", lambda written: _year(written, years)) or (years.of(end) if end else None)
    document_date, cutoff_date = read("document_date", read_date), read("cutoff_date", read_date)
    is_estimated, is_nil, is_withdrawal = (read(name, read_mark) for name in ("is_estimated", "is_nil", "is_withdrawal"))
    unit = _unit(header, register, end, findings) if end else None
    if unit and end:
        findings += sender_findings(unit, end, header, register, claimed_unit_key, received_at)
    is_unidentified = any(finding.verdict == "return" for finding in findings)
    if start and end and year:
        findings += period_findings(form, version, header, start, end, year, unit, register, received_at)
    document_no = _text(header, "document_no") if form.has_document_no else ""
    if len(document_no) > LONGEST_DOCUMENT_NO:
        findings.append(find("header_too_long", **place(header["document_no"]), expected=LONGEST_DOCUMENT_NO))
        is_unidentified = True
    if is_unidentified or not (start and end and year and unit and role):
        if not any(finding.verdict == "return" for finding in findings):
            lacking = {"unit": unit or not end, "sender_role": role, "period_start": start, "period_end": end}
            findings += _lacking([name for name, value in lacking.items() if not value], by_name)
        return None, findings
    return (
        Identity(
            unit_key=unit,
            sender_role=role,
            document_no=document_no,
            document_date=document_date,
            budget_year=year,
            period_start=start,
            period_end=end,
            cutoff_date=cutoff_date,
            money_unit=_on_one_line(money.name) if money and money.factor else form.money_unit,
            money_factor=(money and money.factor) or form.money_factor,
            is_estimated=bool(is_estimated),
            is_nil=bool(is_nil),
            nil_reason=_text(header, "nil_reason") or None,
            is_withdrawal=bool(is_withdrawal),
        ),
        findings,
    )


def _lacking(names: list[str], by_name: dict[str, HeaderField]) -> list[Finding]:
    """What a report is nobody's without is said to lack, also where its form does not ask for it."""
    asked = [by_name.get("period", by_name[name]) if name in PERIOD_ENDS else by_name[name] for name in names]
    return [find("header_missing", expected=told_by_form(each), header=label_of(each)) for each in dict.fromkeys(asked)]


def _unit(header: dict[str, HeaderCell], register: Register, end: date, findings: list[Finding]) -> str | None:
    """The unit by its name, or its official code in place of a name, on the last day of the period.

    A code given beside the name must have meant the same unit on that day.
    """
    cell = header.get("unit")
    if cell is None:
        return None
    found = [unit for unit in register.units_named(cell.written, end) if unit in register.unit_kinds]
    if not found and cell.written.strip().isdigit():
        found = [unit for unit in (register.unit_with_code(cell.written, end),) if unit]
    if len(found) != 1:
        ever = [unit for unit in register.units_named(cell.written) if unit in register.unit_kinds]
        code = "unit_not_on_date" if ever else "unit_unknown"
        findings.append(find(code, **place(cell), day=f"{end:%d/%m/%Y}"))
        return None
    code_cell = header.get("unit_code")
    if code_cell is not None:
        by_code = register.unit_with_code(code_cell.written, end)
        if by_code != found[0]:
            words = {"unit": cell.written, "day": f"{end:%d/%m/%Y}"}
            words["meant"] = register.unit_texts.get(by_code or "", "không đơn vị nào")
            words["meant_en"] = register.unit_texts.get(by_code or "", "no unit")
            findings.append(find("unit_code_other", **place(code_cell), **words))
    return found[0]


def _year(cell: object, years: BudgetYears) -> int | None:
    span = read_span(cell, years)
    return years.of(span[1]) if span else None


def _text(header: dict[str, HeaderCell], name: str) -> str:
    """A header's text on one line, without characters that no program shows and no database takes."""
    return _on_one_line(header[name].written) if name in header else ""


def _on_one_line(written: str) -> str:
    text = " ".join(written.split())
    return text if text.isprintable() else "".join(letter for letter in text if letter.isprintable())


