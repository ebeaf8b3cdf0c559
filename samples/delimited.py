"""Documents as CSV files in the encodings and separators that offices' machines write."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from datetime import date
from typing import Any

from samples.documents import Document, Spot

# CP1258 keeps the vowel with its hat or horn as one letter and the tone as a combining mark after it.
HATS = {"\u0302", "\u0306", "\u031b"}


def delimited_bytes(document: Document) -> tuple[bytes, dict[Spot, tuple[str, str]]]:
    """The file in the document's encoding and separator, and the sheet name and address of each cell of its table."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=document.separator, lineterminator="\r\n")
    places: dict[Spot, tuple[str, str]] = {}
    writer.writerow([document.form.titles[0]])
    row = 1
    for field in document.form.header_fields:
        value = document.header.get(field.name)
        if value is not None:
            writer.writerow([field.labels[0], _text(value)])
            row += 1
    writer.writerow([])
    columns = document.form.sheets[0].columns
    writer.writerow([column.headers[0] for column in columns])
    row += 2
    for m, line in enumerate(document.sheets[0].lines):
        writer.writerow([_text(line.values.get(column.name)) for column in columns])
        for n, column in enumerate(columns):
            places[0, m, column.name] = (document.sheets[0].name, f"{chr(ord('A') + n)}{row + 1}")
        row += 1
    return encoded(stream.getvalue(), document.encoding), places


def encoded(text: str, encoding: str) -> bytes:
    """Text in an encoding; for CP1258, which has no letter for a vowel with both a hat and a tone, letter and mark."""
    if encoding == "cp1258":
        text = "".join(_letter_and_mark(letter) for letter in text)
    if encoding == "utf-16":
        return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    return text.encode(encoding)


def _letter_and_mark(letter: str) -> str:
    marks = unicodedata.normalize("NFD", letter)
    if len(marks) == 1:
        return letter
    base = marks[0] + "".join(mark for mark in marks[1:] if mark in HATS)
    return unicodedata.normalize("NFC", base) + "".join(mark for mark in marks[1:] if mark not in HATS)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
