"""Lines that a form asks for and that a sheet lacks: named with their place, and whether the sheet's own totals miss them.

A form with given lines (`lines_from`) has one for each activity or indicator. A line that nobody needs is often left out, and where
the totals are the sums of what is there, nothing contradicts that: it is named, no more. Where the totals of two columns or more,
one of them of figures, are larger than their lines, what was left out was no zero: the report goes back, as for a column that is
missing. One column alone may as well hold a wrong cell, which is for the rules to say.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form import Form
from ingestion.form_sheet import Column
from ingestion.register import Register
from ingestion.sheets.cells import Reading
from ingestion.sheets.identity import Identity
from ingestion.sheets.layout import Table
from ingestion.sheets.line import Line, TableLines
from ingestion.written.text import column_letter

FEW_OF = 2  # a sheet with less than half of the lines gives only what it has; of one with more, a line was left out
FEWEST_COLUMNS = 2  # of a line that was left out with its figures
MOST_NAMED, MOST_COLUMNS = 6, 4
READ = frozenset({"number", "blank", "zero_mark", "not_applicable"})
KEYS = {"activities": "activity_code", "indicators": "indicator_code"}


@dataclass(frozen=True)
class Excess:
    """By how much the total line is above the lines of a column, rounding taken off, in the unit that the column is written in."""

    column: Column
    amount: Decimal


def missing_lines(table: Table, lines: TableLines, form: Form, register: Register, identity: Identity) -> list[Finding]:
    """The finding about the given lines that a table lacks; none where all are there or a line with figures was not understood."""
    rows = asked_rows(table, form, register, identity)
    details = {
        line.keys.get(KEYS[table.form_sheet.lines_from or "activities"], ""): line for line in lines.lines if line.keys
    }
    absent = [key for key in rows if key not in details]
    if not absent or not details or any(finding.code == "line_key_unreadable" for finding in lines.findings):
        return []
    place: dict[str, Any] = {"sheet_name": table.sheet.name, "sheet_code": table.form_sheet.sheet_code}
    order = list(rows)
    named = [_named(key, rows[key], _beside(order, key, details)) for key in absent[:MOST_NAMED]]
    more = len(absent) - MOST_NAMED
    vi, en = ("; ".join(each[language] for each in named) for language in (0, 1))
    if more > 0:
        vi, en = f"{vi}; và {more} dòng khác", f"{en}; and {more} more"
    over = _excess(table, lines)
    words: dict[str, Any] = {"lines": vi, "lines_en": en, "written": ", ".join(absent)}
    if len(over) < FEWEST_COLUMNS or not any(each.column.role == "figure" for each in over):
        is_whole_form = len(absent) * FEW_OF <= len(rows)
        return [find("line_left_out", **place, **words)] if is_whole_form else []
    told = [
        f"{table.headers[each.column.name]} ({_letter_of(table, each.column.name)}): {_shown(each.amount)}"
        for each in over
    ]
    short, more = "; ".join(told[:MOST_COLUMNS]), len(told) - MOST_COLUMNS
    words |= {"over": short + (f"; và {more} cột khác" if more > 0 else "")}
    words |= {"over_en": short + (f"; and {more} more columns" if more > 0 else "")}
    return [find("line_missing", **place, **words, expected="; ".join(told))]


def asked_rows(table: Table, form: Form, register: Register, identity: Identity) -> dict[str, str]:
    """Key → name of the lines that a sheet asks for at the end of a period, in the register's order; none of a line form."""
    day, sheet = identity.period_end, table.form_sheet
    if sheet.lines_from == "activities":
        return {
            code: register.activity_texts[code]
            for code, activity in register.activities.items()
            if activity.holds_on(day)
        }
    if sheet.lines_from != "indicators":
        return {}
    rows = {}
    for code, indicator in register.indicators.items():
        activity = register.activities.get(indicator.activity)
        funds = [
            register.funds[fund]
            for (each, fund, form_code, sheet_code) in register.sources
            if (each, form_code, sheet_code) == (code, form.form_code, sheet.sheet_code)
        ]
        holds = any(fund.holds_on(day) or fund.holds_on(identity.period_start) for fund in funds)
        if holds and (activity is None or activity.holds_on(day)):
            rows[code] = indicator.indicator_name
    return rows


def _beside(order: list[str], key: str, details: dict[str, Line]) -> tuple[int | None, int | None]:
    """The rows of the lines between which a missing one belongs."""
    position = order.index(key)
    above = next((details[each].row_number for each in reversed(order[:position]) if each in details), None)
    below = next((details[each].row_number for each in order[position + 1 :] if each in details), None)
    return above, below


def _named(key: str, name: str, beside: tuple[int | None, int | None]) -> tuple[str, str]:
    above, below = beside
    if above is None:
        return f"{key} “{name}” (trước dòng {below})", f"{key} “{name}” (before row {below})"
    if below is None:
        return f"{key} “{name}” (sau dòng {above})", f"{key} “{name}” (after row {above})"
    return (
        f"{key} “{name}” (giữa dòng {above} và dòng {below})",
        f"{key} “{name}” (between row {above} and row {below})",
    )


def _excess(table: Table, lines: TableLines) -> list[Excess]:
    """Columns whose one total line is above the sum of its lines by more than rounding; none when another column's is below."""
    kinds = {line.row_number: line.line_kind for line in lines.lines}
    if sum(kind == "total" for kind in kinds.values()) != 1:
        return []
    of_column: dict[str, list[tuple[str, Reading]]] = defaultdict(list)
    for row_number, column_name, reading in lines.cells:
        of_column[column_name].append((kinds.get(row_number, ""), reading))
    found = []
    for name, cells in of_column.items():
        column = table.form_sheet.column_by_name[name]
        totals = [reading for kind, reading in cells if kind == "total" and reading.value is not None]
        parts = [reading for kind, reading in cells if kind == "detail"]
        if column.type != "money" or not totals or any(reading.reading not in READ for reading in parts):
            continue
        apart = (totals[0].value or Decimal(0)) - sum(reading.value or 0 for reading in parts)
        rounding = sum(_half(reading) for reading in (*totals, *parts))
        if apart < -rounding:
            return []
        if apart > rounding:
            found.append(Excess(column, apart))
    return found


def _half(reading: Reading) -> Decimal:
    """Half of what the printed digits leave open; nothing of a blank."""
    return Decimal(1).scaleb(-(reading.decimals or 0)) / 2 if reading.value else Decimal(0)


def _letter_of(table: Table, name: str) -> str:
    return column_letter(table.sheet.first_column + table.positions[name])


def _shown(amount: Decimal) -> str:
    return f"{amount.normalize():f}".replace(".", ",")
