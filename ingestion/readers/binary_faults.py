"""What binary workbooks say beside their cells: errors (xls, xlsb), which calamine gives as empty cells; percentages (xls)."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from ingestion.readers.number_formats import AS_IT_IS, BUILT_IN_PERCENT, Shown, shown_by
from ingestion.readers.witness import Witness

ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
Faults = dict[str, dict[tuple[int, int], str]]

# BIFF8 records of [MS-XLS] 2.3: the list of sheets, a formula with its result, an error cell.
BOUNDSHEET, FORMULA, BOOLERR = 0x0085, 0x0006, 0x0205
FORMAT, XF, MULRK = 0x041E, 0x00E0, 0x00BD
NUMBERS = (0x0203, 0x027E, FORMULA)  # NUMBER, RK, FORMULA
END_OF_CHAIN = 0xFFFFFFFE
# Records of [MS-XLSB] 2.3: a row, an error cell, a formula whose result is an error.
ROW, CELL_ERROR, FORMULA_ERROR, BUNDLE_SHEET = 0, 3, 11, 156


def xls_witnesses(data: bytes) -> dict[str, Witness]:
    """Sheet name → its error cells and percentages, of an xls file; nothing when its structure cannot be followed."""
    try:
        stream = _workbook_stream(data)
        sheets, shown = {}, _shown_by_style(stream)
        for kind, place, length in _biff_records(stream, 0):
            if kind == BOUNDSHEET:
                start, _, _, n, wide = struct.unpack_from("<IBBBB", stream, place)
                text = stream[place + 8 : place + length]
                sheets[text[: 2 * n].decode("utf-16-le") if wide & 1 else text[:n].decode("latin-1")] = start
        return {name: _biff_witness(stream, start, shown) for name, start in sheets.items()}
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


def _shown_by_style(stream: bytes) -> list[Shown]:
    """What each cell style (XF) does to a number: by its number format."""
    codes, numbers = {}, []
    for kind, place, length in _biff_records(stream, 0):
        if kind == FORMAT:
            number, n, wide = struct.unpack_from("<HHB", stream, place)
            text = stream[place + 5 : place + length]
            codes[number] = text[: 2 * n].decode("utf-16-le", "replace") if wide & 1 else text[:n].decode("latin-1")
        elif kind == XF:
            numbers.append(struct.unpack_from("<H", stream, place + 2)[0])
    return [Shown(True) if str(n) in BUILT_IN_PERCENT else shown_by(codes[n]) if n in codes else AS_IT_IS for n in numbers]


def _biff_witness(stream: bytes, start: int, shown: list[Shown]) -> Witness:
    witness = Witness(dict(_biff_faults(stream, start)))
    for kind, place, length in _biff_records(stream, start):
        styled = []
        if kind in NUMBERS:
            row, column, style = struct.unpack_from("<HHH", stream, place)
            styled = [(column, style)]
        elif kind == MULRK:
            row, column = struct.unpack_from("<HH", stream, place)
            styled = [(column + n, struct.unpack_from("<H", stream, place + 4 + 6 * n)[0]) for n in range((length - 6) // 6)]
        for column, style in styled:
            if style < len(shown) and shown[style].is_percent:
                witness.percent_cells.add((row + 1, column))
            if style < len(shown) and shown[style].thousands:
                witness.thousands[row + 1, column] = shown[style].thousands
    return witness


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
