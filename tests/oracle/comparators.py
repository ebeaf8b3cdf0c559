"""What a figure is compared with (decision 0050), found where the figure stands: plan, year before, the same units now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from oracle.register import BUDGET, STAGES
from oracle.standing import Books, Figure, Key
from oracle.territory import last_day

Row = tuple[str, Key]  # unit, key


@dataclass(frozen=True, slots=True)
class Compared:
    """An answering unit's key now and a year before; both sides whole."""

    prior: Decimal
    now: Decimal


class Span:
    """The figures of the months S..E of one budget year, and what they are compared with."""

    def __init__(self, books: Books, first_month: int, end: date) -> None:
        self.books, self.first_month, self.end = books, first_month, end
        self.territory = books.territory

    @cached_property
    def figures(self) -> dict[Row, Figure]:
        """What stands at E; flows less what stood at the end of S−1, whoever reported it then."""
        now = self.books.figures(self.end)
        if self.first_month == 1:
            return now
        before = self.books.figures(last_day(self.end.year, self.first_month - 1))
        return {row: self._since(row, figure, before) for row, figure in now.items()}

    def _since(self, row: Row, figure: Figure, before: dict[Row, Figure]) -> Figure:
        unit, key = row
        if key[3] != "ytd":
            return figure
        earlier = [before[row].value] if row in before else []
        report = self.books.by_identity.get((unit, self.books.form(key), self.end))
        if report and report.period_start.month == 1:  # it contains whom it followed
            earlier += [before[old, key].value for old in self.territory.followed(unit) if (old, key) in before]
        return Figure(figure.value - sum(earlier), figure.is_carried)

    def plan_indicator(self, key: Key) -> str | None:
        """The indicator of the plan that a figure is measured by: of money the budget plan of its fund, else its own."""
        fund, _, indicator, measure = key
        if measure == "plan":
            return None
        if self.books.register.source[indicator, fund]["fact"] != STAGES:
            return indicator
        budget = (
            code for (code, of), row in self.books.register.source.items() if row["fact"] == BUDGET and of == fund
        )
        return next(budget, None)

    @cached_property
    def plans(self) -> dict[Row, Decimal]:
        """(unit on whose rows it stands, key of the plan) → plan in force at E: carried ones stay, the rest is answered for."""
        found: dict[Row, Decimal] = defaultdict(Decimal)
        for (unit, key), figure in self.books.figures(self.end).items():
            if key[3] == "plan":
                found[unit if figure.is_carried else self.territory.answering(unit, self.end), key] += figure.value
        return dict(found)

    def plan(self, row: Row) -> Decimal | None:
        """The plan of a figure; None where there is none."""
        unit, key = row
        return self.plans.get((unit, (key[0], key[1], self.plan_indicator(key) or "", "plan")))

    def is_asked(self, row: Row) -> bool:
        """Whether who answers for the plan of a row owes a report for it: coverage weighs the plan that the row shows."""
        unit, key = row
        return (self.territory.answering(unit, self.end), self.books.form(key), self.end) in self.books.owed

    @cached_property
    def compared(self) -> dict[Row, Compared]:
        """(answering unit, key) → both years, where the two sides are whole and at least one has a figure."""
        then = Span(self.books, self.first_month, last_day(self.end.year - 1, self.end.month))
        sides = [self._by_answering(span) for span in (self, then)]
        found = {}
        for unit, key in sides[0].keys() | sides[1].keys():
            if all(
                self._is_whole(side.get((unit, key)), unit, key, of)
                for side, of in zip(sides, (self, then), strict=True)
            ):
                now, prior = (side.get((unit, key), Decimal(0)) for side in sides)
                found[unit, key] = Compared(prior, now)
        return found

    def _is_whole(self, value: Decimal | None, unit: str, key: Key, span: Span) -> bool:
        """Whether one side of a comparison is known: a figure unless a month before it was reported by nobody; no figure where
        every unit behind the answering one has reported at both ends."""
        form = self.books.form(key)
        if value is not None:
            return key[3] != "ytd" or set(span.ends[1:]) <= set(self.books.ends[form])
        behind = [
            (u, end)
            for end in span.ends
            for u in self.territory.units(end)
            if self.territory.answering(u, self.end) == unit
        ]
        ends = {end for _, end in behind}
        return ends == set(span.ends) and all((u, form, end) in self.books.by_identity for u, end in behind)

    @property
    def ends(self) -> list[date]:
        """The month-ends that a span is made of: its end, and the month before its start where that is not January."""
        return [self.end] if self.first_month == 1 else [self.end, last_day(self.end.year, self.first_month - 1)]

    def _by_answering(self, span: Span) -> dict[Row, Decimal]:
        found: dict[Row, Decimal] = defaultdict(Decimal)
        for (unit, key), figure in span.figures.items():
            if key[3] != "plan" and self.books.is_added(key):
                found[self.territory.answering(unit, self.end), key] += figure.value
        return dict(found)

    @cached_property
    def rows(self) -> dict[Row, Figure]:
        """All rows of units: what stands, and a nought where an accepted report lacks a key that has a plan or a year before.

        Of a fund or an activity out of force only where the same is carried into the unit.
        """
        found = dict(self.figures)
        for unit, key in [*self._planned_keys(), *self.compared]:
            row = (unit, key)
            has_report = (unit, self.books.form(key), self.end) in self.books.by_identity
            if row in found or not has_report:
                continue
            if self.books.in_force(key, self.end) or any(
                (old, key) in self.figures for old in self.territory.followed(unit)
            ):
                found[row] = Figure()
        return found

    def _planned_keys(self) -> list[Row]:
        """Keys of figures that a plan speaks of."""
        register, found = self.books.register, []
        stages = [(code, fund) for (code, fund), row in register.source.items() if row["fact"] == STAGES]
        for unit, (fund, activity, indicator, _) in (row for row, plan in self.plans.items() if plan > 0):
            if register.source[indicator, fund]["fact"] == BUDGET:
                found += [(unit, (fund, activity, code, "ytd")) for code, of in stages if of == fund]
            elif register.indicators[indicator]["behaviour"] != "plan":
                measure = "ytd" if register.indicators[indicator]["behaviour"] == "ytd_flow" else "stock"
                found.append((unit, (fund, activity, indicator, measure)))
        return found
