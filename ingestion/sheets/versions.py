"""Which version of a form a file is: the one that its mark names, else the one in use when the period that it tells ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingestion.form import Form
from ingestion.readers.sheets import Sheet
from ingestion.sheets.form_periods import Period, has_periods, in_period
from ingestion.sheets.header_period import told_period
from ingestion.sheets.places import Origin, header_of_sheets
from ingestion.written.budget_years import BudgetYears


def layouts_of(form: Form) -> Iterator[tuple[str, Form]]:
    """(version, the form as it is laid out in it) of each layout that a form had: the present one first, then the newest."""
    yield form.version, form
    for version in sorted(form.layouts, key=form.first_day, reverse=True):
        yield version, form.in_version(version)


def laid_out(
    form: Form,
    marked: str | None,
    sheets: Sequence[Sheet],
    years: BudgetYears,
    origin: Origin,
    silent: frozenset[str] = frozenset(),
) -> tuple[str, Form]:
    """The version of a report of a form, and the form as that version lays it out, its header texts those of the report's period.

    marked  the version that the form mark names; None or "" for none. One that is not known is read by the present layout.
    silent  sheets whose names say nothing of the report
    """
    if marked:
        return marked, headed(form.in_version(marked), sheets, years, origin, silent)
    if form.earlier_versions:
        for _, laid in layouts_of(form):
            period = _period(laid, sheets, years, origin, silent)
            version = form.version_on(period[1]) if period else None
            if version and form.in_version(version) == laid:
                return version, headed(laid, sheets, years, origin, silent)
    return form.version, headed(form, sheets, years, origin, silent)


def headed(
    laid: Form, sheets: Sequence[Sheet], years: BudgetYears, origin: Origin, silent: frozenset[str] = frozenset()
) -> Form:
    """A form with the header texts of the period that its sheets tell; itself where none of its texts names a period."""
    if not any(map(has_periods, laid.sheets)):
        return laid
    period = _period(laid, sheets, years, origin, silent)
    return replace(laid, sheets=tuple(in_period(form_sheet, period, years) for form_sheet in laid.sheets))


def _period(laid: Form, sheets: Sequence[Sheet], years: BudgetYears, origin: Origin, silent: frozenset[str]) -> Period | None:
    header, _ = header_of_sheets(sheets, laid.header_fields, origin, {}, silent)
    return told_period({name: found.cell for name, found in header.items()}, years)
