"""Which period a header names, in a cell for its start and one for its end, or in one cell for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ingestion.form_words import YEAR_START
from ingestion.sheets.form_periods import Period
from ingestion.sheets.headers import HeaderCell
from ingestion.sheets.places import ADDRESSES
from ingestion.written.budget_years import BudgetYears
from ingestion.written.periods import read_period_end, read_period_start, read_span


def told_period(header: Mapping[str, HeaderCell], years: BudgetYears) -> Period | None:
    """First and last day of the period that a header names; None when it does not name both, or not so that they can be read."""
    span = read_span(header["period"].value, years) if "period" in header else None
    start: date | None = span[0] if span else None
    end: date | None = span[1] if span else None
    if "period_end" in header:
        end = read_period_end(header["period_end"].value, years)
    if begins_with_year(header):
        start = years.start(years.of(end)) if end else None
    elif "period_start" in header:
        start = read_period_start(header["period_start"].value, years)
    return (start, end) if start and end else None


def begins_with_year(header: Mapping[str, HeaderCell]) -> bool:
    """Whether the form says that its reports, whatever period they name, speak of the time since the budget year's begin."""
    cell = header.get("period_start")
    return cell is not None and cell.cell_address == ADDRESSES["constant"] and cell.written == YEAR_START


def cell_of(header: Mapping[str, HeaderCell], name: str) -> HeaderCell:
    """The cell that names the start or the end of the period (`name`): its own, else the one for all of it."""
    return header[name] if name in header else header["period"]
