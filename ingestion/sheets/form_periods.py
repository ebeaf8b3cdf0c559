"""Header texts that name a period ({year}, {quarter}, {month} …), as a report of one period writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

from ingestion.form_sheet import Column, FormSheet
from ingestion.written.budget_years import BudgetYears
from ingestion.written.period_names import names_of, speaks_of_period

Period = tuple[date, date]  # first and last day


def has_periods(form_sheet: FormSheet) -> bool:
    """Whether header texts of a form sheet name a period, so that its table is only found once the report's is known."""
    texts = (text for column in form_sheet.columns for text in (*column.headers, *column.groups))
    return any(map(speaks_of_period, texts))


@lru_cache(maxsize=1 << 10)
def in_period(form_sheet: FormSheet, period: Period | None, years: BudgetYears) -> FormSheet:
    """The form sheet with the header texts of a report of a period, each column's by the period of its own figures.

    Itself where no text names a period, and where the report's is not known.
    """
    if period is None or period[0] > period[1] or not has_periods(form_sheet):
        return form_sheet
    columns = tuple(_written(column, period, years) for column in form_sheet.columns)
    return replace(form_sheet, columns=columns, is_of_period=True)


def told_period(column: Column, measure: str, report: Period, years: BudgetYears) -> Period:
    """First and last day of the figures of a column with a period of its own, in a report of a period; equal to what staging says.

    Cumulative figures begin with their budget year where the report begins with its own, if the form does not say how many months.
    """
    if column.period is None:
        return report
    start, end = column.period.of(*report, years)
    is_free = column.period.months is None and column.period.start is None and column.period.from_month is None
    if measure == "ytd" and is_free and report[0] == years.start(years.of(report[1])):
        start = years.start(years.of(end))
    return start, end


def _written(column: Column, period: Period, years: BudgetYears) -> Column:
    first, last = column.period.of(*period, years) if column.period else period
    headers = tuple(dict.fromkeys(name for header in column.headers for name in names_of(header, first, last, years)))
    return replace(column, headers=headers, groups=tuple(names_of(group, first, last, years)[0] for group in column.groups))
