"""Dates and periods as people write them in a header cell: "31/03/2025", "03/2025", "Quý I/2025", "6 tháng đầu năm 2025",
"Q2 FY 2025/26".

The law's order is day/month/year. A month of the reporting year runs from the 15th to the 14th (NĐ 09/2019/NĐ-CP Điều 12), so a
start on the 15th or later belongs to the next month, and an end after the 14th to its own.
"""

from __future__ import annotations

import calendar
import datetime
import re

from ingestion.written.budget_years import BudgetYears
from ingestion.written.text import folded

SPREADSHEET_EPOCH = datetime.date(1899, 12, 30)
SERIALS = range(36526, 73051)  # 2000-01-01 to 2100-01-01, as numbers of a spreadsheet
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
ISO_DATE = re.compile(r"((?:19|20)\d\d) (\d{1,2}) (\d{1,2})(?:[ t]00 00 00(?: 0+)?(?: ?z)?)?")
DAY_MONTH_YEAR = re.compile(r"(?:ngay )?(\d{1,2}) (?:thang )?(\d{1,2}) (?:nam )?((?:19|20)\d\d)")
MONTH_YEAR = re.compile(r"(?:thang )?(\d{1,2}) (?:nam )?((?:19|20)\d\d)")
YEAR_MONTH = re.compile(r"((?:19|20)\d\d) (\d{1,2})")
# A budget year, by the name of one calendar year ("năm 2025", "FY 2025") or by those that it begins and ends in ("2025/26").
BUDGET_YEAR = (
    r"(?:(?:of )?(?:nam )?(?:tai khoa|ngan sach|tai chinh)|(?:of )?(?:fy|fiscal year|financial year)|nien do|nam)? ?"
    r"((?:19|20)\d\d)(?: ((?:(?:19|20)\d\d)|\d\d))?"
)
QUARTER = re.compile(rf"(?:quy|quarter|q) ?(iv|i{{1,3}}|[1-4]) {BUDGET_YEAR}")
FIRST_MONTHS = re.compile(rf"(\d{{1,2}}) thang (?:dau )?{BUDGET_YEAR}")
YEAR = re.compile(rf"(?:ca )?{BUDGET_YEAR}")


MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
MONTH_NAME = re.compile(rf"\b(?:{'|'.join(rf'{month[:3]}(?:{month[3:]})?' for month in MONTHS)}|sept)\b")
NAME_DAY_YEAR = re.compile(r"([a-z]+) (\d{1,2}) ((?:19|20)\d\d)")  # "June 30, 2025": a name cannot be a day
ENDED_MONTHS = {"month": 1, "quarter": 3, "half year": 6, "year": 12, "quy": 3, "thang": 1, "nam": 12}
ENDED = re.compile(rf"({'|'.join(ENDED_MONTHS)}) (?:ended|ending|ket thuc(?: ngay)?) (.+)")


def _in_numbers(text: str) -> str:
    """A folded text with names of months as their numbers, the day before the month."""
    if (match := NAME_DAY_YEAR.fullmatch(text)) and MONTH_NAME.fullmatch(match[1]):
        text = f"{match[2]} {match[1]} {match[3]}"
    return MONTH_NAME.sub(lambda name: str(next(n for n, month in enumerate(MONTHS, 1) if month[:3] == name[0][:3])), text)


def read_date(written: object) -> datetime.date | None:
    """The day that a cell names; None when it names none, or when day and month cannot be told from the text."""
    if isinstance(written, datetime.datetime):
        return written.date()
    if isinstance(written, datetime.date):
        return written
    if isinstance(written, int | float) and not isinstance(written, bool):
        is_serial = SERIALS.start <= written < SERIALS.stop  # a fraction is a time of the day
        return SPREADSHEET_EPOCH + datetime.timedelta(days=int(written)) if is_serial else None
    text = _in_numbers(folded(str(written)))
    for pattern, order in ((ISO_DATE, (1, 2, 3)), (DAY_MONTH_YEAR, (3, 2, 1))):
        match = pattern.fullmatch(text)
        if match:
            return _day(*(int(match[group]) for group in order))
    return None


def read_period_start(written: object, years: BudgetYears) -> datetime.date | None:
    """The first day of the period that a cell names, by a day in it or by the whole period; None when unreadable."""
    day = read_date(written)
    if day is None:
        span = read_span(written, years)
        return span[0] if span else None
    first = day.replace(day=1)
    return first if day.day < 15 else (first + datetime.timedelta(days=31)).replace(day=1)


def read_period_end(written: object, years: BudgetYears) -> datetime.date | None:
    """The month-end of the period that a cell names; None when unreadable."""
    day = read_date(written)
    if day is None:
        span = read_span(written, years)
        return span[1] if span else None
    return month_end(day.year, day.month)


def read_span(written: object, years: BudgetYears) -> tuple[datetime.date, datetime.date] | None:
    """First and last day of a named month, or of a budget year, its quarter or its first months, or of the months up to a day
    ("quarter ended 30 June 2025"); None when it names none.

    A month is one of the calendar; "2011-12" is a month and no year, unless a word says so ("FY 2011-12").
    """
    if not isinstance(written, str):
        year = int(written) if isinstance(written, int | float) and written % 1 == 0 else 0
        return years.months(year, 1, 12) if 1990 <= year <= 2100 else None
    if match := ENDED.fullmatch(folded(written)):
        end = read_date(match[2])
        return _months_to(end, ENDED_MONTHS[match[1]]) if end else None
    text = _in_numbers(folded(written))
    if match := QUARTER.fullmatch(text):
        quarter = ROMAN.get(match[1]) or int(match[1])
        return _months_of(years, match[2], match[3], 3 * quarter - 2, 3 * quarter)
    if match := FIRST_MONTHS.fullmatch(text):
        return _months_of(years, match[2], match[3], 1, int(match[1]))
    if (match := YEAR_MONTH.fullmatch(text)) and int(match[2]) <= 12:
        return _month(int(match[1]), int(match[2]))
    if match := YEAR.fullmatch(text):
        return _months_of(years, match[1], match[2], 1, 12)
    if match := MONTH_YEAR.fullmatch(text):
        return _month(int(match[2]), int(match[1]))
    return None


def month_end(year: int, month: int) -> datetime.date:
    """The last day of a month."""
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def _months_of(
    years: BudgetYears, first_year: str, second_year: str | None, first: int, last: int
) -> tuple[datetime.date, datetime.date] | None:
    """Months of the budget year that is named by one calendar year, or by the two in which it begins and ends."""
    named = int(first_year)
    if second_year is not None:
        if years.is_of_the_calendar or int(second_year) not in (named + 1, (named + 1) % 100):
            return None
        named = years.beginning_in(named)
    return years.months(named, first, last)


def _month(year: int, month: int) -> tuple[datetime.date, datetime.date] | None:
    return (datetime.date(year, month, 1), month_end(year, month)) if 1 <= month <= 12 else None


def _months_to(end: datetime.date, months: int) -> tuple[datetime.date, datetime.date]:
    """The last so many months up to the one that a day lies in."""
    first = end.year * 12 + end.month - months  # a month's number since the year 0
    return datetime.date(first // 12, first % 12 + 1, 1), month_end(end.year, end.month)


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
