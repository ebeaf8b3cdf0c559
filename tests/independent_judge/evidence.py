"""The reports that a rule looks into beside the one that it judges: another form, an earlier period, decisions, predecessors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from independent_judge.figures import Figure
from independent_judge.register import Register
from independent_judge.reports import Report
from independent_judge.rules import Rule
from independent_judge.tables import Spec

QUARTER = 3


@dataclass(frozen=True)
class Beside:
    """Figures of other reports. `cutoff`: the last day on which their data stop; `is_gap`: a period lies between.

    `says_nought`: what they do not list is nought, as in an accepted list of lines, and before the first period of a span.
    """

    figures: list[tuple[Report, Figure]]
    cutoff: date | None = None
    is_gap: bool = False
    says_nought: bool = False


class Shelf:
    """The reports that stand, as other reports are compared with them."""

    def __init__(self, standing: Iterable[Report], register: Register, forms: Mapping[str, Spec]) -> None:
        self.standing = list(standing)
        self.register = register
        self.naming_units = {
            code for code, form in forms.items() for sheet in form["sheets"] for c in sheet["columns"]
            if (c["type"], c["role"]) == ("unit", "key")
        }  # fmt: skip
        self.line_forms = {code for code, form in forms.items() if not any("lines_from" in sheet for sheet in form["sheets"])}
        self.months = {code: form["period_months"] for code, form in forms.items()}
        self.placed = {(r.form, r.unit, r.period_end): r for r in self.standing if r.form not in self.naming_units}

    def of_form(self, form: str) -> list[Report]:
        return [r for r in self.standing if r.form == form]

    def beside(self, rule: Rule, judged: Report) -> Beside | None:
        """What a rule compares a report with; None when no such report stands. Without foreign terms: nothing beside."""
        if rule.shift is None:
            return Beside([])
        form, shift = rule.shift
        if form in self.naming_units:
            return self._documents(form, judged, is_plan=shift == "plan_in_force")
        found = {
            "same": lambda: self._at(form, judged, judged.period_end),
            "previous": lambda: self._previous(form, judged),
            "prior_year": lambda: self._at(form, judged, _year_before(judged.period_end)),
            "predecessors": lambda: self._predecessors(form, judged),
        }[shift]()
        if shift == "previous" and self._is_first(judged):
            return Beside([], says_nought=True)
        if not found:
            return None
        is_gap = any(_months(r.period_end, judged.period_end) > QUARTER for r in found)
        return Beside([(r, f) for r in found for f in r.figures], max(r.cutoff for r in found), is_gap, form in self.line_forms)

    def _documents(self, form: str, judged: Report, *, is_plan: bool) -> Beside | None:
        """Documents of the centre: plans decided by then in the budget year, or extracts of the same month; lines of the unit
        judged and of whom it followed."""
        if is_plan:
            found = [r for r in self.of_form(form) if r.budget_year == judged.budget_year and r.document_date <= judged.period_end]
        else:
            found = [r for r in self.of_form(form) if r.period_end == judged.period_end]
        if not found:
            return None
        units = {judged.unit, *self.register.predecessors(judged.unit, judged.period_end)}
        is_of_units = judged.form in self.naming_units
        lines = [(r, f) for r in found for f in r.figures if is_of_units or f.keys.get("unit_key") in units]
        return Beside(lines, max(r.cutoff for r in found), says_nought=True)

    def _is_first(self, judged: Report) -> bool:
        """Whether no period of the form ends between the first day of a report's span and its own period."""
        first, last = judged.period_start, judged.period_end
        return not any(first.month <= month < last.month for month in self.months[judged.form]) and first.year == last.year

    def _at(self, form: str, judged: Report, end: date) -> list[Report]:
        own = self.placed.get((form, judged.unit, end))
        if own:
            return [own]
        before = self.register.predecessors(judged.unit, judged.period_end)
        return [r for unit in before if (r := self.placed.get((form, unit, end)))]

    def _previous(self, form: str, judged: Report) -> list[Report]:
        """The latest earlier report of the budget year: the unit's own, else those of whom it followed."""

        def latest(unit: str) -> Report | None:
            earlier = [
                r for (f, u, end), r in self.placed.items()
                if (f, u, r.budget_year) == (form, unit, judged.budget_year) and end < judged.period_end
            ]  # fmt: skip
            return max(earlier, key=lambda r: r.period_end, default=None)

        own = latest(judged.unit)
        if own:
            return [own]
        return [r for unit in self.register.predecessors(judged.unit, judged.period_end) if (r := latest(unit))]

    def _predecessors(self, form: str, judged: Report) -> list[Report]:
        """The last report of the budget year of everyone whom the unit followed."""
        found = []
        for unit, when in self.register.predecessors(judged.unit, judged.period_end).items():
            if judged.period_start >= when:
                continue
            last = [
                r for (f, u, end), r in self.placed.items()
                if (f, u, r.budget_year) == (form, unit, judged.budget_year) and end <= judged.period_end
            ]  # fmt: skip
            found += [max(last, key=lambda r: r.period_end)] if last else []
        return found


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def _months(earlier: date, later: date) -> int:
    return 12 * (later.year - earlier.year) + later.month - earlier.month
