"""What the sample nation takes from the register: who exists when, who follows whom, what is counted and in which form."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Unit:
    """One reporting unit and the days between which it exists (None = without end)."""

    unit_key: str
    unit_kind: str
    unit_name: str
    valid_from: date
    valid_to: date | None

    def exists_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Register:
    """Rows of the register's CSV files, by file name without its ending."""

    rows: dict[str, list[dict[str, str]]]

    @cached_property
    def units(self) -> dict[str, Unit]:
        return {
            row["unit_key"]: Unit(
                row["unit_key"], row["unit_kind"], row["unit_name"], day(row["valid_from"]), _end(row["valid_to"])
            )
            for row in self.rows["units"]
        }

    @cached_property
    def indicators(self) -> dict[str, dict[str, str]]:
        """Indicator → its row, with the measure that its behaviour means."""
        measures = {row["behaviour"]: row["measure"] for row in self.rows["behaviours"]}
        return {row["indicator_code"]: {**row, "measure": measures[row["behaviour"]]} for row in self.rows["indicators"]}

    @cached_property
    def sources(self) -> frozenset[tuple[str, str, str, str]]:
        """(indicator, fund, form, sheet) whose source of record that sheet is."""
        return frozenset(
            (row["indicator_code"], row["fund_code"], row["form_code"], row["sheet_code"])
            for row in self.rows["indicator_sources"]
        )

    @cached_property
    def stage_indicators(self) -> dict[str, str]:
        """Stage of budget money (contracted …) → its indicator; stages of counterpart capital are left out."""
        funds = {row["fund_code"] for row in self.rows["funds"] if row["is_of_programme"] == "yes"}
        return {
            row["stage"]: row["indicator_code"]
            for row in self.rows["indicator_sources"]
            if row["stage"] and row["fund_code"] in funds
        }

    @cached_property
    def outside_indicators(self) -> dict[str, str]:
        """Fund that is no budget money (counterpart, other) → its indicator."""
        budget = set(self.stage_indicators.values())
        return {
            row["fund_code"]: row["indicator_code"]
            for row in self.rows["indicator_sources"]
            if row["stage"] and row["indicator_code"] not in budget
        }

    @cached_property
    def plan_indicators(self) -> dict[str, str]:
        """Fund → the indicator of its plan money."""
        return {
            row["fund_code"]: row["indicator_code"]
            for row in self.rows["indicator_sources"]
            if row["fact"] == "fct_budget"
        }

    @cached_property
    def state_names(self) -> dict[str, str]:
        return {row["state_code"]: row["state_name"] for row in reversed(self.rows["project_states"])}

    @cached_property
    def closed_states(self) -> frozenset[str]:
        return frozenset(row["state_code"] for row in self.rows["project_states"] if row["is_closed"] == "yes")

    @cached_property
    def activity_names(self) -> dict[str, str]:
        return {row["activity_code"]: row["activity_name"] for row in self.rows["activities"]}

    @cached_property
    def effect_signs(self) -> dict[str, int]:
        return {row["effect_code"]: int(row["sign"]) for row in self.rows["budget_effects"]}

    @cached_property
    def effect_names(self) -> dict[str, str]:
        return {row["effect_code"]: row["effect_name"] for row in self.rows["budget_effects"]}

    def units_on(self, on: date, kinds: tuple[str, ...] | None = None) -> list[str]:
        """Keys of the reporting units that exist on a day, in the register's order."""
        return [
            unit.unit_key
            for unit in self.units.values()
            if unit.unit_kind != "group" and unit.exists_on(on) and (kinds is None or unit.unit_kind in kinds)
        ]

    def merged_in(self, unit_key: str, year: int) -> tuple[date, tuple[str, ...]] | None:
        """Day and predecessors of a whole merger that made this unit within a year, else None."""
        rows = [
            row
            for row in self.rows["successions"]
            if row["successor_key"] == unit_key
            and row["succession_kind"] == "whole"
            and day(row["effective_date"]) == self.units[unit_key].valid_from
            and day(row["effective_date"]).year == year
        ]
        return (day(rows[0]["effective_date"]), tuple(row["predecessor_key"] for row in rows)) if rows else None

    def code_on(self, unit_key: str, on: date) -> str | None:
        """The unit's statistical code on a day."""
        return next(
            (
                row["gso_code"]
                for row in self.rows["unit_codes"]
                if row["unit_key"] == unit_key and day(row["valid_from"]) <= on and _holds(row["valid_to"], on)
            ),
            None,
        )

    def activities_on(self, on: date) -> list[str]:
        """Activities in force on a day, in the register's order."""
        rows = sorted(self.rows["activities"], key=lambda row: int(row["position"]))
        return [r["activity_code"] for r in rows if day(r["valid_from"]) <= on and _holds(r["valid_to"], on)]

    def fund_on(self, fund_code: str, on: date) -> bool:
        """Whether a fund exists on a day."""
        row = next(row for row in self.rows["funds"] if row["fund_code"] == fund_code)
        return day(row["valid_from"]) <= on and _holds(row["valid_to"], on)

    def members(self, group_key: str, on: date) -> list[str]:
        """Units of a group on a day."""
        return [
            row["unit_key"]
            for row in self.rows["group_members"]
            if row["group_key"] == group_key and day(row["valid_from"]) <= on and _holds(row["valid_to"], on)
        ]

    def role_name(self, form_code: str, unit_kind: str) -> str:
        """The words by which the office that reports a form in this kind of unit calls itself."""
        role = next(
            row["sender_role"]
            for row in self.rows["form_roles"]
            if row["form_code"] == form_code and row["unit_kind"] == unit_kind
        )
        return next(row["alias"] for row in self.rows["sender_roles"] if row["sender_role"] == role)


def read_register(folder: Path) -> Register:
    """Read every CSV file of the register's folder."""
    rows = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows[path.stem] = list(csv.DictReader(stream))
    return Register(rows)


def day(text: str) -> date:
    """A date from YYYY-MM-DD."""
    return date.fromisoformat(text)


def _end(text: str) -> date | None:
    return day(text) if text else None


def _holds(valid_to: str, on: date) -> bool:
    return not valid_to or on <= day(valid_to)
