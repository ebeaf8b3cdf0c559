"""When budget years begin and what they are called, by two rows of parameters.csv, and the same in register.budget_years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ingestion.register_rows import RegisterError
from ingestion.written.budget_years import BudgetYears
from warehouse.rows import single_row
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


def budget_years_of(parameters: Mapping[str, float]) -> BudgetYears:
    """The budget years of a register's parameters; raises RegisterError for a month or a name that there is not."""
    for code, allowed, words in (
        ("year_starts", range(1, 13), "the month that begins a budget year, 1 to 12"),
        ("year_named_by_end", (0, 1), "1 when a budget year is called after the calendar year in which it ends, else 0"),
    ):
        if parameters.get(code) not in allowed:
            raise RegisterError(f"parameters.csv: {code} is {parameters.get(code)}; it says {words}.")
    return BudgetYears(int(parameters["year_starts"]), bool(parameters["year_named_by_end"]))


def write_budget_years(connection: Connection, years: BudgetYears) -> None:
    """Put the register's budget years into the warehouse. Raises RegisterError when released figures have other years."""
    stored = read_budget_years(connection)
    if stored == years:
        return
    with connection, connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "write_budget_years"), vars(years))
        if cursor.rowcount == 0:
            raise RegisterError(
                f"parameters.csv: year_starts is {years.first_month} and year_named_by_end {years.is_named_by_end:d}, but the "
                f"warehouse has released figures of years that begin in month {stored.first_month} (named by their end: "
                f"{stored.is_named_by_end:d}). Put the rows back, or give a programme with other years a warehouse of its own."
            )


def read_budget_years(connection: Connection) -> BudgetYears:
    """The budget years of a warehouse."""
    with connection, connection.cursor() as cursor:
        cursor.execute("select first_month, is_named_by_end from register.budget_years")
        first_month, is_named_by_end = single_row(cursor)
    return BudgetYears(first_month, is_named_by_end)
