"""One term of a rule, checked against the forms and the register, with its columns named one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expectations.rulebook.own_names import Where, alternatives, read_where
from expectations.rulebook.vocabulary import Vocabulary
from expectations.rulebook.words import AGGREGATES, LINE_KINDS, SHIFTS, check_term
from ingestion.form_sheet import Column
from ingestion.known_words import unknown_word


@dataclass(frozen=True)
class Term:
    """Figures of one form that are added, each times `coefficient`; a filter of None lets everything through.

    where              of which lines only, by the form's own dimensions and attributes
    is_absent_zero     a line that does not stand in a report that is there means nought; is_absent_report_zero: so does a report
                       that is not there
    """

    number: int
    side: str
    role: str
    alternative: int
    coefficient: int
    form_code: str
    sheet_code: str
    period_shift: str
    line_kind: str
    column_names: tuple[str, ...]
    indicator_codes: tuple[str, ...] | None
    fund_codes: tuple[str, ...] | None
    activity_codes: tuple[str, ...] | None
    measure: str | None
    aggregate: str
    where: Where = ()
    is_absent_zero: bool = False
    is_absent_report_zero: bool = False

    def as_row(self) -> tuple[Any, ...]:
        """The values of register.rule_term after rule_id, in the order of TERM_COLUMNS."""
        lists = (self.column_names, self.indicator_codes, self.fund_codes, self.activity_codes)
        return (
            self.number, self.side, self.coefficient, self.role, self.form_code, self.sheet_code, self.period_shift,
            self.line_kind, *(None if each is None else list(each) for each in lists), self.measure, self.alternative,
            self.aggregate,
        )  # fmt: skip

    def words_more(self) -> tuple[Any, ...]:
        """The values of register.rule_term after those of as_row, in the order of MORE_COLUMNS."""
        sets = [json.dumps(each, ensure_ascii=False, sort_keys=True) for each in alternatives(self.where)] if self.where else None
        return sets, self.is_absent_zero, self.is_absent_report_zero

    def content(self) -> list[Any]:
        """All that decides what it picks and adds. What is not said stands nowhere in it: a new word changes no old rule."""
        more = {name: value for name, value in zip(MORE_COLUMNS, self.words_more(), strict=True) if value}
        return [*self.as_row(), *([more] if more else [])]


TERM_COLUMNS = (
    "term_number", "side", "coefficient", "role", "form_code", "sheet_code", "period_shift", "line_kind", "column_names",
    "indicator_codes", "fund_codes", "activity_codes", "measure", "alternative", "aggregate",
)  # fmt: skip
MORE_COLUMNS = ("where_codes", "is_absent_zero", "is_absent_report_zero")


def read_term(
    part: Mapping[str, Any], side: str, number: int, vocabulary: Vocabulary, *, role: str = "term", alternative: int = 0
) -> Term:
    """A term from its YAML mapping; raises ValueError saying which name is not known, or that nothing is picked."""
    check_term(part, side)
    _known([part.get("form", "")], vocabulary.forms, "form")
    form = vocabulary.forms[part["form"]]
    sheet = next((s for s in form.sheets_ever if s.sheet_code == part.get("sheet")), None)
    if sheet is None:
        said = unknown_word(part.get("sheet"), [s.sheet_code for s in form.sheets_ever], "sheet", f"{form.form_code}.yml")
        raise ValueError(f"the form {form.form_code} has no sheet {part.get('sheet')!r}: {said}")
    for name in part.get("columns", ()):
        if name not in sheet.column_by_name:
            said = unknown_word(name, sheet.column_by_name, "column", f"{form.form_code}.yml")
            raise ValueError(f"the sheet {sheet.sheet_code} of {form.form_code} has no column {name!r}: {said}")
    indicators = _indicators(part, vocabulary)
    _known(part.get("funds", ()), vocabulary.funds, "fund")
    _known(part.get("activities", ()), vocabulary.activities, "activity")
    _known([part.get("shift", "same")], SHIFTS, "shift")
    _known([part.get("line", "detail")], LINE_KINDS, "line")
    _known([part.get("aggregate", "sum")], AGGREGATES, "aggregate")
    columns = [column for column in sheet.columns if _picks(part, indicators, column)]
    if not columns:
        raise ValueError(f"a term on {form.form_code} picks no column")
    from_line = any(_indicator_of(column) is None for column in columns)
    return Term(
        number=number, side=side, role=role, alternative=alternative, coefficient=int(part.get("times", 1)),
        form_code=form.form_code, sheet_code=sheet.sheet_code, period_shift=part.get("shift", "same"),
        line_kind=part.get("line", "detail"), column_names=tuple(column.name for column in columns),
        indicator_codes=tuple(indicators) if indicators is not None and from_line else None,
        fund_codes=tuple(part["funds"]) if "funds" in part and any(c.fund is None for c in columns) else None,
        activity_codes=tuple(part["activities"]) if "activities" in part else None,
        measure=part.get("measure") if any(c.measure == "by_behaviour" for c in columns) else None,
        aggregate=part.get("aggregate", "sum"),
        where=read_where(part.get("where", {}), sheet, vocabulary.lists, f"{form.form_code}.yml"),
        is_absent_zero=part.get("absent") == "zero", is_absent_report_zero=part.get("absent_report") == "zero",
    )  # fmt: skip


def _picks(part: Mapping[str, Any], indicators: Sequence[str] | None, column: Column) -> bool:
    if not column.is_quantity:
        return False
    if "columns" in part:
        return column.name in part["columns"]
    fixed = _indicator_of(column)
    return (
        column.measure != "ratio"
        and column.period is None  # a figure of another period is in a rule only by the name of its column
        and ("role" not in part or column.role == part["role"])
        and (indicators is None or fixed is None or fixed in indicators)
        and ("funds" not in part or column.fund is None or column.fund in part["funds"])
        and ("measure" not in part or column.measure in ("by_behaviour", part["measure"]))
    )


def _indicator_of(column: Column) -> str | None:
    return column.indicator or column.counts_as or column.fact


def _indicators(part: Mapping[str, Any], vocabulary: Vocabulary) -> list[str] | None:
    if "indicators_where" in part:
        where = part["indicators_where"]
        known = next(iter(vocabulary.indicators.values()))
        _known(where, known, "attribute of an indicator")
        for name, values in where.items():
            if not isinstance(values, list):
                raise ValueError(f"indicators_where: {name} is {values!r}; it must be a list of values")
            _known(values, {row[name] for row in vocabulary.indicators.values()}, f"{name} of an indicator")
        chosen = [
            code
            for code, row in vocabulary.indicators.items()
            if all(row[name] in values for name, values in where.items())
        ]
        if not chosen:
            raise ValueError(f"no indicator has {where}")
        return chosen
    if "indicators" in part:
        _known(part["indicators"], vocabulary.indicators, "indicator")
        return list(part["indicators"])
    return None


def _known(names: Any, known: Any, what: str) -> None:
    for name in names:
        if (said := unknown_word(name, known, what)) is not None:
            raise ValueError(f"unknown {what} {name!r}: {said}")
