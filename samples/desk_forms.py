"""Documents of the centre and the Treasury whose lines the file decides: decisions of allocation, extracts of payments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from samples import projects
from samples.documents import MARK, Document, Line, SheetPart, money
from samples.establishments import NATIONAL
from samples.projects import Project
from samples.register import day
from samples.reports import Desk, new_document, true_figure
from samples.scenario import Habit, month_end


def allocation(desk: Desk, form_code: str, way: dict[str, Any]) -> Document:
    """One decision of the centre: a line for each project and effect, units named as on the day of the decision."""
    nation, register = desk.nation, desk.nation.register
    decided = way["decided"] if isinstance(way["decided"], date) else day(way["decided"])
    period_end = month_end(decided.year, decided.month)
    centre = next(key for key in register.units_on(decided) if register.units[key].unit_kind == "centre")
    sheet = desk.forms[form_code].sheets[0]
    part = SheetPart(sheet.sheet_code, sheet.sheet_name, [])
    habit = _exact(desk)
    document = new_document(
        desk, form_code, centre, period_end.replace(day=1), period_end, [part], habit,
        received_at=datetime.fromisoformat(way["received"]), document_no=way["document_no"], document_date=decided,
        budget_year=way["budget_year"], cutoff_date=None,
    )  # fmt: skip
    total = 0
    for project in nation.projects:
        for line in project.lines:
            if line.document_no != way["document_no"]:
                continue
            is_new = line.effect == "assign"
            part.lines.append(
                Line(
                    {
                        "position": len(part.lines) + 1,
                        "line_unit": register.units[nation.holder(project.unit_key, decided)].unit_name,
                        "project_code": project.code,
                        "project_name": f"Đề án mẫu {project.number}",
                        "activity": register.activity_names[project.activity],
                        "place": register.units[nation.holder(project.place_key, decided)].unit_name,
                        "effect": register.effect_names[line.effect],
                        "amount": money(line.amount, habit, blank_zero=False),
                        "project_mark": MARK if is_new else None,
                        "group_mark": MARK if is_new and project.is_group else None,
                        "key_mark": MARK if is_new and project.is_key else None,
                    }
                )
            )
            total += line.sign * line.amount
            _true_plan(desk, document, sheet, project, line)
    part.lines.append(
        Line({"project_code": sheet.total_labels[0], "amount": money(total, habit, blank_zero=False)}, "total")
    )
    return document


def treasury_extract(desk: Desk, form_code: str, period_end: date, position: int) -> Document:
    """One extract of the Treasury for a group of units: what it advanced and paid for each of their projects."""
    nation, register = desk.nation, desk.nation.register
    way = nation.scenario["treasury"][position]
    centre = next(key for key in register.units_on(period_end) if register.units[key].unit_kind == "centre")
    units = [*register.units_on(period_end, tuple(way["with_kinds"])), *register.members(way["group"], period_end)]
    sheet = desk.forms[form_code].sheets[0]
    part = SheetPart(sheet.sheet_code, sheet.sheet_name, [])
    number = f"{position + 1:02d}{period_end:%m}/KBNN-{period_end.year}"
    document = new_document(
        desk, form_code, centre, date(period_end.year, 1, 1), period_end, [part], _in_dong(desk), document_no=number,
        unit_code=None, extension="csv", encoding=way["encoding"], separator=way["separator"],
    )  # fmt: skip
    names = [column.name for column in sheet.columns if column.name in projects.STAGES]
    sums = dict.fromkeys(names, 0)
    for unit in units:
        for project in running(desk, unit, period_end):
            reached = projects.amounts(project, period_end.month)
            for name in names:
                sums[name] += reached[name]
            part.lines.append(
                Line(
                    {
                        "line_unit": register.units[unit].unit_name,
                        "project_code": project.code,
                        "activity": register.activity_names[project.activity],
                        **{name: reached[name] for name in names},
                    }
                )
            )
    part.lines.append(Line({"line_unit": sheet.total_labels[0], **sums}, "total"))
    return document


def running(desk: Desk, unit_key: str, period_end: date) -> list[Project]:
    """Projects of the budget year that a unit runs at a period's end, assigned by then, by code."""
    nation = desk.nation
    return [
        project
        for leaf in nation.coverage(unit_key, period_end).leaves
        for project in nation.years[leaf, period_end.year].projects
        if projects.assigned_by(project, period_end)
    ]


def _true_plan(desk: Desk, document: Document, sheet: Any, project: Project, line: projects.PlanLine) -> None:
    register = desk.nation.register
    indicator = register.plan_indicators[NATIONAL]
    true_figure(document, NATIONAL, project.activity, indicator, "plan", line.sign * line.amount, project.code)
    marks = {"project_mark": True, "group_mark": project.is_group, "key_mark": project.is_key}
    for column in sheet.columns:
        if column.counts_as and line.effect == "assign" and marks.get(column.name):
            true_figure(document, NATIONAL, project.activity, column.counts_as, "plan", 1, project.code)


def _exact(desk: Desk) -> Habit:
    """The habit in which decisions are written: million đồng with one decimal, totals filled."""
    return desk.habits[0][1]


def _in_dong(desk: Desk) -> Habit:
    return next(habit for _, habit in desk.habits if habit.factor == 1)
