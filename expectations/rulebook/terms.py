"""One term of a rule, checked against the forms and the register, with its columns named one by one."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.rulebook.words import AGGREGATES, LINE_KINDS, SHIFTS, check_term
from ingestion.form import Form
from ingestion.form_sheet import Column
from ingestion.known_words import unknown_word
from ingestion.register import load_register


@dataclass(frozen=True)
class Term:
    """Figures of one form that are added, each times `coefficient`; a filter of None lets everything through."""

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

    def as_row(self) -> tuple[Any, ...]:
        """The values of register.rule_term after rule_id, in the order of TERM_COLUMNS."""
        lists = (self.column_names, self.indicator_codes, self.fund_codes, self.activity_codes)
        return (
            self.number, self.side, self.coefficient, self.role, self.form_code, self.sheet_code, self.period_shift,
            self.line_kind, *(None if each is None else list(each) for each in lists), self.measure, self.alternative,
            self.aggregate,
        )  # fmt: skip


TERM_COLUMNS = (
    "term_number", "side", "coefficient", "role", "form_code", "sheet_code", "period_shift", "line_kind", "column_names",
    "indicator_codes", "fund_codes", "activity_codes", "measure", "alternative", "aggregate",
)  # fmt: skip


@dataclass(frozen=True)
class Vocabulary:
    """What a rule may name: the forms, and the rows of indicators, funds and activities by their code.

    measures    indicator → the measure that its behaviour means
    """

    forms: Mapping[str, Form]
    indicators: Mapping[str, Mapping[str, str]]
    measures: Mapping[str, str]
    funds: frozenset[str]
    activities: frozenset[str]

    def column(self, form_code: str, sheet_code: str, name: str) -> Column:
        """A column of a form's sheet, by name."""
        sheet = next(sheet for sheet in self.forms[form_code].sheets_ever if sheet.sheet_code == sheet_code)
        return sheet.column_by_name[name]


def read_vocabulary(forms: Mapping[str, Form], register: Path) -> Vocabulary:
    """The vocabulary from loaded forms and the register's CSV files."""
    indicators = {row["indicator_code"]: row for row in _rows(register / "indicators.csv")}
    measures = {code: each.measure for code, each in load_register(register).indicators.items()}
    funds = frozenset(row["fund_code"] for row in _rows(register / "funds.csv"))
    activities = frozenset(row["activity_code"] for row in _rows(register / "activities.csv"))
    return Vocabulary(forms, indicators, measures, funds, activities)


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


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
