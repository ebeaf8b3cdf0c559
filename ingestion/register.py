"""The register as the reader needs it: names and codes that people type → keys, each at a date."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingestion.budget_year_row import budget_years_of
from ingestion.register_measures import Indicator, indicators_of, refuse_contradictions_of_measures
from ingestion.register_rows import FILES, read_tables, refuse_unknown_codes, spellings_of
from ingestion.register_units import refuse_contradictions_of_units, unit_prefixes
from ingestion.written.budget_years import BudgetYears
from ingestion.written.text import folded, without_numbering


@dataclass(frozen=True)
class Dated:
    """A key and the dates between which a name or code means it (None = without end)."""

    key: str
    valid_from: datetime.date | None
    valid_to: datetime.date | None

    def holds_on(self, day: datetime.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Register:
    """Typed look-ups over the register's CSV files; names are compared folded (no case, accents, punctuation)."""

    unit_kinds: dict[str, str]
    unit_texts: dict[str, str]
    unit_names: dict[str, tuple[Dated, ...]]
    unit_codes: dict[str, tuple[Dated, ...]]
    unit_starts: dict[str, datetime.date | None]
    successors: dict[str, tuple[tuple[str, datetime.date], ...]]
    indicators: dict[str, Indicator]
    indicator_names: dict[str, tuple[str, ...]]
    sources: frozenset[tuple[str, str, str, str]]
    activities: dict[str, Dated]
    activity_names: dict[str, str]
    activity_texts: dict[str, str]
    funds: dict[str, Dated]
    fund_names: dict[str, str]
    sender_roles: dict[str, str]
    effects: dict[str, str]
    states: dict[str, str]
    code_lists: dict[str, dict[str, str]]
    parameters: dict[str, float]
    budget_years: BudgetYears

    def units_named(self, written: str, day: datetime.date | None = None) -> tuple[str, ...]:
        """The units that a typed name means on a day (or ever), without what people write before a name."""
        name = folded(written)
        while name:
            found = self.unit_names.get(name, ())
            if found:
                return tuple(dict.fromkeys(each.key for each in found if day is None or each.holds_on(day)))
            prefix = next((p for p in unit_prefixes() if name.startswith(p + " ")), None)
            if prefix is None:
                return ()
            name = name[len(prefix) + 1 :]
        return ()

    def unit_with_code(self, written: str, day: datetime.date) -> str | None:
        """The unit whose official code this was on that day; a code typed as a number may have lost its leading zero."""
        code = written.strip().zfill(2)
        return next((each.key for each in self.unit_codes.get(code, ()) if each.holds_on(day)), None)

    def succeeded_on(self, successor: str, predecessor: str) -> datetime.date | None:
        """The day on which one unit took the other's place, however many steps lie between; None when it never did."""
        for unit, day in self.successors.get(predecessor, ()):
            if unit == successor:
                return day
            later = self.succeeded_on(successor, unit)
            if later is not None:
                return later
        return None

    def starts_after_succession(self, unit_key: str, end: datetime.date) -> tuple[datetime.date, ...]:
        """The days on which a report up to `end` may begin when its unit followed others in that year; empty when it did not.

        A unit that came to be that day begins with the year, then it contains those it followed, or with the succession. One
        that was there before begins with the year: nobody else would answer for its own months before the succession.
        """
        start, steps = self.budget_years.start(self.budget_years.of(end)), self.successors.values()
        followed = {day for each in steps for unit, day in each if unit == unit_key and start <= day <= end}
        return tuple(sorted({start, *(followed & {self.unit_starts.get(unit_key)})})) if followed else ()

    def activity_of(self, written: str, day: datetime.date) -> str | None:
        """The activity meant by a code ("A1", "1") or a name, if it exists on that day."""
        name = folded(written)
        short = re.sub(r"^a? ?0*(\d+)$", r"a\1", name)
        code = self.activity_names.get(name) or self.activity_names.get(short)
        if code is None:  # "1. Đào tạo nghề", "IV) …": a number or code before the name
            code = self.activity_names.get(without_numbering(written)) or self.activity_names.get(re.sub(r"^(a ?)?\d+ ", "", name))
        return code if code and self.activities[code].holds_on(day) else None

    def indicator_of(self, code_written: str, name_written: str) -> str | None:
        """The indicator meant by its code, else by its name; None when unknown, or when the name is another indicator's."""
        by_name = self.indicator_names.get(folded(name_written)) or self.indicator_names.get(without_numbering(name_written), ())
        code = code_written.strip().lower()
        if code:
            found = next((each for each in self.indicators if each.lower() == code), None)
            return found if not by_name or found in by_name else None
        return by_name[0] if len(by_name) == 1 else None

    def role_of(self, written: str) -> str | None:
        """The sender's role meant by a text: the longest alias that it is, or begins with."""
        name = folded(written)
        fits = [alias for alias in self.sender_roles if name == alias or name.startswith(alias + " ")]
        return self.sender_roles[max(fits, key=len)] if fits else None


