"""Counts of ket-qua for one unit and year: each indicator's year, its plan, and what is reached by a month."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samples.establishments import NATIONAL, Establishment
from samples.local import LocalLine, done_part, spent
from samples.projects import Project, progress
from samples.register import Register
from samples.scenario import MILLION, Scenario

LOCAL = "KCDP"
OWN = "own"
CLASSES = (NATIONAL, LOCAL, OWN)
BILLION = 1000 * MILLION


@dataclass(frozen=True)
class YearCount:
    """The whole year of one indicator and fund class; `activity` None = it follows the calendar, "" = all activities."""

    indicator: str
    fund: str
    final: int
    plan: int
    activity: str | None
    grain: int


def class_of(fund: str) -> str:
    """The fund as ket-qua knows it: national, local without its level, own."""
    return fund if fund in (NATIONAL, OWN) else LOCAL


def draw_counts(
    scenario: Scenario, register: Register, year: int, unit: str, projects: list[Project], lines: list[LocalLine]
) -> list[YearCount]:
    """Counts of a year from the money behind them (scenario.yml `counts`), one a fund class that reports them."""
    found: list[YearCount] = []
    for indicator, way in scenario["counts"].items():
        for fund in _classes(register, indicator, way):
            chance = scenario.chance("count", year, unit, indicator, fund)
            activity: str | None = None
            if "part_of" in way:
                continue
            if "million" in way:
                activity = "" if way.get("of") == "all" else register.indicators[indicator]["activity"]
                final = int(_money(projects, lines, fund, activity) / MILLION / way["million"] * chance.uniform(0.8, 1.15))
            else:
                final = chance.randint(*way["each_year"])
            grain = _grain(register, indicator)
            spare = chance.choice([1.0, 1.0, 1.05, 1.12])
            found.append(YearCount(indicator, fund, final * grain, math.ceil(final * spare) * grain, activity, grain))
    return found


def reached(
    scenario: Scenario,
    counts: list[YearCount],
    establishments: list[Establishment],
    projects: list[Project],
    lines: list[LocalLine],
    register: Register,
    month: int,
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """(indicator, fund class) → reached by the cut-off of a month, and its plan of the year."""
    parts = {
        (fund, activity): _done(projects, lines, fund, activity, month)
        for fund, activity in {(count.fund, count.activity) for count in counts}
    }
    done = {
        (c.indicator, c.fund): int(c.final // c.grain * parts[c.fund, c.activity] + 1e-9) * c.grain for c in counts
    }
    plan = {(c.indicator, c.fund): c.plan for c in counts}
    for indicator, way in scenario["counts"].items():
        for fund in _classes(register, indicator, way) if "part_of" in way else ():
            for table in (done, plan):
                table[indicator, fund] = table.get((way["part_of"], fund), 0) * way["pct"] // 100
    for way in scenario["beneficiaries"].values():
        for fund in (NATIONAL, LOCAL):
            those = [e for e in establishments if class_of(e.fund) == fund and _is_for(scenario, e, way)]
            done[way["indicator"], fund] = sum(e.is_supported(month) for e in those)
            plan[way["indicator"], fund] = len(those)
    return done, plan


def standing(
    scenario: Scenario, register: Register, year: int, unit: str, done: dict[tuple[str, str], int]
) -> dict[tuple[str, str, str], int | Decimal]:
    """(indicator, fund class, measure) → stocks, plans and averages that ket-qua reports beside its counts."""
    found: dict[tuple[str, str, str], int | Decimal] = {}
    for section, measure in (("stocks", "stock"), ("plans", "plan"), ("averages", "stock")):
        for indicator, way in scenario[section].items():
            for fund in _classes(register, indicator, way):
                chance = scenario.chance(section, year, unit, indicator, fund)
                if "part_of" in way:
                    value: int | Decimal = done.get((way["part_of"], fund), 0) * way["pct"] // 100
                elif "between" in way:
                    value = Decimal(str(round(chance.uniform(*way["between"]), 1)))
                else:
                    value = chance.randint(*way["each_year"]) * _grain(register, indicator)
                found[indicator, fund, measure] = value
    return found


def _classes(register: Register, indicator: str, way: dict[str, Any]) -> list[str]:
    """Fund classes for which ket-qua is the source of record of an indicator, within what the scenario allows."""
    known = {fund for code, fund, _, _ in register.sources if code == indicator}
    return [fund for fund in CLASSES if fund in known and way.get("only", fund) == fund]


def _grain(register: Register, indicator: str) -> int:
    """What one step of an indicator is worth: đồng for money, 1 for counts."""
    unit = register.indicators[indicator]["unit"]
    return MILLION if unit == "triệu đồng" else BILLION // 10 if unit == "tỷ đồng" else 1


def _money(projects: list[Project], lines: list[LocalLine], fund: str, activity: str) -> int:
    if fund == NATIONAL:
        return sum(project.contract for project in projects if activity in ("", project.activity))
    return sum(spent(line, 12)["implemented"] for line in lines if activity in ("", line.activity))


def _done(projects: list[Project], lines: list[LocalLine], fund: str, activity: str | None, month: int) -> float:
    """Part of the year's work of a class and activity that is done by a month; without an activity, the calendar's part."""
    if activity is None:
        return month / 12
    if fund == NATIONAL:
        worked = [(p.contract, progress(p, month)) for p in projects if activity in ("", p.activity)]
    else:
        worked = [(line.plan, done_part(line, month)) for line in lines if activity in ("", line.activity)]
    whole = sum(money for money, _ in worked)
    return sum(money * part for money, part in worked) / whole if whole else 0.0


def _is_for(scenario: Scenario, establishment: Establishment, way: dict[str, Any]) -> bool:
    return scenario["beneficiaries"].get(establishment.activity) is way
