"""What is wrong with a sender or a period that a header gives, each at its cell."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form import Form
from ingestion.register import Register
from ingestion.sheets.header_period import cell_of
from ingestion.sheets.headers import HeaderCell
from warehouse.settings import TIMEZONE

LATEST_END = timedelta(days=31)


def sender_findings(
    unit: str, end: date, header: dict[str, Any], register: Register, claimed: str | None, received_at: datetime
) -> list[Finding]:
    """A sender may report for itself, and for those that it succeeded, for periods before it did."""
    if claimed is None or claimed == unit:
        return []
    succeeded = register.succeeded_on(claimed, unit)
    if succeeded and end < succeeded <= received_at.astimezone(TIMEZONE).date():
        return []
    expected = register.unit_texts.get(claimed, claimed)
    return [find("unit_of_another_sender", **place(header["unit"]), expected=expected)]


def period_findings(
    form: Form,
    version: str,
    header: dict[str, Any],
    start: date,
    end: date,
    year: int,
    unit: str | None,
    register: Register,
    received_at: datetime,
) -> list[Finding]:
    """A period must be one of the form and of the sender, over one year, begun, and over soon."""
    received = received_at.astimezone(TIMEZONE).date()
    start_place, end_place = place(cell_of(header, "period_start")), place(cell_of(header, "period_end"))
    day = f"{received:%d/%m/%Y}"
    findings, years = [], register.budget_years
    if years.month_of(end) not in form.period_months:
        months = ", ".join(str(years.month_named(month)) for month in form.period_months)
        findings.append(find("period_not_of_form", **end_place, expected=months, form=form.form_name, form_en=form.form_name_en))
    if end < (first := form.first_day(version)):
        names: dict[str, Any] = {"expected": f"{first:%d/%m/%Y}", "form": form.form_name, "form_en": form.form_name_en}
        findings.append(find("period_before_form", **end_place, **names))
    if start > end:
        findings.append(find("period_backwards", **start_place, end=f"{end:%d/%m/%Y}"))
    elif years.of(start) != years.of(end):
        findings.append(find("period_over_years", **start_place, end=f"{end:%d/%m/%Y}"))
    if start > received:
        findings.append(find("period_not_begun", **start_place, expected=day))
    elif end > received + LATEST_END:
        findings.append(find("period_not_over", **end_place, expected=day))
    # A plan may be decided in the year before or after its own; what a report counts belongs to the year of its period.
    if abs(year - years.of(end)) > form.has_document_no:
        findings.append(find("budget_year_other", **place(header["budget_year"]), expected=years.of(end)))
    starts = register.starts_after_succession(unit, end) if unit else ()
    if starts and start not in starts:
        expected = "; ".join(f"{day:%d/%m/%Y}" for day in starts)
        findings.append(find("period_start_of_successor", **start_place, expected=expected))
    return findings


def place(cell: HeaderCell) -> dict[str, Any]:
    """The place of a header cell and what it says, in the words of a finding."""
    return {"sheet_name": cell.sheet_name or None, "cell": cell.cell_address, "written": cell.written}
