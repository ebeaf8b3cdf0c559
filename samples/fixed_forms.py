"""Reports whose lines the form gives: one line an activity or an indicator; columns are filled by what the YAML says they mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.form_sheet import Column, FormSheet
from samples.documents import Document, Line, SheetPart, money, number, whole
from samples.model import Figures
from samples.reports import Desk, new_document, true_figure
from samples.results import BILLION
from samples.scenario import MILLION, Habit, month_end

NOT_APPLICABLE = "x"
MILLIONS = "triệu đồng"


def fixed_report(desk: Desk, form_code: str, unit_key: str, period_end: date) -> Document:
    """A report with given lines (money by activity, counts by indicator) of one unit and period."""
    nation = desk.nation
    form = desk.forms[form_code]
    habit = desk.habit(unit_key)
    by_indicator = all(sheet.lines_from == "indicators" for sheet in form.sheets)
    if by_indicator:  # such a sheet names each line's unit of measure, so money in it is always written in millions
        habit = replace(habit, money_unit=MILLIONS, factor=MILLION, decimals=habit.decimals or 1)
    covered = nation.coverage(unit_key, period_end)
    figures = nation.figures(unit_key, period_end)
    parts = [SheetPart(sheet.sheet_code, sheet.sheet_name, []) for sheet in form.sheets]
    document = new_document(desk, form_code, unit_key, covered.period_start, period_end, parts, habit)
    for sheet, part in zip(form.sheets, parts, strict=True):
        if sheet.lines_from == "activities":
            part.lines = _activity_lines(desk, document, sheet, figures)
        else:
            part.lines = _indicator_lines(desk, document, sheet, figures, _earlier(desk, unit_key, period_end))
    return document


def _activity_lines(desk: Desk, document: Document, sheet: FormSheet, figures: Figures) -> list[Line]:
    """One line an activity in force, then the total if the office fills it."""
    register = desk.nation.register
    columns = [column for column in sheet.columns if column.type == "money"]
    exists = {c.name: _fund_exists(desk, document, c.fund) for c in columns}
    totals: dict[str, int] = dict.fromkeys(exists, 0)
    lines = []
    for n, activity in enumerate(register.activities_on(document.period_end), 1):
        values: dict[str, Any] = {"position": n, "activity": register.activity_names[activity]}
        for column in columns:
            value = _money_of(desk, column, columns, activity, figures)
            totals[column.name] += value
            if not exists[column.name]:
                values[column.name] = NOT_APPLICABLE
                continue
            values[column.name] = money(value, document.habit, blank_zero=column.measure != "plan")
            if column.role == "figure":
                true_figure(document, column.fund or "", activity, column.indicator or "", column.measure or "", value)
        lines.append(Line(values))
    if document.habit.totals:
        values = {"activity": sheet.total_labels[0]}
        values |= {
            name: money(total, document.habit) if exists[name] else NOT_APPLICABLE for name, total in totals.items()
        }
        lines.append(Line(values, "total"))
    return lines


def _fund_exists(desk: Desk, document: Document, fund: str | None) -> bool:
    """Whether a fund existed at any time of the period."""
    return fund is None or desk.nation.register.fund_on(fund, document.header["period_start"])


def _money_of(desk: Desk, column: Column, columns: list[Column], activity: str, figures: Figures) -> int:
    """The true money of a column and activity; a computed indicator is the sum of its formula's terms over all funds."""
    indicator = desk.nation.register.indicators[column.indicator or ""]
    if indicator["is_formula"] != "yes":
        return int(figures.get((column.fund or "", activity, column.indicator or "", column.measure or ""), 0))
    terms = [term.strip() for term in indicator["formula"].split("+")]
    return sum(
        int(figures.get((each.fund or "", activity, each.indicator or "", each.measure or ""), 0))
        for each in columns
        if each.indicator in terms and each.measure == column.measure
    )


