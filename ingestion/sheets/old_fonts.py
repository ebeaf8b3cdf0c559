"""Single cells typed in a font of the encodings before Unicode (TCVN3, VNI), among others in Unicode: labels, headers, names.

Such a text looks like Western letters to every program, and to its author like Vietnamese. It is taken for what its author saw
only where that is a word the form or the register knows; a file that is written so throughout goes back (legacy_encoding).
"""

from __future__ import annotations

import re
import unicodedata

from ingestion.findings import Finding, find
from ingestion.form import Form
from ingestion.readers.legacy import (
    TCVN3_BYTES,
    VNI_LETTERS,
    VNI_MARKED,
    VNI_TONES,
    decode_tcvn3,
    decode_vni,
    legacy_encoding_of,
)
from ingestion.readers.sheets import Sheet
from ingestion.register import Register
from ingestion.sheets.headed_columns import header_key
from ingestion.written.money_units import is_unit_label, money_factor, told_units
from ingestion.written.text import folded

_MARKS = "".join((*VNI_TONES, *VNI_MARKED))
_VNI = rf"[aeouyAEOUYôöÔÖ][{_MARKS}{_MARKS.upper()}]|[{''.join(VNI_LETTERS)}]"
_TONES = ("", *"\u0300\u0301\u0303\u0309\u0323")
_VIETNAMESE = {unicodedata.normalize("NFC", letter + tone) for letter in "aăâeêioôơuưyđ" for tone in _TONES}
_TCVN3 = "".join(c for c in TCVN3_BYTES.decode("latin-1") if c not in _VIETNAMESE)
_CANDIDATE = re.compile(rf"{_VNI}|[{re.escape(_TCVN3)}]")
LONGEST = 200  # characters of a label or a name
ENCODINGS = {"TCVN3": decode_tcvn3, "VNI": decode_vni}


def in_unicode(sheets: list[Sheet], forms: dict[str, Form], register: Register) -> list[Finding]:
    """Turn the cells of old fonts whose words are known into Unicode, in the sheets' rows, and say so.

    A file of which several words of a form are in an old encoding has the one finding that returns it.
    """
    found = [
        (sheet, index, position, cell)
        for sheet in sheets
        for index, row in enumerate(sheet.rows)
        for position, cell in enumerate(row)
        if isinstance(cell, str) and len(cell) <= LONGEST and not cell.isascii() and _CANDIDATE.search(cell)
    ]
    if not found:
        return []
    encoding = legacy_encoding_of((cell for *_, cell in found), forms)
    if encoding:
        return [find("legacy_encoding", written=encoding)]
    known, notes = _Known(forms, register), []
    for sheet, index, position, cell in found:
        name, text = _read(cell, known)
        if text is not None:
            sheet.rows[index][position] = text
            address = sheet.address(index, position)
            notes.append(
                find("cell_in_old_font", sheet_name=sheet.name, cell=address, written=cell, expected=text, encoding=name)
            )
    return notes


def _read(cell: str, known: _Known) -> tuple[str, str | None]:
    if known.has(cell):
        return "", None
    for name, decode in ENCODINGS.items():
        text = decode(cell)
        if text != cell and known.has(text):
            return name, text
    return "", None


class _Known:
    """The words that forms and register know."""

    def __init__(self, forms: dict[str, Form], register: Register) -> None:
        labels = {folded(label) for form in forms.values() for field in form.header_fields_ever for label in field.labels}
        self.labels = labels
        self.headers = {header_key(text) for form in forms.values() for text in form.header_texts_ever}
        self.names = {folded(title) for form in forms.values() for title in form.titles_ever}
        self.names |= {folded(label) for form in forms.values() for sheet in form.sheets_ever for label in sheet.total_labels}
        for words in (register.activity_names, register.indicator_names, register.fund_names, register.states, register.unit_names):
            self.names |= set(words)
        self.roles, self.register = set(register.sender_roles), register

    def has(self, text: str) -> bool:
        """Whether a text is a known label, header, name or unit of money."""
        name, plain = folded(text), folded(text.partition(":")[0])
        if name in self.names or name in self.labels or plain in self.labels or name in self.roles:
            return True
        if header_key(text) in self.headers or is_unit_label(text) or money_factor(text) is not None:
            return True
        return bool(self.register.units_named(text)) or any(unit.factor is not None for unit in told_units(text))
