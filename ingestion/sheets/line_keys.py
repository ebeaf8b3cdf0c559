"""The keys of a line: what its typed codes and names mean, and what is said when one is not understood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form_sheet import Column
from ingestion.register import Register
from ingestion.sheets.layout import Table
from ingestion.sheets.own_codes import code_of, dimension_key, spellings_of
from ingestion.written.characters import code_letters
from ingestion.written.codes import plain_code
from ingestion.written.money_units import money_factor
from ingestion.written.text import folded

KEY_OF_TYPE = {
    "activity": "activity_code", "project": "project_key", "establishment": "establishment_key", "fund": "fund_code",
    "effect": "effect_code", "indicator": "indicator_code", "project_state": "state_code",
}  # fmt: skip
NOTE_MARK = re.compile(r"\s*(?:\[[^\[\]]{1,4}\]|\(\s*[\d*]{1,3}\s*\)|[*†‡]+|[¹²³⁴⁵⁶⁷⁸⁹⁰]+)\s*$")
LAST_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")


@dataclass(frozen=True)
class LineKeys:
    """Keys as raw.line names them; required key columns that are blank or unknown; others that were typed and not understood.

    codes   the form's own dimensions and attributes by name; None for an attribute that was typed and not understood
    """

    keys: dict[str, str]
    unread: list[Column]
    unknown: list[Column]
    codes: dict[str, str | None]


def keys_of(texts: dict[str, str], filled: dict[str, Any], table: Table, register: Register, day: date) -> LineKeys:
    """What the typed codes and names of a line mean on `day`; money whose activity is not told is `unallocated`."""
    sheet = table.form_sheet
    found = LineKeys({"fund_code": sheet.line_fund} if sheet.line_fund else {}, [], [], dict(sheet.keys))
    for column in sheet.own_columns:
        text = texts.get(column.name, "")
        code = code_of(column, text, filled.get(column.name), register) if text else None
        if code:
            found.codes[column.name] = code
        elif column.is_dimension and (text or column.required):
            found.unread.append(column)
        elif text:
            found.codes[column.name] = None
    if found.codes:
        found.keys["dimension_key"] = dimension_key(found.codes, sheet)
    for column in sheet.columns:
        if column.is_dimension or column.type == "indicator_code":
            continue
        if column.role not in ("key", "place") and column.type != "project_state":
            continue
        text = texts.get(column.name, "")
        name = "place_unit_key" if column.role == "place" else KEY_OF_TYPE.get(column.type, "line_unit_key")
        key = _key_of(column, text, filled.get(column.name), texts, register, day) if text or column.type == "indicator" else None
        if key:
            found.keys[name] = key
        elif column.required:
            found.unread.append(column)
        else:
            if text and column.role in ("key", "place"):
                found.unknown.append(column)
            if column.type == "activity":
                found.keys[name] = "unallocated"
    return found


def _key_of(column: Column, text: str, cell: object, texts: dict[str, Any], register: Register, day: date) -> str | None:
    if column.type == "activity":
        return register.activity_of(text, day) or register.activity_of(_bare_name(text), day)
    if column.type == "project":
        return plain_code(code_letters(text))
    if column.type == "establishment":
        return plain_code(_tax_code("".join(c for c in text if c.isdigit()), isinstance(cell, int | float)))
    if column.type == "fund":
        return register.fund_names.get(folded(text))
    if column.type == "effect":
        return register.effects.get(folded(text))
    if column.type == "project_state":
        return register.states.get(folded(text))
    if column.type == "indicator":
        code = texts.get("indicator_code", "")
        return register.indicator_of(code, text) or register.indicator_of(code, _bare_name(text))
    found = register.units_named(text, day)
    if not found and column.role == "place":  # "xã A, huyện B, tỉnh C": the province stands last
        found = register.units_named(re.split(r"[,;–-]", text)[-1], day)
    return found[0] if len(found) == 1 and found[0] in register.unit_kinds else None


def _bare_name(text: str) -> str:
    """A name without the mark of a note ("[1]", "(2)", "*") and the unit of money behind it ("(nghìn đồng)")."""
    bare = NOTE_MARK.sub("", text)
    last = LAST_BRACKETS.search(bare)
    return bare[: last.start()] if last and money_factor(last[1]) is not None else bare


def _tax_code(digits: str, is_number: bool) -> str:
    """Ten digits, or thirteen for a branch; spreadsheets drop the leading zero of what they take for a number."""
    if len(digits) == 12 and not digits.startswith("0"):  # twelve with a leading zero are a person's number
        return digits.zfill(13)
    return digits.zfill(10) if is_number and len(digits) < 11 else digits


def place_of(table: Table, number: int, column: Column | None = None) -> dict[str, Any]:
    """The place of a line, or of its cell in a column, in the words of a finding."""
    place: dict[str, Any] = {"sheet_name": table.sheet.name, "sheet_code": table.form_sheet.sheet_code, "row_number": number}
    if column is not None and column.name in table.positions:
        place |= {"cell": table.address(column.name, number), "column_name": column.name}
    return place


def unread_finding(table: Table, number: int, column: Column, texts: dict[str, Any], register: Register, day: date) -> Finding:
    """The finding that returns a file: a required key of a line with figures is blank or unknown; it lists what may stand there."""
    known: Iterable[str] = {
        "activity": sorted((a for a, d in register.activities.items() if d.holds_on(day)), key=lambda a: (len(a), a)),
        "fund": list(register.funds),
        "effect": list(register.effects),
        "code": dict.fromkeys(spellings_of(column, register).values()),
    }.get(column.type, ())
    return find(
        "line_key_unreadable",
        **place_of(table, number, column),
        written=texts.get(column.name, ""),
        expected=", ".join(known) or column.headers[0],
        header=column.headers[0],
    )


def unknown_notes(table: Table, number: int, texts: dict[str, str], unknown: list[Column]) -> list[Finding]:
    """Notes on keys that are not required but were typed and not understood."""
    return [
        find("key_not_known", **place_of(table, number, column), written=texts[column.name], header=column.headers[0])
        for column in unknown
    ]
