"""Rows of the register, as the judge needs them: names to keys, what an indicator is, who followed whom."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from independent_judge.written import folded

Row = dict[str, str]


@dataclass(frozen=True)
class Register:
    """The CSV files of a folder; every table is read when it is first asked for."""

    folder: Path

    def rows(self, table: str) -> list[Row]:
        with (self.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @cached_property
    def indicators(self) -> dict[str, Row]:
        return {row["indicator_code"]: row for row in self.rows("indicators")}

    @cached_property
    def measures(self) -> dict[str, str]:
        """indicator → the measure that its behaviour means."""
        behaviours = {row["behaviour"]: row["measure"] for row in self.rows("behaviours")}
        return {code: behaviours.get(row["behaviour"], "") for code, row in self.indicators.items()}

    @cached_property
    def blanks(self) -> dict[str, str]:
        """indicator → what a blank cell of its line means."""
        behaviours = {row["behaviour"]: row["blank"] for row in self.rows("behaviours")}
        return {code: behaviours.get(row["behaviour"], "missing") for code, row in self.indicators.items()}

    @cached_property
    def _units_of_measure(self) -> dict[str, Row]:
        return {folded(row["unit"]): row for row in self.rows("units_of_measure")}

    def money_factor(self, unit: object) -> Decimal | None:
        """How many đồng a unit of money is; None for what is none."""
        row = self._units_of_measure.get(folded(unit), {})
        return Decimal(row["stored_factor"]) if row.get("is_money") == "yes" else None

    def is_money(self, indicator: str) -> bool:
        return self.money_factor(self.indicators.get(indicator, {}).get("unit", "")) is not None

    def is_count(self, indicator: str) -> bool:
        unit = folded(self.indicators.get(indicator, {}).get("unit", ""))
        return self._units_of_measure.get(unit, {}).get("is_count") == "yes"

    @cached_property
    def unit_kinds(self) -> dict[str, str]:
        return {row["unit_key"]: row["unit_kind"] for row in self.rows("units")}

    @cached_property
    def _aliases(self) -> list[tuple[str, str, date, date]]:
        return [(folded(row["alias"]), row["unit_key"], *_span(row)) for row in self.rows("unit_aliases")]

    @cached_property
    def _activities(self) -> dict[str, str]:
        names = ("activity_code", "activity_name")
        return {folded(row[name]): row["activity_code"] for row in self.rows("activities") for name in names}

    @cached_property
    def _words(self) -> dict[str, dict[str, str]]:
        return {
            "role": {folded(row["alias"]): row["sender_role"] for row in self.rows("sender_roles")},
            "state": {folded(row["alias"]): row["state_code"] for row in self.rows("project_states")},
            "effect": {folded(row["alias"]): row["sign"] for row in self.rows("budget_effects")},
            "indicator": {folded(row["indicator_name"]): code for code, row in self.indicators.items()},
            "fund": {folded(row[n]): row["fund_code"] for row in self.rows("funds") for n in ("fund_code", "fund_name")},
        }

    @cached_property
    def roles_in_force(self) -> dict[tuple[str, str], str]:
        """(form, kind of unit) → whose report counts."""
        return {(row["form_code"], row["unit_kind"]): row["sender_role"] for row in self.rows("form_roles")}

    @cached_property
    def stored(self) -> set[tuple[str, str, str, str]]:
        """(indicator, fund, form, sheet) of what a form is the source of record for."""
        return {
            (row["indicator_code"], row["fund_code"], row["form_code"], row["sheet_code"]) for row in self.rows("indicator_sources")
        }  # fmt: skip

    def unit(self, name: object, day: date) -> str | None:
        """The unit that has this name on a day."""
        wanted = folded(name)
        return next((key for alias, key, first, last in self._aliases if alias == wanted and first <= day <= last), None)

    def activity(self, name: object) -> str | None:
        return self._activities.get(folded(name))

    def word(self, kind: str, text: object) -> str | None:
        """role, state, effect, indicator or fund of a text."""
        return self._words[kind].get(folded(text))

    @cached_property
    def successions(self) -> list[tuple[str, str, date]]:
        """(predecessor, successor, day) of whole mergers."""
        return [
            (row["predecessor_key"], row["successor_key"], date.fromisoformat(row["effective_date"]))
            for row in self.rows("successions")
            if row["succession_kind"] == "whole"
        ]

    def predecessors(self, unit: str, day: date) -> dict[str, date]:
        """Everyone whom a unit followed by a day, however many steps, with the day of the step."""
        found: dict[str, date] = {}
        for before, after, when in self.successions:
            if after == unit and when <= day:
                found |= {before: when, **self.predecessors(before, when)}
        return found


def _span(row: Row) -> tuple[date, date]:
    return (
        date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min,
        date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max,
    )
