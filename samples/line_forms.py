"""Reports whose lines the file decides: projects, establishments, decisions, treasury payments."""

from __future__ import annotations

from datetime import date
from typing import Any

from samples import projects
from samples.desk_forms import running
from samples.documents import MARK, Document, Line, SheetPart, money
from samples.establishments import NATIONAL
from samples.model import OPENING
from samples.reports import Desk, new_document, true_figure

NOBODY_YET = "Chưa có cơ sở nào được hỗ trợ trong kỳ"


def progress_report(desk: Desk, form_code: str, unit_key: str, period_end: date) -> Document | None:
    """Monthly progress of the KCQG projects a unit runs, cumulative in the budget year; None for a unit without projects."""
    habit = desk.habit(unit_key)
    those = running(desk, unit_key, period_end)
    if not those:
        return None
    register = desk.nation.register
    part = SheetPart(desk.forms[form_code].sheets[0].sheet_code, desk.forms[form_code].sheets[0].sheet_name, [])
    document = new_document(desk, form_code, unit_key, date(period_end.year, 1, 1), period_end, [part], habit)
    cutoff, month = desk.nation.scenario.cutoff(period_end), period_end.month
    for n, project in enumerate(those, 1):
        stages = projects.amounts(project, month)
        plan = projects.plan_on(project, period_end)
        is_contracted = stages["contracted"] > 0
        is_accepted = project.accepted_date is not None and project.accepted_date <= cutoff
        values: dict[str, Any] = {
            "position": n,
            "project_code": project.code,
            "project_name": f"Đề án mẫu {project.number}: {register.activity_names[project.activity].lower()}",
            "activity": register.activity_names[project.activity],
            "executing_organisation": f"Trung tâm Khuyến công mẫu – {register.units[unit_key].unit_name}",
            "beneficiary_name": f"Nhóm cơ sở mẫu {project.number}" if project.is_group else f"Đơn vị mẫu {project.number}",
            "tax_code": f"98{int(project.number):08d}",
            "place": register.units[desk.nation.holder(project.place_key, period_end)].unit_name,
            "contract_no": f"{int(project.number):03d}/HĐ-KC-{project.year}" if is_contracted else None,
            "contract_date": project.contract_date if is_contracted else None,
            "plan": money(plan, habit, blank_zero=False),
            "counterpart_plan": money(plan * 3 // 2, habit),
            "completed_pct": round(projects.progress(project, month) * 100),
            **{stage: money(amount, habit) for stage, amount in stages.items()},
            "acceptance_date": project.accepted_date if is_accepted else None,
            "adjusted_mark": MARK if project.adjusted_month and month >= project.adjusted_month else None,
            "state": register.state_names[projects.state(project, month, cutoff)],
        }
        part.lines.append(Line(values))
        for stage, amount in stages.items():
            true_figure(
                document, NATIONAL, project.activity, register.stage_indicators[stage], "ytd", amount, project.code
            )
        for column in desk.forms[form_code].sheets[0].columns:
            counted = column.counts_when == () or projects.state(project, month, cutoff) in column.counts_when
            if column.counts_as and values.get(column.name) is not None and counted:
                true_figure(document, NATIONAL, project.activity, column.counts_as, "ytd", 1, project.code)
    sums = {stage: sum(projects.amounts(p, month)[stage] for p in those) for stage in projects.STAGES}
    sums["plan"] = sum(projects.plan_on(project, period_end) for project in those)
    _total(document, "project_code", sums)
    return document


def agreement_report(desk: Desk, form_code: str, unit_key: str, period_end: date) -> Document | None:
    """The year's agreement of KCQG money, one line a project."""
    habit = desk.habit(unit_key)
    those = running(desk, unit_key, period_end)
    if not those:
        return None
    register = desk.nation.register
    sheet = desk.forms[form_code].sheets[0]
    part = SheetPart(sheet.sheet_code, sheet.sheet_name, [])
    document = new_document(desk, form_code, unit_key, date(period_end.year, 1, 1), period_end, [part], habit)
    stages = [column.name for column in sheet.columns if column.name in projects.STAGES]
    for n, project in enumerate(those, 1):
        reached = projects.amounts(project, period_end.month)
        part.lines.append(
            Line(
                {
                    "position": n,
                    "project_code": project.code,
                    "project_name": f"Đề án mẫu {project.number}",
                    "activity": register.activity_names[project.activity],
                    "plan": money(projects.plan_on(project, period_end), habit, blank_zero=False),
                    **{stage: money(reached[stage], habit) for stage in stages},
                }
            )
        )
    sums = {stage: sum(projects.amounts(p, period_end.month)[stage] for p in those) for stage in stages}
    sums["plan"] = sum(projects.plan_on(project, period_end) for project in those)
    _total(document, "project_code", sums)
    return document


def beneficiary_report(desk: Desk, form_code: str, unit_key: str, period_end: date) -> Document:
    """Establishments that were paid support in the period a report covers, by project; a nil report when there is none."""
    nation = desk.nation
    habit = desk.habit(unit_key)
    covered = nation.coverage(unit_key, period_end)
    closed = covered.period_start.month - 1 if covered.part == OPENING else 0
    those = [
        each
        for leaf in covered.leaves
        for each in nation.years[leaf, period_end.year].establishments
        if each.is_supported(period_end.month) and not (closed and each.is_supported(closed))
    ]
    nothing = {} if those else {"is_nil": MARK, "nil_reason": NOBODY_YET}
    sheet = desk.forms[form_code].sheets[0]
    part = SheetPart(sheet.sheet_code, sheet.sheet_name, [])
    document = new_document(desk, form_code, unit_key, covered.period_start, period_end, [part], habit, **nothing)
    facts = {column.name: column.fact for column in sheet.columns if column.fact}
    for n, each in enumerate(those, 1):
        values: dict[str, Any] = {
            "position": n,
            "establishment_name": each.name,
            "tax_code": each.tax_code,
            "establishment_kind": each.kind,
            "place": f"Xã mẫu {each.number % 97:02d}",
            "project_code": each.project_code,
            "activity": nation.register.activity_names[each.activity],
            "fund": each.fund,
            "support": money(each.support, habit, blank_zero=False),
            "counterpart": money(each.counterpart, habit),
        }
        part.lines.append(Line(values))
        for column, value in (("support", each.support), ("counterpart", each.counterpart)):
            true_figure(
                document, each.fund, each.activity, facts[column], "ytd", value, each.project_code, each.tax_code
            )
    sums = {"support": sum(e.support for e in those), "counterpart": sum(e.counterpart for e in those)}
    if those:
        _total(document, "establishment_name", sums)
    return document


def _total(document: Document, label_column: str, sums: dict[str, int]) -> None:
    if document.habit.totals:
        label = document.form.sheets[0].total_labels[0]
        values = {name: money(total, document.habit) for name, total in sums.items()}
        document.sheets[0].lines.append(Line({label_column: label, **values}, "total"))