def _indicator_lines(
    desk: Desk, document: Document, sheet: FormSheet, figures: Figures, earlier: tuple[Figures, Figures | None]
) -> list[Line]:
    """One line an indicator whose source of record is this sheet and whose activity is in force."""
    register = desk.nation.register
    form_code = document.form.form_code
    in_force = register.activities_on(document.period_end)
    sourced = {(code, fund) for code, fund, form, name in register.sources if (form, name) == (form_code, sheet.sheet_code)}
    lines: list[Line] = []
    for code, indicator in register.indicators.items():
        activity = indicator["activity"]
        if not any(code == known for known, _ in sourced) or (
            activity in register.activity_names and activity not in in_force
        ):
            continue
        values: dict[str, Any] = {
            "position": len(lines) + 1,
            "indicator_code": code,
            "indicator": indicator["indicator_name"],
            "unit_of_measure": document.habit.money_unit if indicator["unit"] == MILLIONS else indicator["unit"],
        }
        for column in sheet.columns:
            if column.type != "by_indicator" or (code, column.fund) not in sourced:
                continue
            if not _fund_exists(desk, document, column.fund):
                values[column.name] = NOT_APPLICABLE
                continue
            values[column.name] = _count_cell(sheet, document, column, code, indicator, figures, earlier[0])
            if column.role == "figure" and values[column.name] not in (None, NOT_APPLICABLE):
                kind = indicator["measure"]
                measure = kind if column.measure == "by_behaviour" else column.measure or ""
                true_figure(document, column.fund or "", "", code, measure, figures.get((column.fund, "", code, measure), 0))
        if indicator["measure"] == "ytd":
            _comparisons(desk, document, sheet, code, indicator, figures, earlier[1], values)
        lines.append(Line(values))
    return lines


def _count_cell(
    sheet: FormSheet, document: Document, column: Column, code: str, indicator: dict[str, str], figures: Figures, previous: Figures
) -> Any:
    """What stands in a cell of an indicator and fund: x where the measure says nothing of it, blank where it stands elsewhere."""
    fund = column.fund or ""
    kind = indicator["measure"]
    wanted = kind if column.measure == "by_behaviour" else column.measure
    has_plan_column = any(each.measure == "plan" and each.fund == fund for each in sheet.columns)
    if kind == "plan" and column.measure == "by_behaviour" and has_plan_column:
        return None
    says_nothing = (wanted == "plan" and kind == "stock") or (wanted == "in_period" and kind != "ytd")
    if says_nothing or (kind != "ytd" and (fund, "", code, kind) not in figures):
        return NOT_APPLICABLE
    value = figures.get((fund, "", code, "ytd" if wanted == "in_period" else wanted), 0)
    if wanted == "in_period":
        value -= previous.get((fund, "", code, "ytd"), 0)
    return quantity(value, indicator["unit"], document.habit, keeps_zero=wanted == "plan")


def quantity(value: int | Decimal, unit: str, habit: Habit, keeps_zero: bool = False) -> Any:
    """A true value in its unit of measure, as the office writes it."""
    if isinstance(value, Decimal):
        return number(value, 1, habit)
    if unit == MILLIONS:
        return money(value, habit, blank_zero=not keeps_zero)
    if unit == "tỷ đồng":
        return number(Decimal(value) / BILLION, 1, habit)
    return value if keeps_zero else whole(value, habit)


def _comparisons(
    desk: Desk,
    document: Document,
    sheet: FormSheet,
    code: str,
    indicator: dict[str, str],
    figures: Figures,
    last_year: Figures | None,
    values: dict[str, Any],
) -> None:
    """The total of the funds, its part of the plan and the same period of the year before; own revenue is in no total."""
    names = {column.measure: column.name for column in sheet.columns if column.fund is None and column.role == "check"}
    funds = [
        column.fund
        for column in sheet.columns
        if column.measure == "plan" and column.fund and (column.fund, "", code, "ytd") in figures
    ]
    if not funds or "ratio" not in names:
        return
    done = sum(figures[fund, "", code, "ytd"] for fund in funds)
    plan = sum(figures.get((fund, "", code, "plan"), 0) for fund in funds)
    values[names["by_behaviour"]] = quantity(done, indicator["unit"], document.habit)
    if plan:
        values[names["ratio"]] = number(Decimal(done) * 100 / Decimal(plan), 1, document.habit)
    if last_year is not None:
        prior = sum(last_year.get((fund, "", code, "ytd"), 0) for fund in funds)
    else:
        chance = desk.nation.scenario.chance("prior", document.unit_key, document.period_end, code)
        grain = BILLION // 10 if indicator["unit"] == "tỷ đồng" else MILLION if indicator["unit"] == MILLIONS else 1
        prior = int(done * chance.uniform(0.8, 1.15)) // grain * grain
    values[names["prior_ytd"]] = quantity(prior, indicator["unit"], document.habit)


def _earlier(desk: Desk, unit_key: str, period_end: date) -> tuple[Figures, Figures | None]:
    """Figures at the end of the quarter before in the same year, and those of the same period a year before if modelled."""
    nation = desk.nation
    previous: Figures = {}
    start = nation.coverage(unit_key, period_end).period_start
    if period_end.month > 3 and month_end(period_end.year, period_end.month - 3) > start:
        previous = nation.figures(unit_key, month_end(period_end.year, period_end.month - 3))
    if period_end.year - 1 not in nation.scenario.years:
        return previous, None
    return previous, nation.figures_a_year_before(unit_key, period_end)
