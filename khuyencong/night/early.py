"""The night that runs early: most of the plan money that owes a report has been reported on, and the last night did not know it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from warehouse.parameters import read_parameters
from warehouse.rows import single_value
from warehouse.settings import TIMEZONE, Settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


Report = tuple[str, str, date]  # unit_key, form_code, period_end


@dataclass(frozen=True)
class Owed:
    """A report that is owed: the plan money of its unit of the currency, and whether the last night had it."""

    report: Report
    plan_vnd: Decimal
    was_there: bool


@dataclass(frozen=True)
class Share:
    """How many percent of a period's owed plan money are reported on: for the last night, and with what lies in landing."""

    period_end: date
    before_pct: Decimal
    now_pct: Decimal


def early_night(connection: Connection, settings: Settings, moment: datetime) -> Share | None:
    """The share that asks for a night now, written down as today's; None when none does, or one did today already.

    A period asks when its share has passed the register's early_night_share_pct since the last night. `moment` is now.
    """
    parameters = read_parameters(settings)
    limit = Decimal(parameters["early_night_share_pct"])
    window = timedelta(days=parameters["early_night_window_days"])
    today = moment.astimezone(TIMEZONE).date()
    with connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('facts.fct_duty') is not null")
        if not single_value(cursor):
            return None
        cursor.execute(read_statement(__package__, "owed_reports"), {"due_from": today - window, "due_until": today + window})
        owed = [Owed((unit, form, end), plan, there) for end, unit, form, there, plan in cursor]
    passed = [s for s in shares(owed, waiting_reports(connection, settings, moment)) if s.before_pct < limit <= s.now_pct]
    if not passed:
        return None
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into release.early_night (early_date, period_end, share_before_pct, share_pct, asked_at)
            values (%s, %s, %s, %s, %s) on conflict do nothing returning early_date""",
            (today, passed[0].period_end, passed[0].before_pct, passed[0].now_pct, moment),
        )
        return passed[0] if cursor.fetchone() else None


def shares(owed: Iterable[Owed], waiting: set[Report]) -> list[Share]:
    """The share of each period, in order. A period whose units have no plan yet is counted by reports."""
    periods: dict[date, list[Owed]] = {}
    for each in owed:
        periods.setdefault(each.report[2], []).append(each)
    found = []
    for period_end, reports in sorted(periods.items()):
        has_plan = any(each.plan_vnd > 0 for each in reports)
        weighed = [(each, each.plan_vnd if has_plan else Decimal(1)) for each in reports]
        whole = sum((weight for _, weight in weighed), Decimal(0))
        before = sum((weight for each, weight in weighed if each.was_there), Decimal(0))
        arrived = sum((weight for each, weight in weighed if not each.was_there and each.report in waiting), Decimal(0))
        found.append(Share(period_end, round(100 * before / whole, 2), round(100 * (before + arrived) / whole, 2)))
    return found


def waiting_reports(connection: Connection, settings: Settings, moment: datetime) -> set[Report]:
    """What lies in landing and no night has read: the reports in it that the door's reading does not send back. Writes nothing."""
    from ingestion.landing.receipts import Receipt
    from ingestion.reading.outcomes import FileRead
    from ingestion.reading.pool import ReaderPool, job_of

    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select receipt_key, claimed_unit_key, received_at, sha256, file_extension, folder_unit_key, location from raw.receipt
            where state = 'landed' and received_at <= %s""",
            (moment,),
        )
        receipts = [Receipt(*row) for row in cursor]
    with ReaderPool(job_of(settings)) as pool:
        read = [outcome for _, outcome in pool.outcomes(receipts) if isinstance(outcome, FileRead)]
    return {
        (rows.identity.unit_key, rows.form_code, rows.identity.period_end)
        for each in read
        for rows in each.submissions
        if rows.identity and not rows.is_returned and not rows.identity.is_withdrawal
    }
