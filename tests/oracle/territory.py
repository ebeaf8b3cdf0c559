"""Who follows whom, and where a unit's figure lies on a map: an own reading of units.csv, successions.csv, group_members.csv.

A map is a day, or None for "as reported". Whole mergers only: no partial one falls into the years that the model knows, and
`Territory` refuses register rows that would make one matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from oracle.register import Register

NATION = "viet-nam"
BROKEN = "not-apportionable:"


class Territory:
    """The units of the register and their successions."""

    def __init__(self, register: Register, first_day: date) -> None:
        days = {r["unit_key"]: (_day(r["valid_from"]), _day(r["valid_to"])) for r in register.rows["units"]}
        self.kind = {row["unit_key"]: row["unit_kind"] for row in register.rows["units"]}
        self.exists = {unit: (start or date.min, end or date.max) for unit, (start, end) in days.items()}
        self.followed_by: dict[str, tuple[str, date]] = {}
        for row in register.rows["successions"]:
            day = date.fromisoformat(row["effective_date"])
            if row["succession_kind"] == "whole":
                self.followed_by[row["predecessor_key"]] = (row["successor_key"], day)
            elif day >= first_day:
                raise ValueError("The oracle does not know partial successions within the years of the model.")
        self.members = [
            (
                row["unit_key"],
                row["group_key"],
                date.fromisoformat(row["valid_from"]),
                _day(row["valid_to"]) or date.max,
            )
            for row in register.rows["group_members"]
        ]

    def stands(self, unit: str, on: date) -> bool:
        start, end = self.exists[unit]
        return start <= on <= end

    def units(self, on: date, kinds: Iterable[str] | None = None) -> list[str]:
        """Units that exist on a day, groups left out."""
        wanted = set(kinds) if kinds is not None else set(self.kind.values()) - {"group"}
        return [unit for unit, kind in self.kind.items() if kind in wanted and self.stands(unit, on)]

    @cache  # noqa: B019
    def answering(self, unit: str, on: date) -> str:
        """The unit itself while it exists on a day, else the unit that followed it by whole mergers up to that day."""
        while not self.stands(unit, on) and unit in self.followed_by and self.followed_by[unit][1] <= on:
            unit = self.followed_by[unit][0]
        return unit

    @cache  # noqa: B019
    def followed(self, unit: str) -> frozenset[str]:
        """Units that were merged into this one, directly."""
        return frozenset(old for old, (new, _) in self.followed_by.items() if new == unit)

    @cache  # noqa: B019
    def place(self, unit: str, map_day: date | None) -> str:
        """The unit of a map on whose row a figure of a unit stands: forwards its successor, backwards not apportionable."""
        if map_day is None or self.stands(unit, map_day):
            return unit
        if map_day > self.exists[unit][1]:
            return self.answering(unit, map_day)
        return f"{BROKEN}{unit}"

    @cache  # noqa: B019
    def region(self, place: str, on: date) -> str:
        """The region of a unit on a day; of a closed one as it last was; the unit itself where it belongs to none.

        What cannot be apportioned lies in a region when all that it may belong to does.
        """
        if place.startswith(BROKEN):
            regions = {self.region(old, on) for old in self._oldest(place.removeprefix(BROKEN), on)}
            return regions.pop() if len(regions) == 1 else place
        last = min(on, self.exists[place][1])
        return next(
            (group for unit, group, start, end in self.members if unit == place and start <= last <= end), place
        )

    def _oldest(self, unit: str, on: date) -> set[str]:
        """The units of a day out of which a later unit was made."""
        if self.stands(unit, on):
            return {unit}
        return {found for old in self.followed(unit) for found in self._oldest(old, on)}


def last_day(year: int, month: int) -> date:
    """The month-end that names a period."""
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
