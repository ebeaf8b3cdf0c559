"""The warehouse's budget years: against years worked out the long way, put into statements by the planner, fixed once released."""

import contextlib
from datetime import date, timedelta

import pytest
from plain_years import RULES, plain_year

from ingestion.budget_year_row import read_budget_years, write_budget_years
from ingestion.register_rows import RegisterError
from ingestion.written.budget_years import BudgetYears
from warehouse.address import connect

# the ends of every month of five years with a leap year among them, and the days after them
LAST_DAYS = [date(2023 + n // 12, n % 12 + 1, 1) - timedelta(days=1) for n in range(60)]
DAYS = sorted({*LAST_DAYS, *(day + timedelta(days=1) for day in LAST_DAYS), date(2024, 2, 15)})


@pytest.fixture
def connection(empty_database):
    with contextlib.closing(connect(empty_database)) as connection:
        yield connection


def rows(connection, query, values=None):
    with connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def test_every_day_lies_in_its_year(connection):
    for rule in RULES:
        write_budget_years(connection, BudgetYears(*rule))
        assert read_budget_years(connection) == BudgetYears(*rule)
        told = rows(
            connection,
            """select day, budget_year, register.year_start(budget_year), register.year_end(budget_year),
                register.month_of_year(day)
            from (select day, register.budget_year_of(day) as budget_year from unnest(%s::date[]) as day) as each""",
            (DAYS,),
        )
        plain = {day: plain_year(day, *rule) for day in DAYS}
        assert {row[0]: row[1:] for row in told} == {
            day: (year.name, year.start, year.end, year.month) for day, year in plain.items()
        }


def test_a_warehouse_begins_with_the_calendar_year(connection):
    assert read_budget_years(connection) == BudgetYears(1, False)


def test_the_planner_puts_the_year_into_the_statement(connection):
    """A call a row would cost a night with a million cells seconds."""
    for call in ("budget_year_of(period_end)", "month_of_year(period_end)", "year_start(budget_year)", "year_end(budget_year)"):
        planned = "\n".join(row[0] for row in rows(connection, f"explain verbose select register.{call} from raw.submission"))
        assert "Output:" in planned
        assert "register." not in planned, call


def test_years_do_not_change_under_released_figures(connection):
    write_budget_years(connection, BudgetYears(4, False))
    rows(
        connection,
        """with run as (insert into release.run (as_of, started_at) values (now(), now()) returning run_key)
        insert into release.release (run_key, as_of, release_hash)
        select run_key, now(), 'h' from run returning release_number""",
    )
    write_budget_years(connection, BudgetYears(4, False))
    with pytest.raises(RegisterError, match=r"year_starts is 7 .* begin in month 4 .* a warehouse of its own"):
        write_budget_years(connection, BudgetYears(7, False))
    assert read_budget_years(connection) == BudgetYears(4, False)
