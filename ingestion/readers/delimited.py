"""Delimited text (CSV, TSV) → one sheet of text cells: encoding and delimiter are told by the content, never by the name."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter

from ingestion.findings import ReturnedFile, find
from ingestion.form import Form
from ingestion.readers.legacy import count_words, form_words, legacy_encoding_of
from ingestion.readers.sheets import Sheet
from ingestion.written.text import nfc

MOST_COLUMNS = 16_384  # of a spreadsheet
DELIMITERS = ";\t,|"
# that of UTF-32 begins as that of UTF-16
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


def read_delimited(data: bytes, forms: dict[str, Form]) -> list[Sheet]:
    """The one sheet of a delimited file, all cells text in NFC, numbered as a spreadsheet would show it.

    Raises ReturnedFile when the encoding is TCVN3 or VNI, or when no encoding gives the words of a form.
    """
    text = _without_quoted_lines(decode(data, forms))
    delimiter = delimiter_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise ReturnedFile(find("field_too_long", row_number=reader.line_num, expected=csv.field_size_limit())) from error
    _refuse_open_quote(text, delimiter, reader.line_num, rows)
    widths = {number: len(row) for number, row in enumerate(rows, 1) if row}
    rows = [[_unwrapped(field) for field in row] for row in rows]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    width = max((len(row) for row in rows), default=0)
    if width > MOST_COLUMNS:
        raise ReturnedFile(find("file_too_spread", sheet_name="CSV", written=f"{len(rows)} × {width}"))
    return [Sheet(name="", rows=[[*row, *[""] * (width - len(row))] for row in rows], widths=widths)]


def _without_quoted_lines(text: str) -> str:
    """The text whose lines were each quoted as one field: their content. Any other text as it is."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    longest = csv.field_size_limit()
    if len(lines) < 3 or not all(len(line) <= longest and line[0] == line[-1] == '"' for line in lines):
        return text
    fields = [next(csv.reader([line]), []) for line in lines]
    if any(len(row) != 1 for row in fields) or not any(row[0].count(mark) >= 2 for row in fields for mark in DELIMITERS):
        return text
    return "\n".join(row[0] for row in fields)


def _refuse_open_quote(text: str, delimiter: str, n_lines: int, rows: list[list[str]]) -> None:
    """A quotation mark that is never closed swallows lines without a word: the last field then holds the rest of the file."""
    strict = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for _ in strict:
            line = strict.line_num + 1
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise ReturnedFile(find("quote_not_closed", row_number=line)) from error


def _unwrapped(field: str) -> str:
    """A field as Excel shows it: ="0123" and '0123 are the text 0123; so is '0123', by programs that quote with apostrophes."""
    if len(field) > 3 and field.startswith('="') and field.endswith('"'):
        return field[2:-1]
    if len(field) > 1 and field.startswith("'"):
        return field[1:-1] if field.endswith("'") and len(field) > 2 else field[1:]
    return field


def decode(data: bytes, forms: dict[str, Form]) -> str:
    """Bytes → text in NFC: by byte-order mark, as UTF-8, as UTF-16 without a mark, else as the CP1258 of older Windows."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _decoded(data, encoding)
    if data.count(b"\x00") * 5 > len(data):
        odd = data[1::2].count(b"\x00")
        return _decoded(data, "utf-16-le" if odd * 2 > data.count(b"\x00") else "utf-16-be")
    try:
        text = nfc(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _decode_one_byte(data, forms)
    legacy = legacy_encoding_of([text], forms)
    if legacy:
        raise ReturnedFile(find("legacy_encoding", written=legacy))
    return text


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return nfc(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise ReturnedFile(find("encoding_unknown", written=encoding)) from error


def _decode_one_byte(data: bytes, forms: dict[str, Form]) -> str:
    """One byte a letter: CP1258, unless the words of the forms appear only when the bytes are taken for TCVN3 or VNI."""
    western = data.decode("cp1252", "replace")
    legacy = legacy_encoding_of([western], forms)
    text = nfc(data.decode("cp1258", "replace"))
    if legacy and count_words(text, form_words(forms)) == 0:
        raise ReturnedFile(find("legacy_encoding", written=legacy))
    if "\ufffd" in text or count_words(text, form_words(forms)) == 0:
        raise ReturnedFile(find("encoding_unknown", written="CP1258"))
    return text


def delimiter_of(text: str) -> str:
    """The delimiter under which most lines have the same, largest, number of fields."""
    lines = [line for line in text.splitlines() if line.strip() and len(line) <= csv.field_size_limit()][:500]

    def regularity(delimiter: str) -> int:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        return max(((width - 1) * count for width, count in widths.items()), default=0)

    return max(DELIMITERS, key=regularity)
