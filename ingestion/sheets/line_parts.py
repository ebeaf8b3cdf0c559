"""Lines that tell the parts of the line above them: the members of a group project, "trong đó" rows. They are never added again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form_sheet import Column
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table
from ingestion.sheets.line_keys import LineKeys, place_of
from ingestion.written.quantities import read_cell
from ingestion.written.text import folded

_OF_WHICH = re.compile(r"(?:trong (?:so )?do|bao gom|gom co|of which|including)\b")
_MEMBER = re.compile(r"[-–+•*]|[a-zđ]\s*[.)]|\d+\.\d+(?:\.\d+)*\.?", re.IGNORECASE)
_SUM = re.compile(
    r"(?:tieu cong|tong cong|tong so|tong|cong)(?: (?:nhom|muc|phan|trang|hoat dong|noi dung|chuong trinh|nguon|de an|kinh phi|"
    r"cac|chuyen|mang|luy ke|a ?\d+|[ivx]+|\d+)\b.*)?|.+ (?:tong|tong cong|cong)"
    r"|(?:so )?(?:cong )?(?:trang truoc|mang sang|chuyen sang|chuyen trang|luy ke (?:tu )?trang)\b.*|(?:sub ?)?totals?\b.*"
    r"|(?:carried|brought) forward\b.*"
)
NUMERIC = ("money", "number", "by_indicator", "percent")


def names_a_sum(table: Table, texts: dict[str, str]) -> bool:
    """Whether a line without its keys says that it adds others up: "Cộng nhóm I", "Cộng trang 1", "Hoạt động A3 - Tổng"."""
    return any(_SUM.fullmatch(folded(text)) for text in _words(table, texts))


def adds_up(table: Table, texts: dict[str, str], is_unread: bool) -> bool:
    """Whether a line says that it adds others up where any text may be a key: "Total North" as the name of a district.

    Of a line whose keys read only the columns are asked in which any text may stand.
    """
    open_keys = [c.name for c in table.form_sheet.columns if c.is_dimension and not c.values and not c.list]
    said = texts if is_unread else {name: texts[name] for name in open_keys if name in texts}
    labels = [folded(label) for label in table.form_sheet.total_labels]
    is_total = any(f"{folded(text)} ".startswith(f"{label} ") for text in _words(table, said) for label in labels if label)
    return is_total or names_a_sum(table, said)


def names_a_part(table: Table, texts: dict[str, str]) -> bool:
    """Whether a line says that it is a part of the one above: "Trong đó: …"."""
    return any(_OF_WHICH.match(folded(text)) for text in _words(table, texts))


def _words(table: Table, texts: dict[str, str]) -> list[str]:
    return [texts[column.name] for column in table.form_sheet.columns if not column.is_quantity and column.name in texts]


@dataclass
class LinesAbove:
    """The detail line above, the numbers that stand in it, and whether the lines since then were its parts."""

    row_number: int = 0
    position: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    numbered: frozenset[str] = frozenset()
    is_in_parts: bool = False

    def now(self, row_number: int, texts: dict[str, str], keys: dict[str, str], numbered: frozenset[str]) -> None:
        """A detail line begins: what follows may be its parts."""
        self.row_number, self.position, self.keys, self.numbered = row_number, _position(texts), keys, numbered
        self.is_in_parts = False

    def has_part(self, table: Table, texts: dict[str, str], read: LineKeys) -> bool:
        """Whether a line is a part of the detail line above: it says so, follows one that does, or is numbered below it.

        Its required keys are blank or, where it is numbered below, those of the line above once more.
        """
        if not self.row_number:
            return False
        if names_a_part(table, texts) and read.unread:
            self.is_in_parts = True
            return True
        position = _position(texts)
        is_below = bool(self.position) and position.startswith(f"{self.position}.") and len(position) > len(self.position) + 1
        if not read.unread:
            return is_below and _same_keys(table, self.keys, read.keys)
        if any(texts.get(column.name) for column in read.unread):
            return False
        is_member = is_below or (self.is_in_parts and bool(_MEMBER.match(position or next(iter(_words(table, texts)), ""))))
        self.is_in_parts |= is_below
        return is_member

    def said_of(self, table: Table, number: int, texts: dict[str, str], numbered: frozenset[str]) -> Finding:
        """The finding of a part: a note, or that the line above lacks the sum of what its parts tell."""
        columns = table.form_sheet.column_by_name
        missing = [columns[name].headers[0] for name in sorted(numbered - self.numbered, key=lambda name: columns[name].position)]
        written = next((text for text in _words(table, texts) if any(letter.isalpha() for letter in text)), _position(texts))
        place: dict[str, Any] = place_of(table, number) | {"written": written, "expected": str(self.row_number)}
        return find("part_without_sum", **place, columns=", ".join(missing)) if missing else find("part_of_line", **place)


def heads_its_parts(table: Table, texts: dict[str, str], below: list[list[object]]) -> bool:
    """Whether a line without keys is the head of the lines below it: numbered 1, and the next one 1.1."""
    position, column = _position(texts), _position_column(table)
    if not position or column is None:
        return False
    for row in below:
        if any(cell not in ("", None) for cell in row):
            place = table.positions[column.name]
            return text_of(row[place]).strip(" .)").startswith(f"{position}.") if place < len(row) else False
    return False


def numbered_columns(filled: dict[str, object], quantities: list[Column]) -> frozenset[str]:
    """The columns in which a line holds a number."""
    numeric = (column.name for column in quantities if column.type in NUMERIC and column.name in filled)
    return frozenset(name for name in numeric if read_cell(filled[name]).value is not None)


def _position_column(table: Table) -> Column | None:
    labels = (c for c in table.form_sheet.columns if c.role == "label" and c.type == "label" and c.name in table.positions)
    return next(labels, None)


def _position(texts: dict[str, str]) -> str:
    return texts.get("position", "").strip(" .)")


def _same_keys(table: Table, one: dict[str, str], other: dict[str, str]) -> bool:
    return bool(one) and all(one.get(name) == other.get(name) for name in (*one, *other) if name != "place_unit_key")
