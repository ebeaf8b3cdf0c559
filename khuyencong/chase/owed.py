"""What is owed and has not come on the day of the chase: whose report it is, who answers for it now, how often it was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from warehouse.rows import rows_by_name, single_value
from warehouse.settings import TIMEZONE
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


@dataclass(frozen=True)
class OwedReport:
    """One report that is owed, or will be within the days of a reminder, and has nothing in force.

    `unit_key` is whose figures, `responsible_unit_key` who answers for them on the day of the chase. `days_late` is negative before
    the due date. The returned_* say when and why the newest file for it was sent back. n_noticed counts the days on which it was
    asked for by mail that was sent; the last_* are days of notices to the unit that is responsible now, sent or about to be.
    followed_on is the day of the succession that closed the unit.
    """

    unit_key: str
    responsible_unit_key: str
    form_code: str
    period_end: date
    due_date: date
    days_late: int
    returned_at: datetime | None
    returned_vi: str | None
    returned_en: str | None
    n_noticed: int
    last_noticed_on: date | None
    last_reminder_on: date | None
    last_overdue_on: date | None
    last_escalation_on: date | None
    followed_on: date | None
    arrived_at: datetime | None


def owed_reports(cursor: Cursor, as_of: datetime, night_as_of: datetime, remind_days_before: int) -> list[OwedReport]:
    """The reports owed and missing at `as_of`, by unit that answers and due date; what came up to `night_as_of` has been read.

    Empty before the first night has built the tables that say what is owed.
    """
    cursor.execute("select to_regclass('staging.stg_asked') is null or to_regclass('facts.fct_report') is null")
    if single_value(cursor):
        return []
    today = as_of.astimezone(TIMEZONE).date()
    moments = {"as_of": as_of, "today": today, "night_as_of": night_as_of, "remind_days_before": remind_days_before}
    cursor.execute(read_statement(__package__, "owed_reports"), moments)
    return [OwedReport(**row) for row in rows_by_name(cursor)]


def arrivals(cursor: Cursor, as_of: datetime, night_as_of: datetime) -> list[tuple[str, int, datetime]]:
    """(unit, files, the last moment) of what the last good night did not read: it will be read tonight."""
    cursor.execute(read_statement(__package__, "arrivals"), {"as_of": as_of, "night_as_of": night_as_of})
    return [(unit_key, n_files, arrived_at) for unit_key, n_files, arrived_at in cursor]


def unit_names(cursor: Cursor) -> dict[str, dict[str, str]]:
    """unit_key → name by language."""
    cursor.execute("select unit_key, unit_name, coalesce(unit_name_en, unit_name) from register.units")
    return {key: {"vi": name, "en": name_en} for key, name, name_en in cursor}


def form_names(cursor: Cursor) -> dict[str, dict[str, str]]:
    """form_code → name by language."""
    cursor.execute("select form_code, form_name, form_name_en from register.form")
    return {code: {"vi": name, "en": name_en} for code, name, name_en in cursor}
