"""The invented country: every unit's year, and what each reporting unit's true figures are at a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import count

from samples import local, projects
from samples.drawn_projects import draw_projects
from samples.establishments import NATIONAL, Establishment, draw_establishments
from samples.local import UNALLOCATED, LocalLine
from samples.register import Register
from samples.results import YearCount, draw_counts, reached, standing
from samples.scenario import MILLION, Scenario, month_end

Key = tuple[str, str, str, str]  # fund, activity ("" = none), indicator, measure
Figures = dict[Key, int | Decimal]
WHOLE, CLOSING, OPENING = "whole", "closing", "opening"


@dataclass
class UnitYear:
    """One unit's budget year on the map of its first day: its projects, local lines, establishments and counts."""

    unit_key: str
    year: int
    projects: list[projects.Project]
    lines: list[LocalLine]
    establishments: list[Establishment]
    counts: list[YearCount]


@dataclass(frozen=True)
class Coverage:
    """What a reporting unit's report of a period covers: unit-years, the day it starts on, and its part of them."""

    leaves: tuple[str, ...]
    period_start: date
    part: str


class Nation:
    """All unit-years of a scenario, and the coverage of any report."""

    def __init__(self, scenario: Scenario, register: Register) -> None:
        self.scenario, self.register = scenario, register
        self.years: dict[tuple[str, int], UnitYear] = {}
        self._known_figures: dict[tuple[str, date], Figures] = {}
        numbers = count(1)
        for year in scenario["years"]:
            opening = date(year["year"], 1, 1)
            merged = (register.merged_in(unit, year["year"]) for unit in scenario["since"])
            closing = {unit for merger in merged if merger for unit in merger[1]}
            all_projects = draw_projects(scenario, register, year, closing)
            provinces = register.units_on(opening, ("province",))
            lines = local.draw_local(scenario, register, year, provinces, closing)
            for unit in register.units_on(opening):
                own = [project for project in all_projects if project.unit_key == unit]
                those = lines.get(unit, [])
                place = f"{register.code_on(unit, opening) or '00'}-{year['year']}"
                self.years[unit, year["year"]] = UnitYear(
                    unit,
                    year["year"],
                    own,
                    those,
                    draw_establishments(scenario, own, those, place, numbers),
                    draw_counts(scenario, register, year["year"], unit, own, those) if unit in lines else [],
                )

    @cached_property
    def projects(self) -> list[projects.Project]:
        """Every KCQG project, by code."""
        return sorted((p for each in self.years.values() for p in each.projects), key=lambda p: p.code)

    def coverage(self, unit_key: str, period_end: date) -> Coverage:
        """Which unit-years a unit's report of a period covers, and from which day."""
        opening = date(period_end.year, 1, 1)
        merged = self.register.merged_in(unit_key, period_end.year)
        if merged is None:
            part = CLOSING if self._closes_since(unit_key, period_end) else WHOLE
            return Coverage((unit_key,), opening, part)
        if unit_key in self.scenario["since"] and period_end > merged[0]:
            return Coverage(merged[1], merged[0], OPENING)
        return Coverage(merged[1], opening, WHOLE)

    def holder(self, leaf: str, on: date) -> str:
        """The unit under which a unit of the year's first day stands on a day: itself or its successor."""
        if self.register.units[leaf].exists_on(on):
            return leaf
        return next(
            unit
            for unit in self.register.units_on(on)
            if leaf in (self.register.merged_in(unit, self.register.units[unit].valid_from.year) or (None, ()))[1]
        )

    def figures(self, unit_key: str, period_end: date) -> Figures:
        """True figures of a unit's report: Σ of what it covers, less what closed before it where it reports since then."""
        covered = self.coverage(unit_key, period_end)
        found: Figures = {}
        for leaf in covered.leaves:
            year = self.years[leaf, period_end.year]
            now = self.leaf_figures(year, period_end)
            if covered.part == OPENING:
                closed = month_end(period_end.year, covered.period_start.month - 1)
                now = self._opened(now, self._closed(self.leaf_figures(year, closed)))
            elif covered.part == CLOSING:
                now = self._closed(now)
            for key, value in now.items():
                found[key] = found.get(key, 0) + value
        return {key: _mean(value, len(covered.leaves)) for key, value in found.items()}

    def figures_a_year_before(self, unit_key: str, period_end: date) -> Figures:
        """Flows of the same months a year before a unit's report: its own, or Σ of the units that it followed since."""
        end = month_end(period_end.year - 1, period_end.month)
        if (unit_key, end.year) in self.years or self.register.merged_in(unit_key, end.year):
            return self.figures(unit_key, end)
        covered = self.coverage(unit_key, period_end)
        found: Figures = {}
        for leaf in covered.leaves:
            year = self.years[leaf, end.year]
            earlier = {}
            if covered.part == OPENING:
                earlier = self.leaf_figures(year, month_end(end.year, covered.period_start.month - 1))
            for key, value in self.leaf_figures(year, end).items():
                if key[3] == "ytd":
                    found[key] = found.get(key, 0) + value - earlier.get(key, 0)
        return found

    def leaf_figures(self, year: UnitYear, period_end: date) -> Figures:
        """True figures of one unit-year at a period's cut-off."""
        place = (year.unit_key, period_end)
        if place not in self._known_figures:
            self._known_figures[place] = self._leaf_figures_of(year, period_end)
        return self._known_figures[place]

    def _leaf_figures_of(self, year: UnitYear, period_end: date) -> Figures:
        register, month = self.register, period_end.month
        found: Figures = {}
        stages, plan_of = register.stage_indicators, register.plan_indicators
        in_force = set(register.activities_on(period_end))

        def add(fund: str, activity: str, indicator: str, measure: str, value: int | Decimal) -> None:
            found[fund, activity, indicator, measure] = found.get((fund, activity, indicator, measure), 0) + value

        for project in year.projects:
            add(NATIONAL, project.activity, plan_of[NATIONAL], "plan", projects.plan_on(project, period_end))
            for stage, money in projects.amounts(project, month).items():
                add(NATIONAL, project.activity, stages[stage], "ytd", money)
        for (fund, activity), money in local.plans(self.scenario, year.lines, month).items():
            add(fund, activity, plan_of[fund], "plan", money)
        for line in year.lines:
            if line.activity in in_force:
                for stage, money in local.spent(line, month).items():
                    add(line.fund, line.activity, stages[stage], "ytd", money)
        self._outside_money(year, month, add)
        self._local_projects(year, month, add)
        if year.counts:
            done, plan = reached(
                self.scenario, year.counts, year.establishments, year.projects, year.lines, register, month
            )
            for (indicator, fund), value in done.items():
                activity = register.indicators[indicator]["activity"]
                if activity not in register.activity_names or activity in in_force:
                    add(fund, "", indicator, "ytd", value)
                    add(fund, "", indicator, "plan", plan[indicator, fund])
            for (indicator, fund, measure), value in standing(
                self.scenario, register, year.year, year.unit_key, done
            ).items():
                add(fund, "", indicator, measure, value)
        return found

    def _outside_money(self, year: UnitYear, month: int, add) -> None:
        """Counterpart capital (what establishments paid) and other lawful sources, by activity."""
        for each in year.establishments:
            if each.is_supported(month):
                add("counterpart", each.activity, self.register.outside_indicators["counterpart"], "ytd", each.counterpart)
        for line in year.lines:
            other = local.spent(line, month)["implemented"] * self.scenario["other_sources_pct"] // 100
            add("other", line.activity, self.register.outside_indicators["other"], "ytd", other)

    def _local_projects(self, year: UnitYear, month: int, add) -> None:
        """Counts and side figures of local projects by fund, the second sheet of kinh-phi."""
        plans = local.plans(self.scenario, year.lines, month)
        for fund, pace in dict.fromkeys((line.fund, line.pace) for line in year.lines):
            those = [line for line in year.lines if (line.fund, line.pace) == (fund, pace)]
            total = sum(line.plan for line in those)
            money = {stage: sum(local.spent(line, month)[stage] for line in those) for stage in projects.STAGES}
            number = max(1, round(total / MILLION / self.scenario["local_project_million"]))
            recoverable = self.scenario.chance("recoverable", year.year, year.unit_key, fund).choice([0, 0, 0, 3])
            values = {
                "approved": number,
                "contracted": number * money["contracted"] // total if total else 0,
                "accepted": number * money["settled"] // total if total else 0,
                "adjusted": number * month // 12 // 10,
                "stopped": 1 if number > 12 and month >= 9 else 0,
                "carried": total - money["contracted"] if month == 12 else 0,
                "recoverable": money["implemented"] * recoverable // 100,
                "attracted": money["implemented"] * 3,
            }
            for name, value in values.items():
                self._add_local(add, fund, name, value)
        for fund in dict.fromkeys(line.fund for line in year.lines):
            unallocated = plans[fund, UNALLOCATED]
            self._add_local(add, fund, "unallocated", unallocated)
            self._add_local(add, fund, "allocated", sum(m for (of, _), m in plans.items() if of == fund) - unallocated)

    def _add_local(self, add, fund: str, name: str, value: int) -> None:
        """Add a figure of local projects under its indicator and the measure that its behaviour means."""
        indicator = self.scenario["local_projects"][name]
        add(fund, "", indicator, self.register.indicators[indicator]["measure"], value)

    def _closes_since(self, unit_key: str, period_end: date) -> bool:
        """Whether this is the last report of a unit whose successor reports only since the succession."""
        end = self.register.units[unit_key].valid_to
        return end == period_end and any(
            unit_key in (self.register.merged_in(successor, period_end.year) or (None, ()))[1]
            for successor in self.scenario["since"]
        )

    def _closed(self, now: Figures) -> Figures:
        """What a unit keeps when it closes: its plans shrink to what is contracted or counted; the rest is handed over."""
        kept = dict(now)
        code = self.scenario["local_projects"]
        binding = self.register.stage_indicators["contracted"]
        for fund, activity, indicator, measure in now:
            key = (fund, activity, indicator, measure)
            if not self._is_handed_over(key):
                continue
            if activity:
                kept[key] = now.get((fund, activity, binding, "ytd"), 0)
            elif (fund, "", indicator, "ytd") in now:
                kept[key] = now[fund, "", indicator, "ytd"]
        for fund in {key[0] for key in now if key[2] == code["allocated"]}:
            plan = self.register.plan_indicators[fund]
            kept[fund, "", code["allocated"], "plan"] = sum(
                value for key, value in kept.items() if key[0] == fund and key[2] == plan
            )
            kept[fund, "", code["unallocated"], "plan"] = 0
            kept[fund, "", code["approved"], "plan"] = now[fund, "", code["contracted"], "ytd"]
        return kept

    def _opened(self, now: Figures, closed: Figures) -> Figures:
        """What stands after a handover: flows and plans less what the closed unit kept; stocks and KCQG money plans whole."""
        return {
            key: value - closed.get(key, 0) if key[3] == "ytd" or self._is_handed_over(key) else value
            for key, value in now.items()
        }

    def _is_handed_over(self, key: Key) -> bool:
        """Whether a plan is divided at a merger: all but the money that the centre's decisions assign to projects."""
        return key[3] == "plan" and key[2] != self.register.plan_indicators[NATIONAL]


def _mean(value: int | Decimal, parts: int) -> int | Decimal:
    """Averages of several units are their plain mean with one decimal; everything else is a sum already."""
    return value if isinstance(value, int) else (value / parts).quantize(Decimal("0.1"))
