"""The register's CSV files and the forms' YAML, read as data."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import yaml

UNALLOCATED = "unallocated"
BUDGET, STAGES, BENEFICIARIES = "fct_budget", "fct_disbursement", "fct_beneficiary"


class Register:
    """Rows of the register by file, and what they say of indicators, funds, activities and parameters."""

    def __init__(self, register: Path, forms: Path) -> None:
        self.rows: dict[str, list[dict[str, str]]] = {}
        for path in register.glob("*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                self.rows[path.stem] = list(csv.DictReader(file))
        self.forms = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in forms.glob("[!_]*.yml")}

    @cached_property
    def indicators(self) -> dict[str, dict[str, str]]:
        return {row["indicator_code"]: row for row in self.rows["indicators"]}

    @cached_property
    def source(self) -> dict[tuple[str, str], dict[str, str]]:
        """(indicator, fund) → its source of record: form_code, fact, stage."""
        return {(row["indicator_code"], row["fund_code"]): row for row in self.rows["indicator_sources"]}

    @cached_property
    def activity_of_name(self) -> dict[str, str]:
        return {row["activity_name"]: row["activity_code"] for row in self.rows["activities"]}

    def activity_of(self, indicator: str) -> str:
        """The activity that an indicator counts; unallocated where it counts none, or all."""
        named = self.indicators[indicator]["activity"]
        return named if named in self.activity_of_name.values() else UNALLOCATED

    def is_in_force(self, table: str, code: str, on: date) -> bool:
        """Whether an activity or a fund exists on a day."""
        key = {"activities": "activity_code", "funds": "fund_code"}[table]
        row = next(row for row in self.rows[table] if row[key] == code)
        return row["valid_from"] <= on.isoformat() and (not row["valid_to"] or on.isoformat() <= row["valid_to"])

    def parameter(self, code: str) -> Decimal:
        """The value of a parameter."""
        return next(Decimal(row["parameter_value"]) for row in self.rows["parameters"] if row["parameter_code"] == code)
