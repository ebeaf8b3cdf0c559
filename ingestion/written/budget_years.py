"""Budget years: the month that begins one, the calendar year that it is called after, and the days and months of each.

The same as the functions register.budget_year_of, year_start, year_end and month_of_year of the warehouse; a test holds the two
against each other.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class BudgetYears:
    """first_month: the month that begins a budget year, 1 to 12; is_named_by_end: called after the calendar year of its end."""

    first_month: int
    is_named_by_end: bool

    def of(self, day: datetime.date) -> int:
        """The budget year that a day lies in."""
        return self.beginning_in(day.year - (day.month < self.first_month))

    def start(self, budget_year: int) -> datetime.date:
        """The first day of a budget year."""
        return datetime.date(budget_year - self._years_ahead, self.first_month, 1)

    def end(self, budget_year: int) -> datetime.date:
        """The last day of a budget year."""
        return self.start(budget_year + 1) - datetime.timedelta(days=1)

    def month_of(self, day: datetime.date) -> int:
        """Which month of its budget year a day lies in, 1 to 12."""
        return (day.month - self.first_month) % 12 + 1

    def month_named(self, month_of_year: int) -> int:
        """The month of the calendar, 1 to 12, that is the n-th of a budget year."""
        return (self.first_month + month_of_year - 2) % 12 + 1

    def months(self, budget_year: int, first: int, last: int) -> tuple[datetime.date, datetime.date] | None:
        """First and last day of a budget year's months `first` to `last`; None when it has no such months."""
        if not 1 <= first <= last <= 12:
            return None
        return self._first_day(budget_year, first), self._first_day(budget_year, last + 1) - datetime.timedelta(days=1)

    def beginning_in(self, calendar_year: int) -> int:
        """The budget year that begins in a calendar year."""
        return calendar_year + self._years_ahead

    @property
    def is_of_the_calendar(self) -> bool:
        """Whether a budget year is a calendar year, so that nobody names it by two."""
        return self.first_month == 1

    @property
    def _years_ahead(self) -> int:
        return int(self.is_named_by_end and not self.is_of_the_calendar)

    def _first_day(self, budget_year: int, month_of_year: int) -> datetime.date:
        start = self.start(budget_year)
        months = start.month + month_of_year - 2
        return datetime.date(start.year + months // 12, months % 12 + 1, 1)
