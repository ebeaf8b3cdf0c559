"""Three small cases for every linear rule, made from its own terms: it passes, it fails, it abstains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from raw_builder import RawBuilder, month_end

from expectations.rule_language import Rule
from expectations.rule_terms import Term

EQUAL, SMALL, LARGE = 10, 1, 999


@dataclass
class Case:
    """A rule, what it must say, and the figures of each side."""

    rule: Rule
    expected: str
    left: Any
    right: Any
    submission_key: int = 0
    scope: dict[str, str] = field(default_factory=dict)


def cases_of(rule: Rule) -> list[Case]:
    """Passing, failing and abstaining values of a rule's two sides."""
    zero = not any(term.side == "right" for term in rule.terms)
    good = (0, 0) if zero and rule.operator == "==" else (EQUAL, EQUAL)
    bad = {"==": (LARGE, EQUAL), "<=": (LARGE, EQUAL), ">=": (-LARGE if zero else SMALL, LARGE)}[rule.operator]
    if any(term.aggregate == "count_lines" for term in rule.terms):
        good = (1, EQUAL)  # the other side counts its one line, whatever stands in it
    unreadable = rule.missing == "zero"
    return [
        Case(rule, "pass", *good),
        Case(rule, "fail", *bad),
        Case(rule, "undecided", "#REF!" if unreadable else "…", EQUAL),
    ]


def places() -> Iterator[tuple[str, int]]:
    """A surviving province and a year for each case, so that no two cases meet, nor one
    the year before of another; no province has a predecessor."""
    for year in range(2026, 2080, 2):
        for unit in ("ha-noi", "cao-bang", "dien-bien", "lai-chau", "son-la", "lang-son", "quang-ninh", "thanh-hoa",
                     "nghe-an", "ha-tinh", "hue"):  # fmt: skip
            yield unit, year


def write_case(builder: RawBuilder, case: Case, unit: str, year: int) -> None:
    """Insert the submissions of a case: the judged one and, where a side stands elsewhere, the other."""
    rule = case.rule
    form = builder.forms[rule.judges]
    if rule.valid_to is not None:
        year = rule.valid_to.year
    if any(term.period_shift == "predecessors" for term in rule.terms):
        year = 2025
    months = [m for m in form.period_months if m >= (9 if year == 2025 else 6)]
    end = month_end(year, months[0])
    if rule.valid_to is not None and end > rule.valid_to:
        end = month_end(year, 6)
    own: list[dict[str, Any]] = []
    others: dict[tuple[str, str], list[dict[str, Any]]] = {}
    seen: set[str] = set()
    for term in rule.terms:
        first = term.side not in seen
        seen.add(term.side)
        value = (case.left if term.side == "left" else case.right) if first else 0
        line = _line(builder, rule, term, value, unit)
        if first and term.side == "left":
            case.scope = _scope(builder, rule, term, line, unit)
        here = term.form_code == rule.judges and (term.period_shift == "same" or _is_whole(rule, term))
        (own if here else others.setdefault((term.form_code, term.period_shift), [])).append(line)
    for (form_code, shift), lines in others.items():
        _other(builder, form_code, shift, lines, unit, end)
    case.submission_key = _submit(builder, rule.judges, unit, end, _merged(own))


def _is_whole(rule: Rule, term: Term) -> bool:
    """A decision is part of the plan in force that it is judged by."""
    return term.period_shift == "plan_in_force" and term.form_code == rule.judges


