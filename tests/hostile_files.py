"""Files that once stopped a night, and files that ask for more than a machine has: each by name, with findings it may get."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

from book_builder import FORMS, address, kinh_phi
from mutants import packed, parts_of, treasury

MONEY = FORMS["kinh-phi"].sheets[0]
MANY = 16 * 2**20


def with_cell(value: object, book: Callable[..., bytes] = kinh_phi) -> bytes:
    """The money form with another figure in its first cell of disbursed money."""
    return book(edit=lambda opened: opened.worksheets[0].__setitem__(address(MONEY, "kcdp_t_disbursed"), value))


def with_part(change: Callable[[bytes], bytes], name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The money form with one part of its package changed."""
    parts = parts_of(kinh_phi())
    parts[name] = change(parts.get(name, b""))
    return packed(parts)


def damaged_part() -> bytes:
    """A package whose compressed sheet cannot be unpacked: zlib's "Error -3 while decompressing data"."""
    book = bytearray(kinh_phi())
    start = book.index(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml")
    book[start : start + 8] = b"\xff" * 8
    return bytes(book)


def far_cell() -> bytes:
    """Ten kilobytes with one cell at XFD1048576 in a row that does not say its number: a rectangle of 512 GiB."""
    far = b'<row><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return with_part(lambda xml: xml.replace(b"</sheetData>", far))


def far_ods() -> bytes:
    """An OpenDocument sheet whose one cell is repeated over every column and row."""
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
    rows = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    return ods(f'<table:table table:name="Kinh phí">{rows}</table:table>')


def ods(tables: str) -> bytes:
    """An OpenDocument spreadsheet of these tables."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = f"<office:document-content {names}>{body}</office:document-content>"
    return packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()})


def far_xls() -> bytes:
    """An .xls whose two cells stand in opposite corners, many times over."""
    from ole2 import xls

    return xls({(0, 0): 1.0, (65_535, 255): 2.0})


def deep_styles() -> bytes:
    """A style sheet of elements one inside another, deeper than any stack."""
    deep = b"<a>" * 300_000 + b"</a>" * 300_000
    return with_part(lambda xml: xml.replace(b"</styleSheet>", deep + b"</styleSheet>"), "xl/styles.xml")


def many_styles() -> bytes:
    """Two hundred thousand cell styles that show percentages, and as many cells that use none of them."""
    styles = b'<cellXfs count="200000">' + b'<xf numFmtId="9"/>' * 200_000 + b"</cellXfs>"
    return with_part(lambda xml: re.sub(rb"<cellXfs.*?</cellXfs>", styles, xml, flags=re.S), "xl/styles.xml")


def bomb() -> bytes:
    """A package that says that its sheet takes a kilobyte and unpacks to gigabytes."""
    name, blank = b"xl/worksheets/sheet1.xml", b" " * MANY
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = b"".join(packer.compress(blank) for _ in range(96)) + packer.flush()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for part, data in parts_of(kinh_phi()).items():
            package.writestr(part, body if part.encode() == name else data)
    book = bytearray(buffer.getvalue())
    for start, method, size in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        for match in re.finditer(re.escape(start), bytes(book)):
            head = 30 if start == b"PK\x03\x04" else 46
            if book[match.start() + head : match.start() + head + len(name)] == name:
                struct.pack_into("<H", book, match.start() + method, zipfile.ZIP_DEFLATED)
                struct.pack_into("<I", book, match.start() + size, 1024)
    return bytes(book)


def many_strings() -> bytes:
    """Shared strings for a million cells, each of them new."""
    strings = b"".join(b"<si><t>%d</t></si>" % n for n in range(1_000_000))
    head = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1000000">'
    return with_part(lambda _: head + strings + b"</sst>", "xl/sharedStrings.xml")


def unclosed_cells() -> bytes:
    """A million cells that begin and never end, one of them an error."""
    return with_part(
        lambda xml: xml.replace(b"</sheetData>", b'<c t="e"><f>' + b"<c ><f>" * 1_000_000 + b"</sheetData>")
    )


def many_sheets() -> bytes:
    """Four thousand sheets that all show the same table."""
    parts = parts_of(kinh_phi())
    bound = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"'
    names = "".join(f'<sheet name="S{n}" sheetId="{n + 9}" {bound}/>' for n in range(4000)).encode()
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", names + b"</sheets>")
    return packed(parts)


def wide_merges() -> bytes:
    """Merged ranges of a thousand rows and all columns, three thousand times."""
    ranges = b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (30 + n, 1020 + n) for n in range(3000))
    merged = b'<mergeCells count="3000">' + ranges + b"</mergeCells>"
    return with_part(lambda xml: re.sub(rb"<mergeCells.*?</mergeCells>", merged, xml, flags=re.S))


def ambiguous_column() -> bytes:
    """Eight thousand lines whose every number could mean two."""

    def fill(book) -> None:
        for row in range(22, 8_022):
            book.worksheets[0].cell(row, 2, "Chi khác")
            book.worksheets[0][address(MONEY, "kcdp_t_disbursed", row - 22)] = "1.234"

    return kinh_phi(edit=fill)


def nested_entities() -> bytes:
    """Entities made of entities, a billion letters in one kilobyte."""
    names = "abcdefghij"
    inner = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip(names, names[1:], strict=False))
    head = f'<?xml version="1.0"?><!DOCTYPE styleSheet [<!ENTITY a "ha">{inner}]>'.encode()
    used = b"<x>&j;</x></styleSheet>"
    return with_part(lambda xml: head + xml.split(b"?>", 1)[-1].replace(b"</styleSheet>", used), "xl/styles.xml")


def csv_of(line: str) -> bytes:
    """The treasury extract with one line more."""
    return treasury() + b"\n" + line.encode()


STALE = {"budget_year": "2024"}
# name → (bytes, findings of which one must be there)
CRASHING = {
    "number-text.xlsx": (lambda: with_cell("1.234.567e2"), {"cell_unreadable"}),
    "number-large.xlsx": (lambda: with_cell(9.99e307), {"cell_over_limit"}),
    "number-endless.xlsx": (lambda: with_part(lambda xml: xml.replace(b"<v>10.5</v>", b"<v>1e999</v>")), {"cell_unreadable"}),
    "number-none.xlsx": (lambda: with_part(lambda xml: xml.replace(b"<v>10.5</v>", b"<v>NaN</v>")), {"cell_unreadable"}),
    "part-damaged.xlsx": (damaged_part, {"file_broken"}),
    "field-long.csv": (lambda: csv_of("Long An;KCQG-2025-9999;A1;1;" + "7" * 140_000), {"field_too_long"}),
    "budget-year-stale.xlsx": (lambda: kinh_phi(header=STALE), {"budget_year_other"}),
    "document-endless.csv": (lambda: treasury().replace(b"15/KB", b"15/KB" * 3000), {"header_too_long"}),
    "document-control.csv": (lambda: treasury().replace(b"15/KB", b"15\x00/KB"), set()),
    "project-endless.csv": (lambda: csv_of(f"Long An;{'KCQG' * 900};A1;1;7"), {"line_key_unreadable"}),
    "project-joined.csv": (lambda: csv_of("Long An;A|B;A1;1;7"), {"line_key_unreadable"}),
    "entities.xlsx": (nested_entities, {"file_broken"}),
}  # fmt: skip
GREEDY = {
    "far-cell.xlsx": (far_cell, {"file_memory", "file_too_spread", "file_broken"}),
    "far-cell.ods": (far_ods, {"file_memory", "file_too_spread", "file_broken"}),
    "far-cell.xls": (far_xls, {"file_memory", "file_too_spread", "file_time", "form_not_found"}),
    "styles-deep.xlsx": (deep_styles, set()),
    "styles-many.xlsx": (many_styles, set()),
    "bomb.xlsx": (bomb, {"file_broken", "file_memory", "file_time"}),
    "strings-many.xlsx": (many_strings, set()),
    "cells-unclosed.xlsx": (unclosed_cells, {"file_time", "file_broken"}),
    "sheets-many.xlsx": (many_sheets, {"more_alike", "file_time"}),
    "merges-wide.xlsx": (wide_merges, set()),
    "ambiguous.xlsx": (ambiguous_column, {"line_twice", "file_time"}),
    "row-endless.csv": (lambda: csv_of(";" * 300_000 + "x"), {"file_too_spread"}),
    "delimiters.csv": (lambda: csv_of(";" * 300_000), set()),
    "words.txt": (lambda: b"Long An 6 th\xc3\xa1ng 2024 " + b"a" * 400_000, set()),
    "brackets.txt": (lambda: "Tỉnh Long An 6 tháng đầu năm 2024: 12 đề án ".encode() + b"(" * 200_000, set()),
    "digits.txt": (lambda: "Tỉnh Long An 6 tháng đầu năm 2024: 12 đề án, ".encode() + b"1 " * 100_000, set()),
}  # fmt: skip
