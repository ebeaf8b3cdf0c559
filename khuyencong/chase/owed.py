"""What is owed and has not come on the day of the chase: whose report it is, who answers for it now, how often it was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg2.extras import RealDictCursor

from warehouse.settings import TIMEZONE


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


# Whose report it is stands in the calendar; who answers for it is read at the date of the chase. A report is answered as
# facts.fct_report says. What came for a unit after the last good night is known as a receipt only.
OWED = """
with asked as (
    select unit_key, form_code, period_end, sender_role, due_date
    from staging.stg_asked
    where least(period_end, due_date) <= %(today)s or due_date - %(remind_days_before)s <= %(today)s
),

open_report as (
    select asked.*, coalesce(follower.successor_key, asked.unit_key) as responsible_unit_key, closed.followed_on
    from asked
    left join lateral (
        select successor_key from staging.stg_succession
        where predecessor_key = asked.unit_key and effective_date <= %(today)s
        order by steps desc limit 1
    ) as follower on true
    left join (
        select predecessor_key, min(effective_date) as followed_on from staging.stg_succession group by predecessor_key
    ) as closed on asked.unit_key = closed.predecessor_key
    where not exists (
        select 1 from facts.fct_report as report
        where report.unit_key = asked.unit_key and report.form_code = asked.form_code and report.period_end = asked.period_end
            and report.sender_role = asked.sender_role and report.state in ('in_force', 'nil')
    )
),

notice as (
    select notice.*, mail.sent_at is not null as is_sent
    from outbox.notice as notice
    inner join outbox.mail as mail on notice.mail_key = mail.mail_key
    where notice.noticed_on <= %(today)s
        and (mail.sent_at is not null or mail.dropped_at is null and mail.written_at::date = %(today)s)
)

select
    o.unit_key, o.responsible_unit_key, o.form_code, o.period_end, o.due_date, %(today)s - o.due_date as days_late,
    returned.received_at as returned_at, returned.reason_vi as returned_vi, returned.reason_en as returned_en,
    coalesce(noticed.n_noticed, 0) as n_noticed, noticed.last_noticed_on, noticed.last_reminder_on, noticed.last_overdue_on,
    noticed.last_escalation_on, o.followed_on, arrival.arrived_at
from open_report as o
left join lateral (
    select s.received_at, string_agg(f.message_vi, ' ' order by f.finding_key) as reason_vi,
        string_agg(f.message_en, ' ' order by f.finding_key) as reason_en
    from facts.fct_submission as s
    left join raw.finding as f on s.submission_key = f.submission_key and f.verdict = 'return'
    where s.unit_key = o.unit_key and s.form_code = o.form_code and s.period_end = o.period_end
        and s.sender_role = o.sender_role and s.submission_state = 'returned'
    group by s.submission_key, s.received_at order by s.received_at desc, s.submission_key desc limit 1
) as returned on true
left join lateral (
    select
        count(distinct n.noticed_on) filter (where n.is_sent and n.stage <> 'escalated') as n_noticed,
        max(n.noticed_on) filter (where n.is_sent and n.stage <> 'escalated') as last_noticed_on,
        max(n.noticed_on) filter (where n.stage = 'before' and n.responsible_unit_key = o.responsible_unit_key) as last_reminder_on,
        max(n.noticed_on) filter (where n.stage = 'overdue' and n.responsible_unit_key = o.responsible_unit_key) as last_overdue_on,
        max(n.noticed_on) filter (where n.stage = 'escalated' and n.responsible_unit_key = o.responsible_unit_key)
            as last_escalation_on
    from notice as n
    where n.unit_key = o.unit_key and n.form_code = o.form_code and n.period_end = o.period_end
) as noticed on true
left join lateral (
    select max(received_at) as arrived_at from raw.receipt
    where claimed_unit_key in (o.unit_key, o.responsible_unit_key) and received_at <= %(as_of)s
        and (received_at > %(night_as_of)s or state = 'landed') -- a server may prove that it came before the night that missed it
) as arrival on true
order by o.responsible_unit_key, o.due_date, o.form_code, o.period_end, o.unit_key"""

ARRIVED = """
select claimed_unit_key as unit_key, count(*) as n_files, max(received_at) as arrived_at from raw.receipt
where claimed_unit_key is not null and received_at <= %(as_of)s and (received_at > %(night_as_of)s or state = 'landed')
group by claimed_unit_key order by claimed_unit_key"""


def owed_reports(cursor: Any, as_of: datetime, night_as_of: datetime, remind_days_before: int) -> list[OwedReport]:
    """The reports owed and missing at `as_of`, by unit that answers and due date; what came up to `night_as_of` has been read.

    Empty before the first night has built the tables that say what is owed.
    """
    cursor.execute("select to_regclass('staging.stg_asked') is null or to_regclass('facts.fct_report') is null")
    if cursor.fetchone()[0]:
        return []
    today = as_of.astimezone(TIMEZONE).date()
    moments = {"as_of": as_of, "today": today, "night_as_of": night_as_of, "remind_days_before": remind_days_before}
    with cursor.connection.cursor(cursor_factory=RealDictCursor) as rows:
        rows.execute(OWED, moments)
        return [OwedReport(**row) for row in rows.fetchall()]


def arrivals(cursor: Any, as_of: datetime, night_as_of: datetime) -> list[tuple[str, int, datetime]]:
    """(unit, files, the last moment) of what the last good night did not read: it will be read tonight."""
    cursor.execute(ARRIVED, {"as_of": as_of, "night_as_of": night_as_of})
    return cursor.fetchall()


def unit_names(cursor: Any) -> dict[str, dict[str, str]]:
    """unit_key → name by language."""
    cursor.execute("select unit_key, unit_name, coalesce(unit_name_en, unit_name) from register.units")
    return {key: {"vi": name, "en": name_en} for key, name, name_en in cursor}


def form_names(cursor: Any) -> dict[str, dict[str, str]]:
    """form_code → name by language."""
    cursor.execute("select form_code, form_name, form_name_en from register.form")
    return {code: {"vi": name, "en": name_en} for code, name, name_en in cursor}
