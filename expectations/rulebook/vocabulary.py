"""What a rule may name: the forms, and the codes of the register."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.form import Form
from ingestion.form_sheet import Column, FormSheet
from ingestion.register import load_register


@dataclass(frozen=True)
class Vocabulary:
    """What a rule may name: the forms, and the rows of indicators, funds and activities by their code.

    measures    indicator → the measure that its behaviour means
    lists       lists of codes of the register: list → its codes
    """

    forms: Mapping[str, Form]
    indicators: Mapping[str, Mapping[str, str]]
    measures: Mapping[str, str]
    funds: frozenset[str]
    activities: frozenset[str]
    lists: Mapping[str, Collection[str]] = field(default_factory=dict)

    def sheet(self, form_code: str, sheet_code: str) -> FormSheet:
        """A sheet of a form, with the columns of all its versions."""
        return next(sheet for sheet in self.forms[form_code].sheets_ever if sheet.sheet_code == sheet_code)

    def column(self, form_code: str, sheet_code: str, name: str) -> Column:
        """A column of a form's sheet, by name."""
        return self.sheet(form_code, sheet_code).column_by_name[name]


def read_vocabulary(forms: Mapping[str, Form], register: Path) -> Vocabulary:
    """The vocabulary from loaded forms and the register's CSV files."""
    indicators = {row["indicator_code"]: row for row in _rows(register / "indicators.csv")}
    measures = {code: each.measure for code, each in load_register(register).indicators.items()}
    funds = frozenset(row["fund_code"] for row in _rows(register / "funds.csv"))
    activities = frozenset(row["activity_code"] for row in _rows(register / "activities.csv"))
    lists: dict[str, list[str]] = {}
    for row in _rows(register / "code_lists.csv"):
        lists.setdefault(row["list_code"], []).append(row["code"])
    return Vocabulary(forms, indicators, measures, funds, activities, lists)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
