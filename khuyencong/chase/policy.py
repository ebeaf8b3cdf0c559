"""What is done today about a report that is owed: the days of the register, and one decision a unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from khuyencong.chase.owed import OwedReport
from khuyencong.mail.contacts import Contacts
from warehouse.parameters import read_parameters
from warehouse.settings import Settings


@dataclass(frozen=True)
class Policy:
    """Rows of register/parameters.csv, in days."""

    remind_days_before: int
    remind_again_days: int
    escalate_days_after: int


@dataclass(frozen=True)
class ChasedReport:
    """A report owed, what is done about it today (codes done_* of the words; none while it is too early), which mails name it."""

    report: OwedReport
    done: tuple[str, ...]
    is_asked: bool
    is_escalated: bool


def read_policy(settings: Settings) -> Policy:
    """The days of the chase, from the register."""
    values = read_parameters(settings)
    return Policy(**{name: int(values[name]) for name in Policy.__dataclass_fields__})


def decide(
    group: list[OwedReport], contacts: Contacts, policy: Policy, as_of: datetime, is_stale: bool
) -> list[ChasedReport]:
    """What is done today about each report of one unit. If one of them is asked for, all that are due soon or late are."""
    unit = group[0].responsible_unit_key
    can_ask, can_tell = bool(contacts.of(unit, "reporter")), bool(contacts.of(unit, "superior"))
    today = as_of.date()
    again = timedelta(days=policy.remind_again_days)

    def is_near(report: OwedReport) -> bool:
        return -report.days_late <= policy.remind_days_before

    def is_due_for_asking(report: OwedReport) -> bool:
        if report.days_late > 0:
            return report.last_overdue_on is None or today - report.last_overdue_on >= again or report.last_overdue_on == today
        return report.last_reminder_on in (None, today)

    def is_due_for_telling(report: OwedReport) -> bool:
        was_asked = report.last_overdue_on is not None and report.last_overdue_on < today
        is_late = report.days_late >= policy.escalate_days_after and (was_asked or not can_ask)
        return is_late and report.last_escalation_on in (None, today)

    waits = is_stale or any(report.arrived_at for report in group)
    asks = can_ask and not waits and any(is_near(report) and is_due_for_asking(report) for report in group)
    decided = []
    for report in group:
        is_asked = asks and is_near(report)
        is_late_for_superior = not waits and is_due_for_telling(report)
        done = []
        if is_near(report):
            if waits:
                done.append("done_stale" if is_stale else "done_arrived")
            else:
                done.append("done_mailed" if is_asked else "done_lately" if can_ask else "done_no_contact")
            if is_late_for_superior:
                done.append("done_told" if can_tell else "done_no_superior")
        decided.append(ChasedReport(report, tuple(done), is_asked, is_late_for_superior and can_tell))
    return decided