def _line(builder: RawBuilder, rule: Rule, term: Term, value: Any, unit: str) -> dict[str, Any]:
    sheet = next(s for s in builder.forms[term.form_code].sheets if s.sheet_code == term.sheet_code)
    column = _column(rule, term, sheet)
    line: dict[str, Any] = {"sheet": term.sheet_code, "kind": term.line_kind, "cells": {column.name: value}}
    if term.line_kind == "total":
        return line
    names = {c.name for c in sheet.columns}
    line["activity"] = (term.activity_codes or ("A3",))[0]
    if column.type == "by_indicator":
        codes = term.indicator_codes or ("KC-A1-01",)
        line["indicator"] = "KC-A1-01" if "KC-A1-01" in codes else codes[0]
        line.pop("activity")
    if "project_code" in names:
        line["project"] = f"KCQG-{unit}-1"
    if "tax_code" in sheet.line_key:
        line |= {"establishment": "9900000001", "fund": (term.fund_codes or ("KCDP-T",))[0]}
    if "line_unit" in names:
        line |= {"unit": unit, "effect": "assign"} if "effect" in names else {"unit": unit}
    return line


def _scope(builder: RawBuilder, rule: Rule, term: Term, line: dict[str, Any], unit: str) -> dict[str, str]:
    """The scope at which the case's verdict is expected."""
    sheet = next(s for s in builder.forms[term.form_code].sheets if s.sheet_code == term.sheet_code)
    column = _column(rule, term, sheet)
    keys = {
        "activity_code": line.get("activity"),
        "fund_code": column.fund or line.get("fund") or sheet.line_fund,
        "indicator_code": column.indicator or column.counts_as or column.fact or line.get("indicator"),
        "column_name": column.name,
        "project_key": line.get("project"),
        "establishment_key": line.get("establishment"),
        "unit_key": unit,
    }
    return {name: str(keys[name]) for name in rule.scope}


def _column(rule: Rule, term: Term, sheet: Any) -> Any:
    """The column of a term: of the fund that every term of the rule shares, when the scope asks for it."""
    columns = [sheet.column_by_name[name] for name in term.column_names]
    if "fund_code" in rule.scope:
        for fund in ("KCDP-T", "KCDP"):
            if any(c.fund == fund for c in columns):
                return next(c for c in columns if c.fund == fund)
    if "indicator_code" in rule.scope and columns[0].indicator:
        return min(columns, key=lambda c: c.indicator)
    return columns[0]


def _merged(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines with the same keys become one."""
    merged: dict[str, dict[str, Any]] = {}
    for line in lines:
        key = str(sorted((k, v) for k, v in line.items() if k != "cells"))
        if key in merged:
            merged[key]["cells"] = {**line["cells"], **merged[key]["cells"]}
        else:
            merged[key] = line
    return list(merged.values())


def _other(builder: RawBuilder, form_code: str, shift: str, lines: list[dict[str, Any]], unit: str, end: date) -> None:
    if shift == "prior_year":
        _submit(builder, form_code, unit, month_end(end.year - 1, end.month), lines)
    elif shift == "previous":
        months = builder.forms[form_code].period_months
        _submit(builder, form_code, unit, month_end(end.year, max(m for m in months if m < end.month)), lines)
    elif shift == "predecessors":
        _submit(builder, form_code, PREDECESSOR[unit], month_end(end.year, 6), lines)
    elif shift == "plan_in_force":
        _submit(builder, form_code, unit, month_end(end.year, 1), lines)
    else:
        _submit(builder, form_code, unit, end, lines)


PREDECESSOR = {
    "tay-ninh-2025": "long-an", "lao-cai-2025": "yen-bai", "bac-ninh-2025": "bac-giang", "quang-tri-2025": "quang-binh",
    "gia-lai-2025": "binh-dinh", "dong-thap-2025": "tien-giang",
}  # fmt: skip


def _submit(builder: RawBuilder, form_code: str, unit: str, end: date, lines: list[dict[str, Any]]) -> int:
    by_centre = {"giao-ke-hoach": "cuc", "kho-bac": "kho-bac"}.get(form_code)
    more: dict[str, Any] = {}
    if by_centre:
        number = f"{unit}-{next(builder.numbers)}"
        more = {"sender_role": by_centre, "document_no": number, "document_date": date(end.year, end.month, 1)}
    return builder.submit(
        form_code, "trung-uong" if by_centre else unit, end, lines, money_factor=1, cutoff_date=end, **more
    )
