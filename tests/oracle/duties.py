"""Who owes which report: an own reading of calendar.csv and of the decisions, and what became of each duty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from oracle.facts import Fact, Report
from oracle.register import BUDGET, Register
from oracle.territory import Territory, last_day


@dataclass(frozen=True)
class Duty:
    """A report that a unit owes for a period, its last day on time, and the report that came (None: missing)."""

    unit: str
    form: str
    period_end: date
    due: date
    report: Report | None

    @property
    def days_late(self) -> int:
        """Days from the due date to the arrival of what came."""
        return max(0, (self.report.received_at.date() - self.due).days) if self.report else 0

    @property
    def counts(self) -> dict[str, int]:
        """The counts of one duty, by the names that the marts give them."""
        came = self.report is not None
        return {
            "n_owed": 1,
            "n_reported": int(came),
            "n_missing": int(not came),
            **dict.fromkeys(("n_returned", "n_estimated", "n_under_review"), 0),
            "n_nil": int(came and self.report.is_nil),
            "n_on_time": int(came and self.days_late == 0),
            "n_late": int(not came or self.days_late > 0),
            "days_late": self.days_late,
        }


def duties(register: Register, territory: Territory, reports: Iterable[Report], as_of: datetime) -> list[Duty]:
    """Every report owed by a moment: its period has ended, or its due date has come."""
    reports = list(reports)
    came = {(report.unit, report.form, report.period_end): report for report in reports}
    found = []
    for row in register.rows["calendar"]:
        months = {int(month) for month in row["period_months"].split("|")}
        first = date.fromisoformat(row["first_period_end"])
        last = date.fromisoformat(row["last_period_end"] or as_of.date().replace(year=as_of.year + 1).isoformat())
        for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
            period_end = last_day(number // 12, number % 12 + 1)
            due = _due(period_end, int(row["due_month_offset"]), int(row["due_day"]))
            if period_end.month not in months or min(period_end, due) > as_of.date():
                continue
            units = territory.units(period_end, row["unit_kinds"].split("|"))
            if row["owed_by"] == "planned":
                planned = _planned(register, territory, reports, period_end)
                units = [unit for unit in units if unit in planned]
            for unit in units:
                report = came.get((unit, row["form_code"], period_end))
                found.append(Duty(unit, row["form_code"], period_end, due, report))
    return found


def is_budget(register: Register, fact: Fact) -> bool:
    """Whether a figure is money of a budget plan."""
    return register.source[fact.indicator, fact.fund]["fact"] == BUDGET


def _planned(register: Register, territory: Territory, reports: Iterable[Report], on: date) -> set[str]:
    """Units that answer on a day for a project that decisions of the budget year assign and have not withdrawn."""
    plan: dict[tuple[str, str], int] = {}
    for report in reports:
        for fact in report.facts:
            if fact.project and is_budget(register, fact) and fact.period_end.year == on.year and fact.since <= on:
                key = (territory.answering(fact.unit, on), fact.project)
                plan[key] = plan.get(key, 0) + int(fact.value)
    return {unit for (unit, _), value in plan.items() if value > 0}


def _due(period_end: date, months: int, day: int) -> date:
    number = period_end.year * 12 + period_end.month - 1 + months
    return date(number // 12, number % 12 + 1, day)
