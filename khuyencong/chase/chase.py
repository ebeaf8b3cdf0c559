"""Chasing: what is owed and has not come is asked for by mail, the desk gets the whole of it, the superior office hears when asking
did not help.

One mail a responsible unit with all that it owes, when one of its reports is due for asking: once before the due date, from the day
after it every `remind_again_days` days, and to the superior office once a report, `escalate_days_after` days late and asked for
before. Mails are rows of the outbox; who sends them is another task.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from khuyencong.chase.digest import digest
from khuyencong.chase.letters import Names, escalation, letter
from khuyencong.chase.owed import OwedReport, arrivals, form_names, owed_reports, unit_names
from khuyencong.chase.policy import ChasedReport, Policy, decide, read_policy
from khuyencong.desk.status import STALE_AFTER, last_good_run, trouble_of_sources
from khuyencong.mail.contacts import Contacts, read_contacts
from khuyencong.mail.mail import Mail
from khuyencong.mail.outbox import write_mail
from warehouse.journal import say
from warehouse.rows import single_value
from warehouse.settings import TIMEZONE, Settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor

CHASE_LOCK = 20_120_706  # one chase at a time on one warehouse
KINDS = ("reminder", "overdue", "escalation", "digest")


@dataclass(frozen=True)
class ChaseOutcome:
    """One chase: what is owed, the mails it asks for, and how many of those are new (in a dry run: would be)."""

    as_of: datetime
    is_stale: bool
    reports: list[ChasedReport]
    mails: list[Mail]
    n_new: int

    def document(self) -> dict[str, Any]:
        """What `kc chase --json` prints."""
        reports = [asdict(each.report) | {"done": each.done} for each in self.reports]
        return {
            "as_of": self.as_of.astimezone(TIMEZONE).isoformat(),
            "is_stale": self.is_stale,
            "n_owed": len(reports),
            "n_overdue": sum(each.report.days_late > 0 for each in self.reports),
            "n_new_mails": self.n_new,
            "reports": reports,
            "mails": [asdict(mail) for mail in self.mails],
        }


class ChaseError(Exception):
    """This chase must not be written; in one sentence."""


def chase(connection: Connection, settings: Settings, as_of: datetime, *, dry_run: bool = False) -> ChaseOutcome:
    """Write the mails of the day `as_of`; the same day again writes nothing new. A dry run writes nothing at all.

    Without a good night in the 26 hours before, no unit is written to: only the desk is, and told why. Raises ChaseError when a
    later day was chased already (a look back is a dry run), LookupError when the register names no desk.
    """
    as_of = as_of.astimezone(TIMEZONE)
    contacts, policy = read_contacts(settings, as_of.date()), read_policy(settings)
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (CHASE_LOCK,))
        if not dry_run:
            _begin_day(cursor, as_of)
        good = last_good_run(connection, as_of)
        night_as_of = datetime.fromisoformat(good["as_of"]) if good else None
        is_stale = night_as_of is None or as_of - night_as_of > STALE_AFTER
        owed = owed_reports(cursor, as_of, night_as_of, policy.remind_days_before) if night_as_of else []
        names = Names(unit_names(cursor), form_names(cursor)) if night_as_of else Names({}, {})
        reports = [each for group in _by_unit(owed) for each in decide(group, contacts, policy, as_of, is_stale)]
        mails = _letters(reports, contacts, policy, names, as_of)
        came = arrivals(cursor, as_of, night_as_of) if night_as_of else []
        trouble = trouble_of_sources(connection, as_of)
        text = digest(reports, came, trouble, _unsent(cursor, as_of), names, as_of, night_as_of, is_stale)
        day = f"{as_of.date()}{' stale' if is_stale else ''}"  # once the night has run again, the desk gets the true one
        mails += [(Mail(f"digest:{day}:{to}", "digest", None, to, *text, as_of), []) for to in contacts.desk]
        n_new = _write(cursor, mails, as_of, dry_run)
    return ChaseOutcome(as_of, is_stale, reports, [mail for mail, _ in mails], n_new)


def chase_settings(settings: Settings, as_of: datetime, *, dry_run: bool = False) -> ChaseOutcome:
    """`chase` on the warehouse of the settings."""
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        outcome = chase(connection, settings, as_of, dry_run=dry_run)
    if not dry_run:
        say("reports_chased", n_owed=len(outcome.reports), n_new_mails=outcome.n_new, is_stale=outcome.is_stale)
    return outcome


def _begin_day(cursor: Cursor, as_of: datetime) -> None:
    """What an earlier chase could not send is not sent any more: today's mails say anew what is still owed."""
    cursor.execute("select max(written_at) from outbox.mail where kind = any(%s)", (list(KINDS),))
    newest = single_value(cursor)
    if newest and newest.astimezone(TIMEZONE).date() > as_of.date():
        raise ChaseError(f"{newest:%Y-%m-%d} was chased already; an earlier day can only be looked at (--dry-run).")
    cursor.execute(
        read_statement(__package__, "drop_unsent"), {"as_of": as_of, "kinds": list(KINDS), "day": as_of.date()}
    )


