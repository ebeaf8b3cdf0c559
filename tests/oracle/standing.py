"""What stands at a month's end: figures reported for it, figures carried over a merger, plans in force."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from oracle.duties import Duty
from oracle.facts import Fact, Report
from oracle.register import BENEFICIARIES, STAGES, Register
from oracle.territory import Territory

Key = tuple[str, str, str, str]  # fund, activity, indicator, measure


@dataclass(slots=True)
class Figure:
    """One row of a unit: its value (establishments counted once), and whether it is carried from before a merger."""

    value: Decimal = Decimal(0)
    is_carried: bool = False
    establishments: set[str] = field(default_factory=set)


class Books:
    """All reports of the model and what is owed, looked at from any month-end."""

    def __init__(self, register: Register, territory: Territory, reports: list[Report], owed: list[Duty]) -> None:
        self.register, self.territory, self.reports = register, territory, reports
        self.by_identity = {
            (report.unit, report.form, report.period_end): report
            for report in reports
            if "document_no" not in register.forms[report.form]["identity"]
        }
        self.owed = {(duty.unit, duty.form, duty.period_end) for duty in owed}
        ends: dict[str, set[date]] = defaultdict(set)
        for report in self.by_identity.values():
            ends[report.form].add(report.period_end)
        self.ends = {form: sorted(days) for form, days in ends.items()}
        self.periods = sorted({f.period_end for report in reports for f in report.facts if f.measure != "plan"})
        self._figures: dict[date, dict[tuple[str, Key], Figure]] = {}
        self._carried: set[tuple[Fact, date]] = set()

    def form(self, key: Key) -> str:
        """The form that a row is taken from."""
        return self.register.source[key[2], key[0]]["form_code"]

    def is_added(self, key: Key) -> bool:
        """Whether the indicator may be added over units."""
        return self.register.indicators[key[2]]["aggregation"] == "sum"

    def is_money(self, key: Key) -> bool:
        """Whether the indicator is a stage of money."""
        return any(row["fact"] == STAGES for (code, _), row in self.register.source.items() if code == key[2])

    def is_distinct(self, key: Key) -> bool:
        """Whether the indicator counts what may be met twice."""
        return self.register.indicators[key[2]]["aggregation"] == "distinct"

    def counts_establishments(self, key: Key) -> bool:
        return self.register.source[key[2], key[0]]["fact"] == BENEFICIARIES

    def in_force(self, key: Key, on: date) -> bool:
        """Whether the fund and the activity of a row exist on a day."""
        return self.register.is_in_force("funds", key[0], on) and self.register.is_in_force("activities", key[1], on)

    @cached_property
    def calendar_forms(self) -> set[str]:
        """Forms that a calendar asks for; a row of another form asks the units that its lines name."""
        return {row["form_code"] for row in self.register.rows["calendar"]}

    def figures(self, on: date) -> dict[tuple[str, Key], Figure]:
        """(unit, key) → what stands at a month-end of its budget year."""
        if on not in self._figures:
            found: dict[tuple[str, Key], Figure] = defaultdict(Figure)
            for form in self.ends:
                for unit in {unit for unit, of, end in self.by_identity if of == form and end.year == on.year}:
                    self._reported(found, unit, form, on)
            self._decided(found, on)
            self._figures[on] = dict(found)
        return self._figures[on]

    @property
    def n_carried(self) -> int:
        """How often a figure is carried over a merger: into each month-end at which its successor reports."""
        for end in self.periods:
            self.figures(end)
        return len(self._carried)

    def _reported(self, found: dict, unit: str, form: str, on: date) -> None:
        """Flows and stocks of the month itself, plans of the newest report; of a closed unit what its successor leaves it."""
        last = max((e for u, f, e in self._of(unit, form) if e <= on and e.year == on.year), default=None)
        if last is None:
            return
        facts = self.by_identity[unit, form, last].facts
        if self.territory.stands(unit, on):
            for fact in facts:
                if fact.measure == "plan" or last == on:
                    _add(found, fact, self, False)
            return
        follower = self.territory.followed_by[unit][0]
        asked = [e for _, _, e in self._of(follower, form) if e <= on and e.year == on.year]
        if not asked:  # nobody has answered for it yet: its plans go on
            for fact in facts:
                if fact.measure == "plan":
                    _add(found, fact, self, False)
            return
        newest = self.by_identity[follower, form, max(asked)]
        if newest.period_start.month == 1:  # from January: the successor's report contains it
            return
        for fact in facts:
            if fact.measure == "plan" or (fact.measure == "ytd" and max(asked) == on):
                _add(found, fact, self, True)
                self._carried.add((fact, max(asked)))

    def _of(self, unit: str, form: str) -> list[tuple[str, str, date]]:
        return [(unit, form, end) for end in self.ends[form] if (unit, form, end) in self.by_identity]

    def _decided(self, found: dict, on: date) -> None:
        """Lines of allocation decisions of the budget year up to the day, under the units that they name."""
        for report in self.reports:
            if (
                report.period_end.year == on.year
                and (report.unit, report.form, report.period_end) not in self.by_identity
            ):
                for fact in report.facts:
                    if fact.since <= on:
                        _add(found, fact, self, False)


def _add(found: dict, fact: Fact, books: Books, is_carried: bool) -> None:
    key = (fact.fund, fact.activity, fact.indicator, fact.measure)
    figure = found[fact.unit, key]
    figure.is_carried = is_carried
    if books.counts_establishments(key):
        figure.establishments.add(fact.establishment)
        figure.value = Decimal(len(figure.establishments))
    else:
        figure.value += fact.value