def load_register(folder: Path) -> Register:
    """The register of a folder of CSV files, read again only when a byte changed; raises RegisterError for what cannot be true."""
    contents = tuple((folder / f"{name}.csv").read_bytes() for name in FILES)
    return _register_of(hashlib.sha256(b"\0".join(contents)).hexdigest(), folder)


@lru_cache(maxsize=4)
def _register_of(digest: str, folder: Path) -> Register:
    rows = read_tables(folder)
    refuse_unknown_codes(rows)
    refuse_contradictions_of_units(rows)
    refuse_contradictions_of_measures(rows)
    units = {row["unit_key"]: row for row in rows["units"]}
    names: dict[str, dict[Dated, None]] = defaultdict(dict)
    for row in rows["unit_aliases"]:
        names[folded(row["alias"])][_dated(row, row["unit_key"])] = None
    for row in rows["units"]:
        names[folded(row["unit_name"])].setdefault(_dated(row, row["unit_key"]))
    codes: dict[str, list[Dated]] = defaultdict(list)
    for row in rows["unit_codes"]:
        codes[row["gso_code"]].append(_dated(row, row["unit_key"]))
    successors: dict[str, list[tuple[str, datetime.date]]] = defaultdict(list)
    for row in rows["successions"]:
        day = datetime.date.fromisoformat(row["effective_date"])
        if row["succession_kind"] == "whole":  # who took a part answers for nothing that was there before
            successors[row["predecessor_key"]].append((row["successor_key"], day))
    indicator_names: dict[str, list[str]] = defaultdict(list)
    for row in rows["indicators"]:
        indicator_names[folded(row["indicator_name"])].append(row["indicator_code"])
    activity_names = {folded(row["activity_code"]): row["activity_code"] for row in rows["activities"]}
    activity_names |= {folded(row["activity_name"]): row["activity_code"] for row in rows["activities"]}
    fund_names = {folded(row[name]): row["fund_code"] for row in rows["funds"] for name in ("fund_code", "fund_name")}
    return Register(
        unit_kinds={key: row["unit_kind"] for key, row in units.items()},
        unit_texts={key: row["unit_name"] for key, row in units.items()},
        unit_names={name: tuple(found) for name, found in names.items()},
        unit_codes={code: tuple(found) for code, found in codes.items()},
        unit_starts={key: _day(row["valid_from"]) for key, row in units.items()},
        successors={key: tuple(found) for key, found in successors.items()},
        indicators=indicators_of(rows),
        indicator_names={name: tuple(found) for name, found in indicator_names.items()},
        sources=frozenset(
            (row["indicator_code"], row["fund_code"], row["form_code"], row["sheet_code"])
            for row in rows["indicator_sources"]
        ),
        activities={row["activity_code"]: _dated(row, row["activity_code"]) for row in rows["activities"]},
        activity_names=activity_names,
        activity_texts={row["activity_code"]: row["activity_name"] for row in rows["activities"]},
        funds={row["fund_code"]: _dated(row, row["fund_code"]) for row in rows["funds"]},
        fund_names=fund_names,
        sender_roles=_aliases(rows["sender_roles"], "sender_role"),
        effects=_aliases(rows["budget_effects"], "effect_code"),
        states=_aliases(rows["project_states"], "state_code"),
        code_lists=_code_lists(rows["code_lists"]),
        parameters=(parameters := {row["parameter_code"]: float(row["parameter_value"]) for row in rows["parameters"]}),
        budget_years=budget_years_of(parameters),
    )


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _dated(row: dict[str, str], key: str) -> Dated:
    return Dated(key, _day(row.get("valid_from", "")), _day(row.get("valid_to", "")))


def _aliases(rows: list[dict[str, str]], key: str) -> dict[str, str]:
    named = {folded(row["alias"]): row[key] for row in rows}
    return named | {folded(row[key]): row[key] for row in rows}


def _code_lists(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """List → folded text → code, by the code itself, its names and its other spellings."""
    lists: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        for text in spellings_of(row):
            lists[row["list_code"]][folded(text)] = row["code"]
    return dict(lists)
