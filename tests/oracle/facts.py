"""What each report of the model says: one fact a printed figure, rounded as its office rounds, zeros included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from oracle.register import BENEFICIARIES, BUDGET, STAGES, Register
from samples.documents import Document
from samples.model import Nation

BILLION = 10**9


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of one report; `since` is the day from which a plan of a decision is in force; value in đồng or a count."""

    unit: str
    form: str
    period_end: date
    fund: str
    activity: str
    indicator: str
    measure: str
    project: str
    establishment: str
    value: Decimal
    since: date


@dataclass(frozen=True, slots=True)
class Report:
    """One report that came: when, from which day on it counts, and whether it says that nothing happened."""

    unit: str
    form: str
    period_end: date
    period_start: date
    received_at: datetime
    is_nil: bool
    facts: tuple[Fact, ...]


def read_reports(documents: Iterable[Document], nation: Nation, register: Register) -> list[Report]:
    """All reports of the model, decisions included, each with what it says."""
    return [
        Report(
            document.unit_key,
            document.form.form_code,
            document.period_end,
            document.header["period_start"],
            document.received_at,
            bool(document.header.get("is_nil")),
            tuple(_facts(document, nation, register)),
        )
        for document in documents
    ]


def _facts(document: Document, nation: Nation, register: Register) -> Iterable[Fact]:
    form = register.forms[document.form.form_code]
    if "document_no" in form["identity"]:
        return _decided(document, nation, register) if form["sheets"][0].get("line_fund") else []
    true = _true_figures(document)
    facts = []
    for sheet, part in zip(form["sheets"], document.sheets, strict=True):
        for line in part.lines:
            if line.kind == "detail":
                facts += _line(document, sheet, line.values, true, register)
    unused = {key for key, value in true.items() if value} - {_true_key(fact, register) for fact in facts}
    assert not [key for key in unused if key[2] in register.indicators], (document.path, unused)
    return facts


def _line(
    document: Document, sheet: dict[str, Any], values: dict[str, Any], true: dict[tuple, Decimal], register: Register
) -> Iterable[Fact]:
    """The figures of one line: which cells say something, and what the model means by them."""
    activity = register.activity_of_name.get(values.get("activity", ""), "")
    if "fund" in values:  # a line of an establishment: it counts once where its support is paid
        code = next(code for (code, _), row in register.source.items() if row["fact"] == BENEFICIARIES)
        yield _fact(
            document, values["fund"], activity, code, "ytd", Decimal(1), values["project_code"], values["tax_code"]
        )
        return
    for column in sheet["columns"]:
        indicator = values.get("indicator_code") or column.get("indicator") or column.get("counts_as")
        fund = column.get("fund") or sheet.get("line_fund")
        if column["role"] != "figure" or not indicator or not fund or not _speaks(column, values):
            continue
        measure = column["measure"]
        if measure == "by_behaviour":
            measure = {"ytd_flow": "ytd", "plan": "plan"}.get(register.indicators[indicator]["behaviour"], "stock")
        value = true.get((fund, activity, indicator, measure, values.get("project_code", "")), Decimal(0))
        place = activity or register.activity_of(indicator)
        printed = _printed(value, register.indicators[indicator]["unit"], document)
        yield _fact(document, fund, place, indicator, measure, printed, values.get("project_code", ""))


def _speaks(column: dict[str, Any], values: dict[str, Any]) -> bool:
    """Whether a cell is a figure: not another form's, not x; a blank only where a blank is zero."""
    if column["type"] == "by_indicator":
        return values.get(column["name"]) not in (None, "x")
    return column["type"] != "money" or values.get(column["name"]) != "x"


def _printed(value: Decimal, unit: str, document: Document) -> Decimal:
    """A true value rounded half up to the last digit that the office prints: money by its habit, averages to one decimal."""
    habit = document.habit
    if unit == "tỷ đồng":
        grain = Decimal(BILLION) / 10
    elif unit == "triệu đồng":
        grain = Decimal(habit.factor).scaleb(-habit.decimals)
    else:
        grain = Decimal("0.1") if value % 1 else Decimal(1)
    return (value / grain).quantize(Decimal(1), rounding=ROUND_HALF_UP) * grain


def _decided(document: Document, nation: Nation, register: Register) -> Iterable[Fact]:
    """The lines of an allocation decision, under the unit that it names; decisions are written to the last đồng given."""
    columns = register.forms[document.form.form_code]["sheets"][0]["columns"]
    code = {column["name"]: column.get("indicator") or column.get("counts_as") for column in columns}
    for project in nation.projects:
        for line in project.lines:
            if line.document_no != document.header["document_no"] or not _names(document, project.code):
                continue
            is_new = line.effect == "assign"
            values = {
                "amount": line.sign * line.amount,
                "project_mark": is_new,
                "group_mark": is_new and project.is_group,
                "key_mark": is_new and project.is_key,
            }
            unit = nation.holder(project.unit_key, line.decided)
            for name, value in values.items():
                yield Fact(
                    unit, document.form.form_code, document.period_end, "KCQG", project.activity, code[name], "plan",
                    project.code, "", Decimal(int(value)), line.decided,
                )  # fmt: skip


def _names(document: Document, project: str) -> bool:
    return any(line.values.get("project_code") == project for line in document.sheets[0].lines)


def _true_figures(document: Document) -> dict[tuple, Decimal]:
    """(fund, activity, indicator, measure, project) → what the generator meant, from the notes it kept beside its cells."""
    return {
        (fund, activity, indicator, measure, project): Decimal(value)
        for _, _, _, _, fund, activity, indicator, measure, project, establishment, value in document.truth
        if not establishment
    }


def _true_key(fact: Fact, register: Register) -> tuple:
    by_activity = register.source[fact.indicator, fact.fund]["fact"] in (BUDGET, STAGES) or fact.project
    return fact.fund, fact.activity if by_activity else "", fact.indicator, fact.measure, fact.project


def _fact(
    document: Document,
    fund: str,
    activity: str,
    indicator: str,
    measure: str,
    value: Decimal,
    project: str,
    taxes: str = "",
) -> Fact:
    return Fact(
        document.unit_key, document.form.form_code, document.period_end, fund, activity, indicator, measure, project, taxes,
        value, document.period_end,
    )  # fmt: skip
