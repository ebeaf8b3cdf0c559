"""The parts of a form that say where things stand: header fields with their places, periods of columns, blocks under headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ingestion.form import HeaderField, Place
from ingestion.form_figures import check_figures
from ingestion.form_sheet import Column, ColumnPeriod, Repeated
from ingestion.form_tables import check_tables
from ingestion.form_words import (
    FILLED,
    HEADER_FIELDS,
    HEADER_KEYS,
    KEY_NAMES,
    OPTIONAL_FIELDS,
    PERIOD_KEYS,
    PLACE_KEYS,
    PLACES,
    REPEAT_KEYS,
    ROW,
    SHAPES,
    FormError,
    check_keys,
    check_word,
)
from ingestion.written.money_units import money_factor

VALUE = "{value}"
MOST_MONTHS = 600  # between a report and what one of its columns tells


def header_of(content: dict[str, Any], file: str) -> tuple[HeaderField, ...]:
    """The fields of the block above a form's table, from the YAML of a file; raises FormError."""
    check_keys(content, {"fields": "entries"}, ("fields",), file)
    fields = _fields_of(content["fields"], file)
    for name in HEADER_FIELDS:
        if name not in fields and name not in OPTIONAL_FIELDS:
            raise FormError(f"{file}: the field {name!r} is missing.")
    return tuple(fields.values())


def own_header(entries: Sequence[Any], common: tuple[HeaderField, ...], place: str) -> tuple[HeaderField, ...]:
    """The header fields of a form: its own, and the common ones that it does not say itself; raises FormError."""
    own = _fields_of(entries, place)
    kept = {field.name: field for field in common}
    for name, field in own.items():
        kept[name] = field if field.labels else replace(field, labels=kept[name].labels if name in kept else ())
    return tuple(kept.values())


def _fields_of(entries: Sequence[Any], file: str) -> dict[str, HeaderField]:
    fields: dict[str, HeaderField] = {}
    for entry in entries:
        place = f"{file}: field {named(entry, 'name')}"
        check_keys(entry, HEADER_KEYS, ("name", "type", *(() if "places" in entry else ("labels",))), place)
        check_word(entry["name"], tuple(HEADER_FIELDS), "name", place)
        check_word(entry["type"], (HEADER_FIELDS[entry["name"]],), "type", place)
        if entry["name"] in fields:
            raise FormError.at(place, entry, "the field stands twice.")
        places = tuple(_place_of(each, place) for each in entry.get("places", ({"at": "right"},)))
        for each in places:
            if each.value is not None and entry["type"] == "money_unit" and money_factor(each.value) is None:
                raise FormError.at(place, each.value, f"value is {each.value!r}, which is no unit of money.")
        fields[entry["name"]] = HeaderField(
            entry["name"], tuple(entry.get("labels", ())), entry["type"], entry.get("required", False), places
        )
    return fields


def _place_of(entry: Any, place: str) -> Place:
    check_keys(entry, PLACE_KEYS, ("at",), f"{place}: places")
    check_word(entry["at"], tuple(PLACES), "at", place)
    wanted = PLACES[entry["at"]]
    for key in ("pattern", "value"):
        if (key in entry) != (key in wanted):
            raise FormError.at(place, entry, f"a place at {entry['at']} {'must' if key in wanted else 'cannot'} say {key}.")
    if "pattern" in entry:
        check_pattern(entry["pattern"], "pattern", place)
    return Place(entry["at"], entry.get("pattern"), entry.get("value"))


def check_pattern(pattern: str, what: str, place: str) -> None:
    """Raise FormError for a pattern in which {value} does not stand exactly once."""
    if pattern.count(VALUE) != 1:
        raise FormError.at(place, pattern, f"{what} is {pattern!r}; {VALUE} must stand in it once, for what is read there.")


def repeated_of(entry: Any, keys: Sequence[str], place: str) -> Repeated | None:
    """The blocks of a sheet under headings, from its YAML; None where it says none; raises FormError."""
    if entry is None:
        return None
    check_keys(entry, REPEAT_KEYS, tuple(REPEAT_KEYS), f"{place}: repeat_by")
    check_pattern(entry["heading"], "heading", f"{place}: repeat_by")
    check_word(entry["column"], keys, "column", f"{place}: repeat_by")
    return Repeated(entry["heading"], entry["column"])


def column_period_of(entry: Any, place: str) -> ColumnPeriod | None:
    """The period of a column's figures, from its YAML; None where it is the report's own; raises FormError."""
    if entry is None:
        return None
    check_keys(entry, PERIOD_KEYS, (), f"{place}: period")
    ways = ({"start", "end"}, {"from_month", "to_month"}, {"months_before", "months"})
    said = [way & entry.keys() for way in ways]
    if sum(map(bool, said)) != 1 or len(said[0]) == 1 or len(said[1]) == 1:
        wanted = "start and end, from_month and to_month, or months_before and, where it is not as long, months"
        raise FormError.at(place, entry, f"period must say {wanted}.")
    if said[1] and not 1 <= entry["from_month"] <= entry["to_month"] <= 12:
        raise FormError.at(place, entry, "from_month and to_month are months of the budget year, 1 to 12, in their order.")
    if said[0] and not is_whole_months(entry["start"], entry["end"]):
        raise FormError.at(place, entry, "start must be the first day of a month and end the last day of that or a later one.")
    if said[2] and not (abs(entry.get("months_before", 0)) <= MOST_MONTHS and 1 <= entry.get("months", 1) <= MOST_MONTHS):
        raise FormError.at(place, entry, f"months_before is at most {MOST_MONTHS}, and months is 1 to {MOST_MONTHS}.")
    period = ColumnPeriod(**entry)
    return None if period == ColumnPeriod() else period


def is_whole_months(start: date, end: date) -> bool:
    """Whether a period is of whole months, the first day of one to the last of another."""
    return start <= end and start.day == 1 and (end + timedelta(days=1)).day == 1


def check_shape(entry: Mapping[str, Any], columns: Sequence[Column], place: str) -> None:
    """Raise FormError for words about a sheet or its columns that contradict each other, or name a column that it lacks."""
    check_word(entry.get("shape", SHAPES[0]), SHAPES, "shape", place)
    check_tables(entry, columns, place)
    check_figures(entry, columns, place)
    names = tuple(column.name for column in columns)
    own = [column.name for column in columns if column.is_dimension or column.role == "attribute"]
    for said in (own, entry.get("keys", {}), *(column.keys for column in columns)):
        for name in said:
            if name in (*KEY_NAMES, ROW):
                raise FormError.at(place, name, f"{name!r} is what rules call a key of every form; choose another name.")
            if said is not own and name in names:
                raise FormError.at(place, name, f"keys names {name!r}, which is a column too.")
    codes = {column.name: column.values for column in columns}
    for column in columns:
        for key, conditions in (("required_if", column.required_if), ("forbidden_if", column.forbidden_if)):
            for name, said in conditions.items():
                check_word(name, names, f"{key} of column {column.name}", place)
                for code in said:
                    if codes[name] and code != FILLED:
                        check_word(code, codes[name], f"{key} of column {column.name}", place)


def named(entry: object, key: str) -> object:
    """What a mapping calls itself under a key; the entry itself where it is none."""
    return entry.get(key) if isinstance(entry, dict) else entry