def _by_unit(reports: Iterable[OwedReport]) -> list[list[OwedReport]]:
    return [list(group) for _, group in groupby(reports, lambda each: each.responsible_unit_key)]


def _letters(
    reports: list[ChasedReport], contacts: Contacts, policy: Policy, names: Names, as_of: datetime
) -> list[tuple[Mail, list[ChasedReport]]]:
    """Each mail to units and superior offices, with the reports that it asks for."""
    day, found = as_of.date().isoformat(), []
    for unit, group in groupby(reports, lambda each: each.report.responsible_unit_key):
        chased = list(group)
        asked = [each for each in chased if each.is_asked]
        told = [each for each in chased if each.is_escalated]
        if asked:
            kind = "overdue" if any(each.report.days_late > 0 for each in asked) else "reminder"
            text = letter([each.report for each in asked], unit, kind, policy.escalate_days_after, names, contacts.desk[0], as_of)
            for to in contacts.of(unit, "reporter"):
                found.append((Mail(f"asked:{unit}:{day}:{to}", kind, unit, to, *text, as_of), asked))
        if told:
            text = escalation([each.report for each in told], unit, policy.escalate_days_after, names, contacts.desk[0], as_of)
            for to in contacts.of(unit, "superior"):
                found.append((Mail(f"told:{unit}:{day}:{to}", "escalation", unit, to, *text, as_of), told))
    return found


def _write(cursor: Cursor, mails: list[tuple[Mail, list[ChasedReport]]], as_of: datetime, dry_run: bool) -> int:
    """Into the outbox, with a notice a report; the number of mails that were (or would be) new."""
    from psycopg2.extras import execute_values

    if dry_run:
        cursor.execute("select dedup_key from outbox.mail where dedup_key = any(%s)", ([mail.dedup_key for mail, _ in mails],))
        return len(mails) - cursor.rowcount
    n_new = 0
    for mail, reports in mails:
        mail_key = write_mail(cursor, mail)
        if mail_key is None:
            continue
        n_new += 1
        rows = [
            (mail_key, r.unit_key, r.form_code, r.period_end, r.due_date, _stage(mail, r), r.responsible_unit_key, as_of.date())
            for r in (each.report for each in reports)
        ]
        if rows:
            execute_values(cursor, "insert into outbox.notice values %s", rows)
    return n_new


def _stage(mail: Mail, report: OwedReport) -> str:
    if mail.kind == "escalation":
        return "escalated"
    return "overdue" if report.days_late > 0 else "before"


def _unsent(cursor: Cursor, as_of: datetime) -> list[tuple[str, list[str], datetime]]:
    """Mail that was tried and could not be sent, today's withdrawn ones included: (error, recipients, written first)."""
    cursor.execute(read_statement(__package__, "unsent_mail"), {"as_of": as_of})
    return [(error, recipients, written_first) for error, recipients, written_first in cursor]
