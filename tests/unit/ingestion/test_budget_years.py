"""Budget years that begin in any month, under both names, against years worked out the long way; and how people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_years import RULES, plain_year

from ingestion.budget_year_row import budget_years_of
from ingestion.readers.narrative.named_periods import find_periods
from ingestion.readers.narrative.register import fold
from ingestion.register_rows import RegisterError
from ingestion.sheets.second_tables import names_another_period
from ingestion.written.budget_years import BudgetYears
from ingestion.written.periods import read_span

CALENDAR, APRIL, JULY = BudgetYears(1, False), BudgetYears(4, False), BudgetYears(7, True)
DAYS = st.dates(date(1992, 1, 1), date(2099, 12, 31))


@given(st.sampled_from(RULES), DAYS)
def test_a_day_lies_in_the_year_that_began_last(rule, day):
    years, plain = BudgetYears(*rule), plain_year(day, *rule)
    assert years.of(day) == plain.name
    assert (years.start(plain.name), years.end(plain.name)) == (plain.start, plain.end)
    assert years.month_of(day) == plain.month
    assert years.month_named(plain.month) == day.month
    assert years.beginning_in(plain.start.year) == plain.name


@given(st.sampled_from(RULES), DAYS, st.integers(1, 12), st.integers(1, 12))
def test_months_of_a_year_are_counted_from_its_begin(rule, day, first, last):
    years, plain = BudgetYears(*rule), plain_year(day, *rule)
    span = years.months(plain.name, first, last)
    if first > last:
        assert span is None
        return
    assert (plain_year(span[0], *rule).month, span[0].day) == (first, 1)
    after = span[1] + timedelta(days=1)
    assert (plain_year(span[1], *rule).month, after.day) == (last, 1)
    assert plain_year(span[0], *rule).name == plain_year(span[1], *rule).name == plain.name


@pytest.mark.parametrize(
    ("written", "years", "start", "end"),
    [
        ("FY 2025/26", APRIL, "2025-04-01", "2026-03-31"),
        ("FY2025-26", APRIL, "2025-04-01", "2026-03-31"),
        ("2025-26", APRIL, "2025-04-01", "2026-03-31"),
        ("2025/2026", APRIL, "2025-04-01", "2026-03-31"),
        ("FY 2025", APRIL, "2025-04-01", "2026-03-31"),
        (2025, APRIL, "2025-04-01", "2026-03-31"),
        ("Q2 FY2025-26", APRIL, "2025-07-01", "2025-09-30"),
        ("Q4 2025/26", APRIL, "2026-01-01", "2026-03-31"),
        ("Quarter 1 of FY 2025/26", APRIL, "2025-04-01", "2025-06-30"),
        ("Quý II năm tài khóa 2025-2026", APRIL, "2025-07-01", "2025-09-30"),
        ("Quý II/2025", APRIL, "2025-07-01", "2025-09-30"),
        ("9 tháng đầu năm tài khóa 2025/26", APRIL, "2025-04-01", "2025-12-31"),
        ("Niên độ 2025-2026", APRIL, "2025-04-01", "2026-03-31"),
        ("tháng 6/2025", APRIL, "2025-06-01", "2025-06-30"),
        ("2011-12", APRIL, "2011-12-01", "2011-12-31"),  # a month, unless a word says that it is a year
        ("FY 2011-12", APRIL, "2011-04-01", "2012-03-31"),
        ("FY 2025/26", JULY, "2025-07-01", "2026-06-30"),
        ("FY 2026", JULY, "2025-07-01", "2026-06-30"),
        ("Q1 FY 2026", JULY, "2025-07-01", "2025-09-30"),
        ("Q3 2025/26", JULY, "2026-01-01", "2026-03-31"),
        ("6 tháng đầu năm 2026", JULY, "2025-07-01", "2025-12-31"),
    ],
)
def test_a_named_year_is_that_of_the_programme(written, years, start, end):
    assert read_span(written, years) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("written", ["2025/27", "FY 2025-24", "Q5 2025/26", "FY", "13 tháng 2025/26", "2025/26/27"])
def test_what_is_no_year_of_the_programme_is_not_guessed(written):
    assert read_span(written, APRIL) is None


@pytest.mark.parametrize("written", ["2025/26", "FY 2025-2026", "Quý I 2025-26"])
def test_nobody_names_a_calendar_year_by_two(written):
    assert read_span(written, CALENDAR) is None


def named(text, years):
    return [(each.start.isoformat(), each.end.isoformat()) for each in find_periods(fold(text), 0, len(text), None, years)]


def test_running_text_names_years_of_the_programme():
    assert named("Trong quý II năm tài khóa 2025-2026, chi 5 tỷ", APRIL) == [("2025-07-01", "2025-09-30")]
    assert named("In Q3 FY 2025/26 it spent more", JULY) == [("2026-01-01", "2026-03-31")]
    assert named("Kế hoạch năm 2025", APRIL) == [("2025-04-01", "2026-03-31")]
    assert named("6 tháng đầu năm 2025", APRIL) == [("2025-04-01", "2025-09-30")]
    assert named("đến hết tháng 2/2026", APRIL) == [("2025-04-01", "2026-02-28")]
    assert named("giai đoạn 2025-2026", APRIL) == [("2025-04-01", "2027-03-31")]
    assert named("giai đoạn 2025-2026", CALENDAR) == [("2025-01-01", "2026-12-31")]
    assert named("năm ngân sách 2025-2026", CALENDAR) == [("2025-01-01", "2026-12-31")]


def test_a_plan_of_a_month_is_that_of_its_year():
    (period,) = find_periods("tháng 2/2026", 0, 12, None, APRIL)
    assert period.budget_year == 2025
    assert (period.whole_years().start, period.whole_years().end) == (date(2025, 4, 1), date(2026, 3, 31))


def test_a_heading_names_another_quarter_of_the_programme():
    june = date(2025, 6, 30)
    assert not names_another_period("Quý I/2025", june, APRIL)
    assert names_another_period("Quý II/2025", june, APRIL)
    assert not names_another_period("Quý II/2025", june, CALENDAR)
    assert not names_another_period("năm 2025", date(2026, 2, 28), APRIL)
    assert names_another_period("năm 2025", date(2026, 2, 28), CALENDAR)


@pytest.mark.parametrize(
    ("month", "by_end"), [(0, 0), (13, 0), (4.5, 0), (4, 2), (4, -1), (None, 0), (4, None)]
)
def test_a_year_that_there_is_not_is_told_at_load(month, by_end):
    said = {"year_starts": month, "year_named_by_end": by_end}
    with pytest.raises(RegisterError, match=r"parameters\.csv: year_"):
        budget_years_of({code: value for code, value in said.items() if value is not None})
