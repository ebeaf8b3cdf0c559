"""What binary workbooks say beside their cells: errors (xls, xlsb), which calamine gives as empty cells; of xls what number formats
show, and hidden rows and columns.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from ingestion.readers.number_formats import BUILT_IN_PERCENT, does_nothing, shown_by
from ingestion.readers.witness import Witness, note_shown

ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
Faults = dict[str, dict[tuple[int, int], str]]

# BIFF8 records of [MS-XLS] 2.3: the list of sheets, a formula with its result, an error cell.
BOUNDSHEET, FORMULA, BOOLERR = 0x0085, 0x0006, 0x0205
FORMAT, XF, MULRK = 0x041E, 0x00E0, 0x00BD
NUMBER, RK = 0x0203, 0x027E
ROW_OF_XLS, COLINFO, IS_ROW_HIDDEN, IS_COLUMN_HIDDEN = 0x0208, 0x007D, 0x20, 0x01
END_OF_CHAIN = 0xFFFFFFFE
# Records of [MS-XLSB] 2.3: a row, an error cell, a formula whose result is an error.
ROW, CELL_ERROR, FORMULA_ERROR, BUNDLE_SHEET = 0, 3, 11, 156


def xls_witnesses(data: bytes) -> dict[str, Witness]:
    """Sheet name → its witness, of an xls file; nothing when its structure cannot be followed."""
    try:
        stream = _workbook_stream(data)
        sheets, formats = {}, _formats(stream)
        for kind, place, length in _biff_records(stream, 0):
            if kind == BOUNDSHEET:
                start, _, _, n, wide = struct.unpack_from("<IBBBB", stream, place)
                text = stream[place + 8 : place + length]
                sheets[text[: 2 * n].decode("utf-16-le") if wide & 1 else text[:n].decode("latin-1")] = start
        return {name: _biff_witness(stream, start, formats) for name, start in sheets.items()}
    except (struct.error, IndexError, UnicodeDecodeError):
        return {}


def _biff_records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """(kind, place of the content, length) of the records of one substream, to its end-of-file record."""
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        if kind == 0x000A:
            return
        yield kind, place + 4, length
        place += 4 + length


def _formats(stream: bytes) -> list[str]:
    """The number format of each cell style (XF)."""
    codes, numbers = {}, []
    for kind, place, length in _biff_records(stream, 0):
        if kind == FORMAT:
            number, n, wide = struct.unpack_from("<HHB", stream, place)
            text = stream[place + 5 : place + length]
            codes[number] = text[: 2 * n].decode("utf-16-le", "replace") if wide & 1 else text[:n].decode("latin-1")
        elif kind == XF:
            numbers.append(struct.unpack_from("<H", stream, place + 2)[0])
    return ["0%" if str(n) in BUILT_IN_PERCENT else codes.get(n, "") for n in numbers]


def _biff_witness(stream: bytes, start: int, formats: list[str]) -> Witness:
    witness = Witness(dict(_biff_faults(stream, start)))
    told = {style: code for style, code in enumerate(formats) if not does_nothing(code)}
    for kind, place, length in _biff_records(stream, start):
        if kind == ROW_OF_XLS and stream[place + 12] & IS_ROW_HIDDEN:
            witness.hidden_rows.add(struct.unpack_from("<H", stream, place)[0] + 1)
        elif kind == COLINFO and stream[place + 8] & IS_COLUMN_HIDDEN:
            first, last = struct.unpack_from("<HH", stream, place)
            witness.hidden_columns.update(range(first, min(last, 255) + 1))
        for row, column, style, number in _numbers(stream, kind, place, length) if told else ():
            if style in told:
                note_shown(witness, (row + 1, column), shown_by(told[style], number), number)
    return witness


def _numbers(stream: bytes, kind: int, place: int, length: int) -> Iterator[tuple[int, int, int, float]]:
    """(row, column, style, number) of the cells of one record."""
    if kind in (NUMBER, FORMULA):
        yield struct.unpack_from("<HHHd", stream, place)
    elif kind == RK:
        row, column, style, packed = struct.unpack_from("<HHHI", stream, place)
        yield row, column, style, _unpacked(packed)
    elif kind == MULRK:
        row, column = struct.unpack_from("<HH", stream, place)
        for n in range((length - 6) // 6):
            style, packed = struct.unpack_from("<HI", stream, place + 4 + 6 * n)
            yield row, column + n, style, _unpacked(packed)


def _unpacked(packed: int) -> float:
    """An RK number: a whole number or the upper half of a double, perhaps a hundredfold ([MS-XLS] 2.5.217)."""
    if packed & 2:
        number = float((packed >> 2) - (1 << 30 if packed & (1 << 31) else 0))
    else:
        number = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return number / 100 if packed & 1 else number


def _biff_faults(stream: bytes, start: int) -> Iterator[tuple[tuple[int, int], str]]:
    for kind, place, _length in _biff_records(stream, start):
        if kind == BOOLERR:
            row, column, _, code, is_error = struct.unpack_from("<HHHBB", stream, place)
            if is_error:
                yield (row + 1, column), ERRORS.get(code, "#ERROR")
        elif kind == FORMULA:
            row, column, _, result_kind, _, code = struct.unpack_from("<HHHBBB", stream, place)
            if result_kind == 2 and stream[place + 12 : place + 14] == b"\xff\xff":
                yield (row + 1, column), ERRORS.get(code, "#ERROR")


def _workbook_stream(data: bytes) -> bytes:
    """The stream "Workbook" (or "Book") of an OLE2 file, its sectors put in order ([MS-CFB])."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    directory_start, mini_cutoff = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 56)[0]
    fat_sectors = [s for s in struct.unpack_from("<109I", data, 76) if s < END_OF_CHAIN - 1]
    difat = struct.unpack_from("<I", data, 68)[0]
    while difat < END_OF_CHAIN - 1:
        entries = struct.unpack_from(f"<{size // 4}I", data, (difat + 1) * size)
        fat_sectors += [s for s in entries[:-1] if s < END_OF_CHAIN - 1]
        difat = entries[-1]
    fat = [n for s in fat_sectors for n in struct.unpack_from(f"<{size // 4}I", data, (s + 1) * size)]

    def chain(sector: int) -> bytes:
        parts: list[bytes] = []
        while sector < END_OF_CHAIN - 1 and len(parts) <= len(fat):
            parts.append(data[(sector + 1) * size : (sector + 2) * size])
            sector = fat[sector]
        return b"".join(parts)

    directory = chain(directory_start)
    for place in range(0, len(directory) - 127, 128):
        name_length = struct.unpack_from("<H", directory, place + 64)[0]
        name = directory[place : place + max(0, name_length - 2)].decode("utf-16-le", "replace")
        start, length = struct.unpack_from("<IQ", directory, place + 116)
        if name in ("Workbook", "Book") and length >= mini_cutoff:
            return chain(start)[:length]
    return b""


