"""The lines of a table: which are details, totals and headings, what their keys mean, and the reading of each quantity cell.

A line is `total` when a text in it is one of the sheet's total labels, `detail` when its required keys read, else `label`
(a heading, a note, a signature). Decided here, because a figure that silently stands nowhere is the worst outcome:
a line that holds a number but whose required key is blank or unknown returns the file (finding line_key_unreadable), unless its
key cells are blank and it is numbered by a Roman numeral or a letter: then it is a heading with its sub-total, kept as `label`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from ingestion.cells import BLANK, UNREADABLE, Reading, read_quantity
from ingestion.findings import Finding, find
from ingestion.forms import Column, Form
from ingestion.headers import text_of
from ingestion.layout import Table
from ingestion.quantities import read_cell
from ingestion.register import Register
from ingestion.text import folded, nfc

HEADING_NUMBER = re.compile(r"[IVXLC]{1,6}|[A-Z]")
NUMBERED_LABEL = re.compile(r"( (?:[ivx]+|\d+|[a-d]))*")
KEY_OF_TYPE = {
    "activity": "activity_code", "project": "project_key", "establishment": "establishment_key", "fund": "fund_code",
    "effect": "effect_code", "indicator": "indicator_code", "project_state": "state_code",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One source line: its text as typed by form column, its kind, and its keys (the columns of raw.line)."""

    sheet_code: str
    row_number: int
    line_kind: str
    texts: dict[str, str]
    keys: dict[str, str]


