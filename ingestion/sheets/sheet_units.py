"""Which unit of money a sheet tells: above its table, in boxes and on printed pages beside it, in notes below it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ingestion.findings import NAMED_PLACES, Finding, find
from ingestion.readers.sheets import Sheet
from ingestion.readers.texts_beside import PLACES
from ingestion.sheets.headers import HeaderCell, text_of
from ingestion.sheets.layout import Table
from ingestion.sheets.line_kinds import repeats_header
from ingestion.sheets.places import ADDRESSES
from ingestion.written.money_units import (
    is_multiple,
    is_unit_label,
    money_factor,
    scaled_counts,
    speaks_of_money,
    told_units,
    unit_names,
)

MONEY_TYPES = ("money", "by_indicator")


@dataclass(frozen=True)
class SheetUnit:
    """A unit of money told on a sheet: its factor (None when nobody knows it), its name, its text, and the cell with it.

    `beside` is where a text stands that stands in no cell, one of PLACES; then the cell is "".
    """

    factor: int | None
    name: str
    written: str
    sheet_name: str
    cell_address: str
    beside: str = ""


@dataclass(frozen=True)
class ToldMoney:
    """The unit of money that counts where a sheet tells none, those told by form sheet, and findings of those that disagree."""

    main: SheetUnit | None
    by_sheet: dict[str, SheetUnit]
    findings: list[Finding]


def units_above(sheet: Sheet, end: int, begin: int = 0) -> list[SheetUnit]:
    """The units of money told in the rows from index `begin` to `end`, in reading order; also one that is not known."""
    found = []
    for index, row in enumerate(sheet.rows[begin:end], begin):
        for position, cell in enumerate(row):
            if not isinstance(cell, str) or not cell:
                continue
            if not is_unit_label(cell):
                found += _told_in(cell, sheet.name, sheet.address(index, position))
                continue
            place, value = _next(row, position)
            if value is not None:
                address = sheet.address(index, place)
                several = [unit for unit in _told_in(value, sheet.name, address) if unit.factor is not None]
                found += several or [SheetUnit(money_factor(value), value, value, sheet.name, address)]
    return found


def units_beside(sheet: Sheet) -> list[SheetUnit]:
    """The units of money told by texts that stand in no cell: boxes, comments, printed headers and footers."""
    told = ((each.place, unit) for each in sheet.beside for unit in _told_in(each.text, sheet.name, ""))
    return [replace(unit, beside=place) for place, unit in told if unit.factor is not None]


def units_below(table: Table) -> list[SheetUnit]:
    """The units of money told between and below the lines of a table: in rows that hold no number and are no header."""
    sheet, found = table.sheet, []
    for index in range(table.first_line, len(sheet.rows)):
        row = sheet.rows[index]
        texts = [(position, cell) for position, cell in enumerate(row) if isinstance(cell, str) and cell.strip()]
        has_more = any(cell not in ("", None) for cell in row if not isinstance(cell, str))
        if not texts or has_more or len(texts) > MOST_TEXTS or repeats_header(row, table):
            continue
        for position, cell in texts:
            found += [unit for unit in _told_in(cell, sheet.name, sheet.address(index, position)) if unit.factor is not None]
    return found


MOST_TEXTS = 3  # of a row that is a note; a line of the table without numbers has more


def told_money(tables: list[Table], header: HeaderCell | None) -> ToldMoney:
    """What the tables of a form tell about money; `header` is the field of a sheet without a table (a cover), or of the form.

    What the form says itself counts where no sheet tells a unit; a sheet that tells another one contradicts it.
    """
    findings, by_sheet = [], {}
    for table in tables:
        unit, odd = _unit_of_table(table)
        findings += odd
        if unit:
            by_sheet[table.form_sheet.sheet_code] = unit
    told = list(by_sheet.values())
    if header:
        said = SheetUnit(money_factor(header.written), header.written, header.written, header.sheet_name, header.cell_address)
        if header.cell_address == ADDRESSES["constant"]:
            others = [unit for unit in told if unit.factor is not None and unit.factor != said.factor]
            findings += [_disagreement(said, unit) for unit in others[:1]]
        told.append(said)
    main = next((unit for unit in told if unit.factor is not None), told[0] if told else None)
    return ToldMoney(main, by_sheet, findings)


def in_own_unit(table: Table, money: ToldMoney) -> Table:
    """The table with the unit that its own sheet tells, where the file tells another first."""
    own = money.by_sheet.get(table.form_sheet.sheet_code)
    if own is None or own.factor is None or money.main is None or own.factor == money.main.factor:
        return table
    columns = [c for c in table.form_sheet.columns if c.type in MONEY_TYPES and c.name in table.positions]
    return replace(table, money_factors=dict.fromkeys((c.name for c in columns), own.factor) | table.money_factors)


def _told_in(text: str, sheet_name: str, address: str) -> list[SheetUnit]:
    return [
        SheetUnit(unit.factor, unit_names().get(unit.factor or 0, unit.written), text_of(text), sheet_name, address)
        for unit in told_units(text)
    ]


def _unit_of_table(table: Table) -> tuple[SheetUnit | None, list[Finding]]:
    """The unit of money told on a table's sheet, and the findings of two that disagree and of counts told in thousands.

    A label that announces a unit of something else ("ĐVT: người") counts only where no unit of money is told.
    """
    told = [*units_above(table.sheet, table.top, table.begin), *units_beside(table.sheet), *units_below(table)]
    known = [unit for unit in told if unit.factor is not None]
    odd = [unit for unit in told if unit.factor is None and (not known or speaks_of_money(unit.name))]
    others = [unit for unit in known[1:] if unit.factor != known[0].factor] + odd
    findings = _scaled(table, told)
    if known and others:
        findings.append(_disagreement(known[0], others[0]))
        return known[0], findings
    return (known[0] if known else odd[0] if odd else None), findings


def _disagreement(first: SheetUnit, other: SheetUnit) -> Finding:
    where = ", ".join(NAMED_PLACES.get(first.cell_address, ())) or first.cell_address or PLACES[first.beside][0]
    if other.beside:
        vi, en = PLACES[other.beside]
        words: dict[str, Any] = {"place": vi, "place_en": en}
        expected = f"{first.name} ({where})"
        return find("money_units_disagree_beside", sheet_name=other.sheet_name, written=other.written, expected=expected, **words)
    place: dict[str, Any] = {"sheet_name": other.sheet_name, "cell": other.cell_address}
    return find("money_units_disagree", **place, written=other.written, expected=f"{first.name} ({where})")


def _scaled(table: Table, told: list[SheetUnit]) -> list[Finding]:
    """The finding of a sheet of counts that tells above its table that they are in thousands."""
    if not any(column.type == "by_indicator" for column in table.form_sheet.columns):
        return []
    for unit in (unit for unit in told if unit.cell_address):
        is_scale = unit.factor is None and is_multiple(unit.name) and not speaks_of_money(unit.name.partition(" ")[2])
        words = scaled_counts(unit.written) or (unit.name if is_scale else "")
        if words:
            place: dict[str, Any] = {"sheet_name": unit.sheet_name, "cell": unit.cell_address}
            return [find("counts_in_thousands", **place, written=unit.written, expected=words)]
    return []


def _next(row: list[object], position: int) -> tuple[int, str | None]:
    for place in range(position + 1, len(row)):
        if row[place] not in ("", None):
            return place, text_of(row[place])
    return position, None
