"""The words of a form: what each key of its YAML may say, and the refusal, by name, of what none of them means."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.known_words import ConfigurationError, fault_of_keys, line_of, placed, unknown_word
from ingestion.register_rows import Tables
from ingestion.written.codes import JOINING, LONGEST_CODE, plain_code

QUANTITY_ROLES = ("figure", "check")
CODED_ROLES = ("key", "attribute")
KEY_TYPES = ("activity", "project", "establishment", "fund", "effect", "indicator", "unit", "code")
# role → the types that a column of that role may have
TYPES_OF_ROLE = {
    "figure": ("money", "number", "by_indicator", "date", "mark", "project_state"),
    "check": ("money", "number", "percent", "by_indicator", "date", "mark", "project_state"),
    "key": (*KEY_TYPES, "indicator_code"),
    "place": ("unit",),
    "attribute": ("code", "text", "date"),
    "text": ("text",),
    "personal": ("text",),
    "label": ("label", "unit_of_measure"),
}
COLUMN_ROLES = tuple(TYPES_OF_ROLE)
COLUMN_TYPES = tuple(dict.fromkeys(each for types in TYPES_OF_ROLE.values() for each in types))
# keys that only columns of some roles have
ROLES_OF_KEY = {
    **dict.fromkeys(("period", "negative", "keys"), QUANTITY_ROLES), **dict.fromkeys(("values", "list"), CODED_ROLES),
}  # fmt: skip
# Columns that the reader finds by name, not by type.
NAMED_TYPES = ("indicator_code", "unit_of_measure")
BLANKS = ("zero", "missing", "not_applicable", "by_indicator")
MEASURES = ("plan", "ytd", "in_period", "prior_ytd", "stock", "ratio", "by_behaviour")
FACTS = ("beneficiary_support", "beneficiary_counterpart")
IDENTITY = ("unit", "period", "document_no")
LINES_FROM = ("indicators", "activities")
# Fields of the block above the table, which the reader asks for by name, and how each reads.
HEADER_FIELDS = {
    "form_mark": "text", "unit": "unit", "unit_code": "code", "sender_role": "sender_role", "document_no": "text",
    "document_date": "date", "period_start": "date", "period_end": "month_end", "period": "span", "budget_year": "year",
    "cutoff_date": "date",
    "money_unit": "money_unit", "is_estimated": "mark", "is_nil": "mark", "nil_reason": "text", "is_withdrawal": "mark",
    "prepared_by": "text",
}  # fmt: skip
# Fields that a form may do without.
OPTIONAL_FIELDS = ("period",)
HEADER_TYPES = tuple(dict.fromkeys(HEADER_FIELDS.values()))
# key of the YAML → what stands there: a text, texts, a flag, a day, months, or entries with keys of their own
FORM_KEYS = {
    "form_code": "text", "form_name": "text", "form_name_en": "text", "version": "text", "valid_from": "day",
    "earlier_versions": "entries",
    "legal_basis": "text", "titles": "texts", "period_months": "months", "identity": "texts", "required_header": "texts",
    "money_unit": "text", "nil_allowed": "flag", "sheets": "entries", "header": "entries",
}  # fmt: skip
SHEET_KEYS = {
    "sheet_code": "text", "sheet_name": "text", "sheet_aliases": "texts", "required": "flag", "line_key": "texts",
    "total_labels": "texts", "lines_from": "text", "line_fund": "text", "columns": "entries", "shape": "text",
    "starts_after": "text", "ends_at": "text", "header_rows": "count", "repeat_by": "mapping", "keys": "text by name",
}  # fmt: skip
COLUMN_KEYS = {
    "name": "text", "headers": "texts", "type": "text", "role": "text", "group": "text or texts", "indicator": "text",
    "fund": "text",
    "measure": "text", "fact": "text", "counts_as": "text", "counts_when": "texts", "blank": "text", "required": "flag",
    "values": "texts", "list": "text", "pattern": "text", "required_if": "texts by name", "forbidden_if": "texts by name",
    "unique": "flag", "negative": "flag", "fill_down": "flag", "period": "mapping",
    "keys": "text by name",
}  # fmt: skip
VERSION_KEYS = {"version": "text", "valid_from": "day", "titles": "texts", "header": "entries", "sheets": "entries"}
HEADER_KEYS = {"name": "text", "labels": "texts", "type": "text", "required": "flag", "places": "entries"}
PLACE_KEYS = {"at": "text", "pattern": "text", "value": "text"}
REPEAT_KEYS = {"heading": "text", "column": "text"}
PERIOD_KEYS = {
    "months_before": "count", "months": "count", "start": "day", "end": "day", "from_month": "count", "to_month": "count",
}  # fmt: skip
SHAPES = ("table", "key_values")
MOST_HEADER_ROWS = 8
BLANK_ROW = "blank row"  # of ends_at
YEAR_START = "year start"  # the constant of a form whose reports name a quarter and are cumulative since the budget year's begin
# Names that rules give to keys of every form, and to a line: no dimension or attribute is called so.
KEY_NAMES = ("activity_code", "fund_code", "indicator_code", "column_name", "project_key", "establishment_key", "unit_key")
ROW = "row"
FILLED = "*"  # of required_if and forbidden_if: whatever stands there
# Where the value of a header field may stand → the keys that such a place has
PLACES = {
    "right": (), "below": (), "text": ("pattern",), "sheet_name": ("pattern",), "file_name": ("pattern",), "folder": ("pattern",),
    "constant": ("value",),
}  # fmt: skip


class FormError(ConfigurationError):
    """A form file that does not say what a form must say; the message names the file, the line and the place."""

    @classmethod
    def at(cls, place: str, thing: object, said: str) -> FormError:
        """What is said of a text or a mapping of the file at a place."""
        return cls(placed(place, f"{line_of(thing)}{said}"))


@dataclass(frozen=True)
class Codes:
    """What a form may name of the register."""

    indicators: Collection[str]
    funds: Collection[str]
    states: Collection[str]
    lists: Mapping[str, Collection[str]]
    amounts: Collection[str]


def codes_of(tables: Tables) -> Codes:
    """The codes that the register's rows define."""
    found = {
        name: tuple(dict.fromkeys(row[column] for row in tables[name]))
        for name, column in (("indicators", "indicator_code"), ("funds", "fund_code"), ("project_states", "state_code"))
    }
    lists: dict[str, list[str]] = {}
    for row in tables["code_lists"]:
        lists.setdefault(row["list_code"], []).append(row["code"])
    money = {row["unit"] for row in tables["units_of_measure"] if row["is_money"] == "yes"}
    amounts = {row["indicator_code"] for row in tables["indicators"] if row["unit"] in money}
    return Codes(found["indicators"], found["funds"], found["project_states"], lists, amounts)


