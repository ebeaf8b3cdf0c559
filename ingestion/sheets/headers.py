"""The block above a table: fields found by their labels, wherever they stand, and what a box or a value in it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ingestion.form import HeaderField
from ingestion.readers.sheets import Sheet
from ingestion.written.text import folded, nfc

HEADER_ROWS = 80
LOOKED_BELOW = 2  # rows below a label
DAY_TYPES = ("date", "month_end", "span")
CHECKED, UNCHECKED = "☑☒■✓✔", "☐□"
YES = {"x", "co", "yes", "true", "1", "dung", "v"}
NO = {"", "khong", "no", "false", "0", "sai"}


@dataclass(frozen=True)
class HeaderCell:
    """The value of a header field: the cell as the file holds it, its text, and where it stands.

    What stands in no cell has the words of its place for an address (NAMED_PLACES of ingestion.findings), and no sheet where it is
    of the whole file.
    """

    field_name: str
    value: object
    written: str
    sheet_name: str
    cell_address: str


@lru_cache(maxsize=256)
def labels_of(fields: tuple[HeaderField, ...]) -> Mapping[str, HeaderField]:
    """Folded label → the field that it announces."""
    return {folded(label): field for field in fields for label in field.labels}


def beside_labels(
    sheet: Sheet, labels: Mapping[str, HeaderField], wanted: Collection[str], end: int | None = None
) -> dict[str, HeaderCell]:
    """The wanted fields of a sheet above the row index `end` (its table), by name; of a field written twice, the first.

    A value stands after a colon in the label's own cell, else in the next filled cell to the right that is no label itself.
    """
    found: dict[str, HeaderCell] = {}
    for index, row in enumerate(sheet.rows[: HEADER_ROWS if end is None else end]):
        for position, cell in enumerate(row):
            if not isinstance(cell, str) or not cell:
                continue
            field, inline = _label_of(cell, labels)
            if field is None or field.name in found or field.name not in wanted:
                continue
            place, value = (position, inline) if inline is not None else _next_filled(row, position, labels)
            if value not in ("", None):
                found[field.name] = header_cell(sheet, field, value, index, place)
    return found


def below_labels(
    sheet: Sheet, labels: Mapping[str, HeaderField], wanted: Collection[str], end: int | None = None
) -> dict[str, HeaderCell]:
    """The wanted fields whose label stands above the row index `end`, each with the first filled cell of the rows below its label
    (LOOKED_BELOW of them), where that is no label itself.
    """
    found: dict[str, HeaderCell] = {}
    last = min(HEADER_ROWS if end is None else end, len(sheet.rows))
    for index in range(last):
        for position, cell in enumerate(sheet.rows[index]):
            field = labels.get(folded(cell)) if isinstance(cell, str) and cell else None
            if field is None or field.name in found or field.name not in wanted:
                continue
            for below in range(index + 1, min(index + 1 + LOOKED_BELOW, last)):
                value = sheet.rows[below][position] if position < len(sheet.rows[below]) else ""
                if value not in ("", None):
                    if not (isinstance(value, str) and _label_of(value, labels)[0]):
                        found[field.name] = header_cell(sheet, field, value, below, position)
                    break
    return found


def header_cell(sheet: Sheet, field: HeaderField, value: object, index: int, position: int) -> HeaderCell:
    """The cell of a field that stands at rows[index][position]; a number that stands for a day counts from the sheet's own."""
    if sheet.day_offset and field.type in DAY_TYPES and isinstance(value, int | float):
        value += sheet.day_offset
    return HeaderCell(field.name, value, text_of(value), sheet.name, sheet.address(index, position))


def _label_of(cell: str, labels: Mapping[str, HeaderField]) -> tuple[HeaderField | None, object]:
    """The field that a cell announces and, when the cell holds the value too, that value."""
    left, colon, right = cell.partition(":")
    field = labels.get(folded(left))
    if field is not None:
        return field, right.strip(" )") if colon and right.strip(" ).…_") else None
    box = cell.strip()[:1]
    if box and box in CHECKED + UNCHECKED:
        field = labels.get(folded(cell))
        if field is not None and field.type == "mark":
            return field, "x" if box in CHECKED else "0"
    return None, None


def _next_filled(row: list[object], position: int, labels: Mapping[str, HeaderField]) -> tuple[int, object]:
    for place in range(position + 1, len(row)):
        cell = row[place]
        if cell == "" or cell is None:
            continue
        is_label = isinstance(cell, str) and _label_of(cell, labels)[0] is not None
        return place, None if is_label else cell
    return position, None


def text_of(cell: object) -> str:
    """A cell as text: what was typed, with whole numbers as the spreadsheet shows them."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return nfc(str(cell)) if isinstance(cell, str) else str(cell)


def read_mark(written: object) -> bool | None:
    """Whether a box is ticked; None when the text is neither a tick nor an empty box."""
    if isinstance(written, bool):
        return written
    text = text_of(written).strip()
    if text and text[0] in CHECKED + "✗✘×":
        return True
    if text and text[0] in UNCHECKED + "-–…":
        return False
    word = folded(text)
    return True if word in YES else False if word in NO else None
