"""The block above a table: form mark, unit, sender, period … found by their labels, wherever they stand."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.form import Form, HeaderField
from ingestion.readers.sheets import Sheet
from ingestion.written.text import folded, nfc

HEADER_ROWS = 80
DAY_TYPES = ("date", "month_end")
CHECKED, UNCHECKED = "☑☒■✓✔", "☐□"
YES = {"x", "co", "yes", "true", "1", "dung", "v"}
NO = {"", "khong", "no", "false", "0", "sai"}


@dataclass(frozen=True)
class HeaderCell:
    """The value of a header field: the cell as the file holds it, its text, and where it stands."""

    field_name: str
    value: object
    written: str
    sheet_name: str
    cell_address: str


def header_cells(sheet: Sheet, fields: tuple[HeaderField, ...], end: int | None = None) -> dict[str, HeaderCell]:
    """The header fields of a sheet above the row index `end` (its table), by name; of a field written twice, the first.

    A value stands after a colon in the label's own cell, else in the next filled cell to the right that is no label itself.
    """
    labels = {folded(label): field for field in fields for label in field.labels}
    found: dict[str, HeaderCell] = {}
    for index, row in enumerate(sheet.rows[: HEADER_ROWS if end is None else end]):
        for position, cell in enumerate(row):
            if not isinstance(cell, str) or not cell:
                continue
            field, inline = _label_of(cell, labels)
            if field is None or field.name in found:
                continue
            place, value = (position, inline) if inline is not None else _next_filled(row, position, labels)
            if sheet.day_offset and field.type in DAY_TYPES and isinstance(value, int | float):
                value += sheet.day_offset
            if value not in ("", None):
                found[field.name] = HeaderCell(field.name, value, text_of(value), sheet.name, sheet.address(index, place))
    return found


def _label_of(cell: str, labels: dict[str, HeaderField]) -> tuple[HeaderField | None, object]:
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


def _next_filled(row: list[object], position: int, labels: dict[str, HeaderField]) -> tuple[int, object]:
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


def marked_form(written: str, forms: dict[str, Form]) -> tuple[Form | None, str]:
    """The form and version that a form mark names ("kinh-phi 1"); the form is None when there is no such form."""
    name = folded(written)
    for code in sorted(forms, key=len, reverse=True):
        plain = folded(code)
        if name == plain or name.startswith(plain + " "):
            words = written.split()
            version = words[-1].strip("().").lower().lstrip("v") if folded(words[-1]) != plain.split()[-1] else ""
            return forms[code], version
    return None, ""


def titled_form(sheet: Sheet, forms: dict[str, Form], end: int) -> Form | None:
    """The form whose title stands in a cell above row index `end`; None when no title, or titles of several forms, are found."""
    texts = [folded(cell) for row in sheet.rows[:end] for cell in row if isinstance(cell, str) and len(cell) > 8]
    found = [form for form in forms.values() if any(folded(title) in text for title in form.titles for text in texts)]
    return found[0] if len(found) == 1 else None
