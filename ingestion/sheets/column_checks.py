"""What a form says may stand in a column: codes, a pattern, once only, filled or empty as other columns of the line say.

A figure that must be there, or must not, is refused cell by cell and disputed. Of words, a column that must be filled returns the
report; in another the finding is a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form_sheet import Column
from ingestion.form_words import FILLED
from ingestion.register import Register
from ingestion.sheets.layout import Table
from ingestion.sheets.line import Line, TableLines
from ingestion.sheets.line_keys import KEY_OF_TYPE, place_of
from ingestion.sheets.own_codes import spellings_of
from ingestion.written.text import folded

LONGEST_TEXT = 500  # characters; what is longer meets no pattern
Check = Callable[[Column, Line, Table, Register], tuple[str, dict[str, Any]] | None]


def column_findings(table: Table, lines: TableLines, register: Register) -> list[Finding]:
    """The findings of every column of a table about which its form says what may stand there; asks detail lines only."""
    details = [line for line in lines.lines if line.line_kind == "detail"]
    found: list[Finding] = []
    for column in table.form_sheet.columns:
        if column.name not in table.positions:
            continue
        checks = [check for is_asked, check in CHECKS if is_asked(column)]
        for line in details if checks else ():
            said = next((said for check in checks if (said := check(column, line, table, register))), None)
            if said:
                found.append(_finding(table, line, column, *said))
        if column.unique:
            found += _twice(table, details, column)
    return found


def _finding(table: Table, line: Line, column: Column, code: str, words: Mapping[str, Any]) -> Finding:
    place = {**place_of(table, line.row_number, column), "written": line.texts.get(column.name, "")}
    made = find(code, **{**place, **words}, header=column.headers[0])
    verdict = "cell" if column.is_quantity else "return" if column.required else "note"
    return replace(made, verdict=verdict)


def _value(column: Column, line: Line, table: Table, register: Register) -> tuple[str, dict[str, Any]] | None:
    if line.codes.get(column.name) or not line.texts.get(column.name):
        return None
    if column.type == "date":
        return "value_not_a_day", {"expected": "2025-03-31"}
    allowed = ", ".join(dict.fromkeys(spellings_of(column, register).values()))
    return ("value_not_allowed", {"expected": allowed}) if allowed else ("value_too_long", {})


def _pattern(column: Column, line: Line, table: Table, register: Register) -> tuple[str, dict[str, Any]] | None:
    text = line.texts.get(column.name, "").strip()
    if not text or (len(text) <= LONGEST_TEXT and re.fullmatch(column.pattern or "", text)):
        return None
    return "value_of_another_pattern", {"expected": column.pattern}


def _required(column: Column, line: Line, table: Table, register: Register) -> tuple[str, dict[str, Any]] | None:
    return None if line.texts.get(column.name) else ("value_missing", {})


def _required_if(column: Column, line: Line, table: Table, register: Register) -> tuple[str, dict[str, Any]] | None:
    said = None if line.texts.get(column.name) else _met(column.required_if, line, table)
    return ("value_required", {"expected": said}) if said else None


def _forbidden_if(column: Column, line: Line, table: Table, register: Register) -> tuple[str, dict[str, Any]] | None:
    said = _met(column.forbidden_if, line, table) if line.texts.get(column.name) else None
    return ("value_forbidden", {"expected": said}) if said else None


def _met(conditions: Mapping[str, tuple[str, ...]], line: Line, table: Table) -> str | None:
    """The conditions as they are met by a line, in the words of its cells; None when one of them is not."""
    columns = table.form_sheet.column_by_name
    told = []
    for name, codes in conditions.items():
        text = line.texts.get(name, "")
        own = {folded(text), folded(line.codes.get(name) or ""), folded(line.keys.get(KEY_OF_TYPE.get(columns[name].type, ""), ""))}
        if not text or not (FILLED in codes or own & {folded(code) for code in codes}):
            return None
        told.append(f"{columns[name].headers[0]}: {text}")
    return "; ".join(told)


def _twice(table: Table, details: list[Line], column: Column) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for line in details:
        text = folded(line.codes.get(column.name) or line.texts.get(column.name, ""))
        if text and text in first:
            yield _finding(table, line, column, "value_twice", {"expected": str(first[text])})
        elif text:
            first[text] = line.row_number


# Which columns a check asks, and the check; the first that speaks of a cell is what is said of it.
CHECKS: tuple[tuple[Callable[[Column], bool], Check], ...] = (
    (lambda column: column.role == "attribute", _value),
    (lambda column: column.pattern is not None, _pattern),
    (lambda column: column.required and column.role in ("attribute", "text"), _required),
    (lambda column: bool(column.required_if), _required_if),
    (lambda column: bool(column.forbidden_if), _forbidden_if),
)