def xlsb_faults(package: zipfile.ZipFile) -> Faults:
    """Sheet name → (row, column) → error, of an xlsb package. Raises KeyError when a part is missing."""
    relations = ElementTree.fromstring(package.read("xl/_rels/workbook.bin.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    faults = {}
    for kind, content in _xlsb_records(package.read("xl/workbook.bin")):
        if kind == BUNDLE_SHEET:
            relation_id, place = _wide_string(content, 8)
            name, _ = _wide_string(content, place)
            faults[name] = dict(_xlsb_sheet_faults(package.read(f"xl/{targets[relation_id]}")))
    return faults


def _wide_string(content: bytes, place: int) -> tuple[str, int]:
    n = struct.unpack_from("<I", content, place)[0]
    return content[place + 4 : place + 4 + 2 * n].decode("utf-16-le"), place + 4 + 2 * n


def _xlsb_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(part):
        kind = part[place]
        place += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | ((part[place] & 0x7F) << 7)
            place += 1
        length = shift = 0
        while True:
            byte = part[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, part[place : place + length]
        place += length


def _xlsb_sheet_faults(part: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    row = 0
    for kind, content in _xlsb_records(part):
        if kind == ROW:
            row = struct.unpack_from("<I", content)[0]
        elif kind in (CELL_ERROR, FORMULA_ERROR):
            yield (row + 1, struct.unpack_from("<I", content)[0]), ERRORS.get(content[8], "#ERROR")