def check_keys(entry: Any, kinds: Mapping[str, str], needed: Collection[str], place: str) -> None:
    """Raise FormError for a key that is not known, is missing, or holds another kind of thing than it must."""
    said = fault_of_keys(entry, kinds, needed)
    if said:
        raise FormError(placed(place, said))


def check_word(word: object, allowed: Collection[str], what: str, place: str, home: str = "") -> None:
    """Raise FormError for a word that is not allowed, with what stands near it and what is allowed."""
    said = unknown_word(word, allowed, what, home)
    if said:
        raise FormError(placed(place, said))


def check_codes(entry: Mapping[str, Any], codes: Codes, place: str) -> None:
    """Raise FormError for a code of a column or sheet that the register does not have."""
    for key in ("indicator", "counts_as"):
        if key in entry:
            check_word(entry[key], codes.indicators, key, place, home="register/indicators.csv")
        if entry.get("type") == "number" and entry.get(key) in codes.amounts:
            raise FormError.at(place, entry[key], f"{key} {entry[key]!r} is an amount of money; the column's type must be money.")
    for key in ("fund", "line_fund"):
        if key in entry:
            check_word(entry[key], codes.funds, key, place, home="register/funds.csv")
    for state in entry.get("counts_when", ()):
        check_word(state, codes.states, "counts_when", place, home="register/project_states.csv")
    if "list" in entry:
        check_word(entry["list"], codes.lists, "list", place, home="register/code_lists.csv")
    said = entry.get("keys", {})
    own = {"values": entry.get("values", ()), "list": codes.lists.get(entry.get("list", ""), ()), "keys": (*said, *said.values())}
    for key, texts in own.items():
        for text in texts:
            if plain_code(text) != text:
                wanted = f"a code is of 1 to {LONGEST_CODE} printable signs, none of them {' '.join(JOINING)}."
                raise FormError.at(place, text, f"{key} has {text!r}; {wanted}")


def check_column(entry: Mapping[str, Any], place: str) -> None:
    """Raise FormError for a word of a column that does not exist, or that contradicts another of them."""
    check_word(entry["role"], COLUMN_ROLES, "role", place)
    check_word(entry["type"], COLUMN_TYPES, "type", place)
    check_word(entry["type"], TYPES_OF_ROLE[entry["role"]], f"type of a column with role {entry['role']}", place)
    check_word(entry.get("blank", "zero"), BLANKS, "blank", place)
    check_word(entry.get("measure", "plan"), MEASURES, "measure", place)
    check_word(entry.get("fact", FACTS[0]), FACTS, "fact", place)
    if entry["type"] in NAMED_TYPES and entry["name"] != entry["type"]:
        said = f"name is {entry['name']!r}; a column of type {entry['type']} is read by that name."
        raise FormError.at(place, entry["name"], said)
    for key in ("blank", "measure"):
        if str(entry.get(key)).startswith("by_") and entry["type"] != "by_indicator":
            raise FormError.at(place, entry[key], f"{key} is {entry[key]!r}; only a column of type by_indicator can say that.")
    for key, roles in ROLES_OF_KEY.items():
        if key in entry and entry["role"] not in roles:
            raise FormError.at(place, entry, f"{key} is of a column with role {' or '.join(roles)}, not {entry['role']}.")
    if {"values", "list"} <= entry.keys():
        raise FormError.at(place, entry, "values and list both say what may stand there; one must.")
    try:
        re.compile(entry.get("pattern", ""))
    except re.error as error:
        said = f"pattern is {entry['pattern']!r}; it must be a regular expression: {error}."
        raise FormError.at(place, entry["pattern"], said) from error
    if "counts_when" in entry and entry["type"] != "project_state":
        raise FormError.at(place, entry, f"counts_when is of a column of type project_state, not {entry['type']}.")
    if entry["role"] in QUANTITY_ROLES and entry["type"] != "by_indicator" and entry["measure"] != "ratio":
        meant = [key for key in ("indicator", "counts_as", "fact") if key in entry]
        if len(meant) != 1:
            told = " and ".join(meant) or "nothing"
            raise FormError.at(place, entry, f"{told} says what it counts; one of indicator, counts_as, fact must.")