@dataclass
class TableLines:
    """What a table holds: lines, the readings of their quantity cells as (row, column, reading), and findings."""

    lines: list[Line] = field(default_factory=list)
    cells: list[tuple[int, str, Reading]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_lines(table: Table, form: Form, register: Register, day: date, money_factor: int) -> TableLines:
    """Read every line below a table's header; names and codes mean what they meant on `day` (the period's end)."""
    out = TableLines()
    sheet, columns = table.sheet, table.form_sheet.column_by_name
    quantities = [(c, table.positions[c.name]) for c in table.form_sheet.columns if c.is_quantity and c.name in table.positions]
    covered = _covered(table)
    for index in range(table.first_line, len(sheet.rows)):
        row = sheet.rows[index]
        number = sheet.row_number(index)
        filled = _filled(table, row, number)
        if not filled or (index < table.first_line + 2 and _is_numbering(row)):
            continue
        texts = {name: text_of(cell) for name, cell in filled.items()}
        keys, unread = _keys_of(texts, filled, table, register, day)
        kind = _kind_of(table, texts, unread, filled, quantities)
        if kind is None:
            kind = "label"
            out.findings.append(_unread_finding(table, number, unread[0], texts, register, day))
        line = Line(table.form_sheet.sheet_code, number, kind, texts, keys if kind == "detail" else {})
        out.lines.append(line)
        if kind == "detail":
            out.findings.extend(_key_notes(table, line))
        holds_amounts = kind == "label" and any(c.name in filled for c, _ in quantities)
        if kind == "label" and not (holds_amounts and _has_number(filled, quantities)):
            continue
        if kind == "label" and unread and unread[0].name not in texts:
            out.findings.append(find("heading_with_amounts", **_place(table, number), written=_first_text(texts)))
        for column, position in quantities:
            if kind == "detail" and not _is_wanted(column, keys, form, table, register):
                if column.name in filled and read_cell(filled[column.name]).value:
                    written = texts[column.name]
                    place = _place(table, number, column)
                    out.findings.append(find("figure_not_from_here", **place, written=written, header=column.headers[0]))
                continue
            written = filled.get(column.name, "")
            if written == "" and (number, sheet.first_column + position) in covered and kind == "detail":
                place = _place(table, number, column)
                out.findings.append(find("merged_cells", **place))
                reading = UNREADABLE
            elif written == "":
                reading = BLANK
            else:
                factor = table.money_factors.get(column.name, money_factor)
                siblings = (r[position] for r in sheet.rows[table.first_line :] if position < len(r))
                reading = read_quantity(written, column, factor, register.states, siblings)
            out.cells.append((number, column.name, reading))
    hidden = [line.row_number for line in out.lines if line.row_number in sheet.hidden_rows]
    if hidden:
        rows = ", ".join(map(str, hidden[:20])) + (" …" if len(hidden) > 20 else "")
        out.findings.append(find("hidden_rows", sheet_name=sheet.name, sheet_code=table.form_sheet.sheet_code, written=rows))
    hidden_names = [columns[n].headers[0] for n, p in table.positions.items() if sheet.first_column + p in sheet.hidden_columns]
    if hidden_names:
        written = ", ".join(hidden_names)
        out.findings.append(find("hidden_columns", sheet_name=sheet.name, sheet_code=table.form_sheet.sheet_code, written=written))
    return out


def _filled(table: Table, row: list[object], number: int) -> dict[str, object]:
    """Form column → cell, of the cells that hold something; an error or a formula without a result is its own text."""
    faults, first = table.sheet.formula_faults, table.sheet.first_column
    filled = {}
    for name, position in table.positions.items():
        cell = row[position] if position < len(row) else ""
        if faults and (number, first + position) in faults:
            cell = faults[number, first + position]
        if cell not in ("", None) and not (isinstance(cell, str) and not cell.strip()):
            filled[name] = nfc(cell) if isinstance(cell, str) else cell
    return filled


def _is_numbering(row: list[object]) -> bool:
    """A row such as (1) (2) (3) or A B 1 2 3=1+2 under the header: short references that run on."""
    texts = [text_of(cell).strip() for cell in row if cell not in ("", None)]
    if len(texts) < 3 or not all(re.fullmatch(r"\(?(?:[A-Z]|\d{1,2})\)?(?:\s*=[\d\s()+\-*/:x.%]+)?", text) for text in texts):
        return False
    numbers = [int(n[1]) for n in (re.match(r"\(?(\d{1,2})", text) for text in texts) if n]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if len(numbers) >= 2 else False


def _kind_of(table: Table, texts: dict, unread: list[Column], filled: dict, quantities: list) -> str | None:
    """detail, total or label; None for a line with a number whose required key does not read."""
    words = {folded(texts[c.name]) for c in table.form_sheet.columns if not c.is_quantity and c.name in texts}
    for label in map(folded, table.form_sheet.total_labels):
        if any(word.startswith(label) and NUMBERED_LABEL.fullmatch(word[len(label) :]) for word in words):
            return "total"
        if " " in label and any(word.startswith(label + " ") for word in words):
            return "total"
    if not unread:
        return "detail"
    if not _has_number(filled, quantities):
        return "label"
    are_blank = all(c.name not in texts for c in table.form_sheet.columns if c.role == "key")
    position = next((texts[c.name] for c in table.form_sheet.columns if c.role == "label" and c.name in texts), "")
    return "label" if are_blank and HEADING_NUMBER.fullmatch(position.strip(" .)")) else None


def _has_number(filled: dict, quantities: list[tuple[Column, int]]) -> bool:
    for column, _ in quantities:
        if column.name in filled and column.type not in ("date", "mark", "project_state"):
            cell = read_cell(filled[column.name])
            if cell.value or cell.reading in ("ambiguous", "formula_error"):
                return True
    return False


def _keys_of(texts: dict, filled: dict, table: Table, register: Register, day: date) -> tuple[dict[str, str], list[Column]]:
    """The keys of a line as raw.line names them, and the required key columns that are blank or unknown."""
    keys = {"fund_code": table.form_sheet.line_fund} if table.form_sheet.line_fund else {}
    unread = []
    for column in table.form_sheet.columns:
        if column.role not in ("key", "place") and column.type != "project_state":
            continue
        text = texts.get(column.name, "")
        name = "place_unit_key" if column.role == "place" else KEY_OF_TYPE.get(column.type, "line_unit_key")
        if column.type == "indicator_code":
            continue
        key = _key_of(column, text, filled.get(column.name), texts, register, day) if text or column.type == "indicator" else None
        if key:
            keys[name] = key
        elif column.required:
            unread.append(column)
        elif column.type == "activity":  # money whose activity is not told
            keys[name] = "unallocated"
    return keys, unread


def _key_of(column: Column, text: str, cell: object, texts: dict, register: Register, day: date) -> str | None:
    if column.type == "activity":
        return register.activity_of(text, day)
    if column.type == "project":
        return "".join(text.upper().split())
    if column.type == "establishment":
        digits = "".join(c for c in text if c.isdigit())
        return digits.zfill(10) if isinstance(cell, int | float) else digits
    if column.type == "fund":
        return register.fund_names.get(folded(text))
    if column.type == "effect":
        return register.effects.get(folded(text))
    if column.type == "project_state":
        return register.states.get(folded(text))
    if column.type == "indicator":
        return register.indicator_of(texts.get("indicator_code", ""), text)
    found = register.units_named(text, day)
    if not found and column.role == "place":  # "xã A, huyện B, tỉnh C": the province stands last
        found = register.units_named(re.split(r"[,;–-]", text)[-1], day)
    return found[0] if len(found) == 1 and found[0] in register.unit_kinds else None


def _is_wanted(column: Column, keys: dict, form: Form, table: Table, register: Register) -> bool:
    """Whether a line has a quantity in this column: of columns by indicator, a figure only where it is the source of record.

    An indicator of plan has its one figure in the plan columns; its year-to-date columns say nothing and may stay blank.
    """
    if column.type != "by_indicator" or column.role == "check":
        return True
    indicator = register.indicators.get(keys.get("indicator_code", ""))
    if indicator is None:
        return False
    if indicator.behaviour == "plan" and column.measure != "plan" and _has_plan_column(table, column):
        return False
    return (indicator.indicator_code, column.fund, form.form_code, table.form_sheet.sheet_code) in register.sources


def _has_plan_column(table: Table, column: Column) -> bool:
    return any(c.measure == "plan" and c.fund == column.fund for c in table.form_sheet.columns)


def _covered(table: Table) -> set[tuple[int, int]]:
    """Cells of the table's body that lie under a merged cell, without the one that holds its value."""
    first = table.sheet.row_number(table.first_line)
    return {
        (row, column)
        for top, left, bottom, right in table.sheet.merged
        if bottom >= first and bottom - top < 1000
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }


def _place(table: Table, number: int, column: Column | None = None) -> dict[str, object]:
    place: dict[str, object] = {"sheet_name": table.sheet.name, "sheet_code": table.form_sheet.sheet_code, "row_number": number}
    if column is not None and column.name in table.positions:
        index = number - table.sheet.first_row
        place |= {"cell": table.sheet.address(index, table.positions[column.name]), "column_name": column.name}
    return place


def _first_text(texts: dict[str, str]) -> str:
    return next((text for text in texts.values() if not text.strip().isdigit()), "")


def _unread_finding(table: Table, number: int, column: Column, texts: dict, register: Register, day: date) -> Finding:
    known = {
        "activity": sorted((a for a, d in register.activities.items() if d.holds_on(day)), key=lambda a: (len(a), a)),
        "fund": list(register.funds),
        "effect": list(register.effects),
    }.get(column.type, ())
    return find(
        "line_key_unreadable",
        **_place(table, number, column),
        written=texts.get(column.name, ""),
        expected=", ".join(known) or column.headers[0],
        header=column.headers[0],
    )


def _key_notes(table: Table, line: Line) -> list[Finding]:
    """Keys that are not required but were typed and not understood."""
    notes = []
    for column in table.form_sheet.columns:
        is_key = column.role in ("key", "place") and not column.required and column.type in (*KEY_OF_TYPE, "unit")
        name = "place_unit_key" if column.role == "place" else KEY_OF_TYPE.get(column.type, "line_unit_key")
        if is_key and column.name in line.texts and name not in line.keys:
            written = line.texts[column.name]
            place = _place(table, line.row_number, column)
            notes.append(find("key_not_known", **place, written=written, header=column.headers[0]))
    return notes
