"""KCQG projects: drawn, assigned by decisions, contracted, carried out and settled month by month."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from samples.projects import GRAIN, PlanLine, Project, day_of, plan_on
from samples.register import Register
from samples.scenario import MILLION, Scenario, shares


def draw_projects(scenario: Scenario, register: Register, year: dict[str, Any], closing: set[str]) -> list[Project]:
    """All KCQG projects of one budget year; with those withdrawn later, their plans add to the fund's money of that year.

    Projects of units in `closing` are finished before mid-year or begun after it.
    """
    chance = scenario.chance("projects", year["year"])
    first, change = (
        next(row for row in scenario["allocations"] if row["budget_year"] == year["year"] and row["kind"] == kind)
        for kind in ("first", "change")
    )
    on = day_of(first["decided"])
    owners = _owners(scenario, register, year["projects"], on, chance)
    activities = [code for code in scenario["projects"] if code in register.activities_on(on)]
    counts = shares(len(owners), [scenario["projects"][code]["share"] for code in activities])
    drawn = [code for code, count in zip(activities, counts, strict=True) for _ in range(count)]
    chance.shuffle(drawn)
    provinces = register.units_on(on, ("province",))
    projects = []
    for n, (owner, activity) in enumerate(zip(owners, drawn, strict=True), 1):
        way = scenario["projects"][activity]
        is_group = bool(way["group_of"]) and chance.random() < scenario["group_share"]
        size = chance.uniform(*way["million"]) * MILLION * (chance.randint(2, way["group_of"]) if is_group else 1)
        place = owner if register.units[owner].unit_kind == "province" else chance.choice(provinces)
        code = f"KCQG-{year['year']}-{n:04d}"
        projects.append(Project(code, year["year"], owner, place, activity, is_group, False, int(size)))
    _fit(projects, int(next(iter(year["funds_billion"].values())) * 1000) * MILLION, scenario)
    for project in sorted(projects, key=lambda each: -each.size)[: scenario["key_projects"]]:
        project.is_key = True
    _assign(projects, first, change, scenario, register, closing, chance)
    for project in projects:
        _run(project, first, project.unit_key in closing, chance)
    return projects


def _owners(scenario: Scenario, register: Register, total: int, on: date, chance: Random) -> list[str]:
    """The unit of each project, in the register's order of units."""
    central = scenario["projects_by_kind"]
    owners = [key for key in register.units_on(on, tuple(central)) for _ in range(central[register.units[key].unit_kind])]
    provinces = register.units_on(on, ("province",))
    counts = shares(total - len(owners), [chance.uniform(0.55, 1.6) for _ in provinces])
    return [*owners, *(key for key, count in zip(provinces, counts, strict=True) for _ in range(count))]


def _fit(projects: list[Project], total: int, scenario: Scenario) -> None:
    """Scale the sizes that no cap binds (groups and events) so that all add to the total."""
    single = [p for p in projects if not p.is_group and scenario["projects"][p.activity]["group_of"]]
    free = [p for p in projects if p not in single]
    for project in single:
        project.size = project.size // GRAIN * GRAIN
    rest = total - sum(project.size for project in single)
    for project, size in zip(free, shares(rest, [project.size for project in free], GRAIN), strict=True):
        project.size = size


def _assign(
    projects: list[Project],
    first: dict[str, Any],
    change: dict[str, Any],
    scenario: Scenario,
    register: Register,
    closing: set[str],
    chance: Random,
) -> None:
    """Write the decision lines; a project's lines add to its size, those of a withdrawn one to nothing."""
    sign = register.effect_signs
    changes = scenario["changes"]
    groups = [p for p in projects if p.is_group and not p.is_key]
    chosen = chance.sample(groups, changes["late"] + changes["supplement"] + changes["reduce"])
    codes = [project.code for project in chosen]
    late = set(codes[: changes["late"]])
    reduced = set(codes[len(codes) - changes["reduce"] :])
    supplemented = set(codes) - late - reduced
    withdrawn = chance.sample([p for p in projects if p not in chosen and not p.is_key], changes["withdraw"])
    for project in projects:
        part = project.size * chance.randint(10, 30) // 100 // GRAIN * GRAIN
        one = (first["document_no"], day_of(first["decided"]))
        two = (change["document_no"], day_of(change["decided"]))
        if project.code in late:
            project.lines = [PlanLine(*two, "assign", sign["assign"], project.size)]
        elif project.code in supplemented:
            project.lines = [
                PlanLine(*one, "assign", sign["assign"], project.size - part),
                PlanLine(*two, "supplement", sign["supplement"], part),
            ]
        elif project.code in reduced:
            project.lines = [
                PlanLine(*one, "assign", sign["assign"], project.size + part),
                PlanLine(*two, "reduce", sign["reduce"], part),
            ]
        else:
            project.lines = [PlanLine(*one, "assign", sign["assign"], project.size)]
        if project in withdrawn:
            project.lines.append(PlanLine(*two, "withdraw", sign["withdraw"], project.size))
            project.withdrawn = two[1]
    running = [p for p in projects if not p.withdrawn and p.code not in late and not p.is_key and p.unit_key not in closing]
    for project in chance.sample(running, changes["stopped"]):
        project.stop_month = chance.randint(7, 9)
    for project in chance.sample(running, changes["adjusted"]):
        project.adjusted_month = chance.randint(4, 11)


def _run(project: Project, first: dict[str, Any], closes: bool, chance: Random) -> None:
    """Draw contract and months; a contract never exceeds any plan that will be in force, so it stays within it."""
    lowest = min(plan_on(project, line.decided) for line in project.lines)
    start_from = max(day_of(first["decided"]).month, project.lines[0].decided.month)
    start = min(9, start_from + chance.choice([1, 1, 1, 2, 2, 3, 4]))
    held = chance.choice([1, 1, 1, 1, 0.98, 0.96, 0.93])
    end = min(12, start + chance.randint(4, 8))
    lag = chance.choice([0, 0, 1])
    settle_after = chance.randint(1, 2)
    if closes and start <= 3:
        start, end, lag, settle_after = 2, 4, 1, 1
    elif closes:
        start, end = max(start, 7), 11
    if project.withdrawn:
        return
    project.contract = int(lowest * held) // GRAIN * GRAIN
    project.contract_date = date(project.year, start, chance.randint(2, 12))
    project.end_month = end
    if project.stop_month is None:
        project.accepted_date = date(project.year, min(12, end + lag), chance.randint(2, 13))
        settled = project.accepted_date.month + settle_after
        project.settle_month = settled if settled <= 12 else (12 if chance.random() < 0.5 else None)


