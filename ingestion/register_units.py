"""What the register says of units, day by day: a name and a code mean one unit, which follows those that ended before it."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from ingestion.register_rows import RegisterError, Tables
from ingestion.written.programme_words import this_register, words_of
from ingestion.written.text import folded

UNIT_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FIRST, LAST = "0001-01-01", "9999-12-31"
# Files whose rows belong to a unit and hold within its days; `sources` and `successions` have no such days.
OF_A_UNIT = ("unit_aliases", "unit_codes", "group_members", "contacts")

Row = Mapping[str, str]


@cache
def unit_prefixes() -> tuple[str, ...]:
    """What people write before the name of a unit ("Sở Công Thương", "tỉnh"), folded; rows of written_words.csv."""
    return tuple(folded(each.word) for each in words_of(this_register())["unit_prefix"])


def bare_name(written: str) -> str:
    """A name as the reader looks it up: folded, without what people write before it."""
    name = folded(written)
    while prefix := next((each for each in unit_prefixes() if name.startswith(each + " ")), None):
        name = name[len(prefix) + 1 :]
    return name


def overlap(one: Row, other: Row) -> str | None:
    """The first day on which two rows hold both, YYYY-MM-DD; None when there is none. An empty end is without end."""
    first = max(one["valid_from"] or FIRST, other["valid_from"] or FIRST)
    return first if first <= min(one["valid_to"] or LAST, other["valid_to"] or LAST) else None


def day_before(day: str) -> str:
    """The day before one, YYYY-MM-DD."""
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()


def refuse_contradictions_of_units(tables: Tables) -> None:
    """Raise RegisterError for the first pair of rows that cannot both be true of a unit on a day. All words must be known."""
    units = {row["unit_key"]: row for row in tables["units"]}
    for key, row in units.items():
        if not UNIT_KEY.fullmatch(key):
            raise RegisterError(f"{_place('units', row)}: {key!r} is no key; a key is small letters and digits joined by -.")
        if not row["valid_from"]:
            raise RegisterError(f"{_place('units', row)}: {key} has no valid_from.")
    names = [*(("units", row, row["unit_name"]) for row in tables["units"])]
    names += [("unit_aliases", row, row["alias"]) for row in tables["unit_aliases"]]
    _one_a_day(((bare_name(name), file, row) for file, row, name in names), "unit_key", "the name {} means {} and {} on {}")
    codes = [(row["gso_code"], "unit_codes", row) for row in tables["unit_codes"]]
    _one_a_day(codes, "unit_key", "the code {} means {} and {} on {}")
    _one_a_day(((row["unit_key"], "unit_codes", row) for _, _, row in codes), "gso_code", "{} has the codes {} and {} on {}")
    members = [(row["unit_key"], "group_members", row) for row in tables["group_members"]]
    _one_a_day(members, "group_key", "{} belongs to {} and {} on {}")
    offices = [((row["unit_key"], row["contact_role"], row["address"]), row) for row in tables["contacts"]]
    for number, (contact, row) in enumerate(offices):
        if any(contact == other and overlap(row, before) for other, before in offices[:number]):
            raise RegisterError(f"{_place('contacts', row)}: {', '.join(contact)} stands twice on one day.")
    centres = [("the centre", "units", row) for row in tables["units"] if row["unit_kind"] == "centre"]
    _one_a_day(centres, "unit_key", "{} is {} and {} on {}")
    for _, file, row in members:
        for column, is_group in (("group_key", True), ("unit_key", False)):
            if (units[row[column]]["unit_kind"] == "group") != is_group:
                raise RegisterError(f"{_place(file, row)}: {row[column]} is {'no' if is_group else 'a'} group.")
    for file in OF_A_UNIT:
        for row in tables[file]:
            _within_its_unit(file, row, units[row["unit_key"]])
    _successions(tables["successions"], units)


def _one_a_day(rows: Iterable[tuple[str, str, Row]], column: str, sentence: str) -> None:
    """Of rows that stand for one thing, no two that differ in `column` may hold on one day."""
    alike: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for thing, file, row in rows:
        for other_file, other in alike[thing]:
            day = overlap(row, other)
            if day and row[column] != other[column]:
                said = sentence.format(thing, other[column], row[column], day)
                raise RegisterError(f"{_place(file, row)}: {said} (see {_place(other_file, other)}).")
        alike[thing].append((file, row))


def _within_its_unit(file: str, row: Row, unit: Row) -> None:
    if (row["valid_to"] or (LAST if row["valid_from"] else unit["valid_to"])) > unit["valid_to"] > "":
        raise RegisterError(f"{_place(file, row)}: the row holds after {unit['unit_key']} ended on {unit['valid_to']}.")
    if row["valid_from"] and row["valid_from"] < unit["valid_from"]:
        raise RegisterError(f"{_place(file, row)}: the row begins before {unit['unit_key']} on {unit['valid_from']}.")


def _successions(successions: Iterable[Row], units: Mapping[str, Row]) -> None:
    followed: dict[str, str] = {}
    for row in successions:
        place, day = _place("successions", row), row["effective_date"]
        predecessor, successor = units[row["predecessor_key"]], units[row["successor_key"]]
        for unit in (predecessor, successor):
            if unit["unit_kind"] == "group":
                raise RegisterError(f"{place}: {unit['unit_key']} is a group, which nobody follows and which follows nobody.")
        if not successor["valid_from"] <= day <= (successor["valid_to"] or LAST):
            raise RegisterError(f"{place}: {successor['unit_key']} does not exist on {day}.")
        if not predecessor["valid_from"] < day:
            raise RegisterError(f"{place}: {predecessor['unit_key']} does not exist before {day}.")
        if row["succession_kind"] == "partial":
            continue
        if predecessor["valid_to"] != day_before(day):
            last = predecessor["valid_to"] or "no day"
            raise RegisterError(f"{place}: {predecessor['unit_key']} ends on {last}; whom another follows ends the day before.")
        if row["predecessor_key"] in followed:
            line = followed[row["predecessor_key"]]
            raise RegisterError(f"{place}: {row['predecessor_key']} is followed already (successions.csv line {line}).")
        followed[row["predecessor_key"]] = row["line"]


def _place(file: str, row: Row) -> str:
    return f"{file}.csv line {row['line']}"
