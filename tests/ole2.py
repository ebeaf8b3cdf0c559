"""Small OLE2 files for tests: the container of .xls, .doc and of workbooks locked by a password ([MS-CFB], [MS-XLS])."""

import struct

SECTOR, FREE, END, FAT_SECTOR = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STREAM_BYTES = 4096  # shorter streams would need the mini FAT


def ole2(streams: dict[str, bytes]) -> bytes:
    """An OLE2 file with these streams, each padded to 4096 bytes or more."""
    padded = {name: data.ljust(STREAM_BYTES, b"\0") for name, data in streams.items()}
    entries, sectors, fat = [_entry("Root Entry", 5, END, 0, child=1)], [], [FAT_SECTOR, END]
    for n, (name, data) in enumerate(padded.items(), 1):
        start = 2 + len(sectors)
        parts = [data[i : i + SECTOR].ljust(SECTOR, b"\0") for i in range(0, len(data), SECTOR)]
        sectors += parts
        fat += [*range(start + 1, start + len(parts)), END]
        entries.append(_entry(name, 2, start, len(data), right=n + 1 if n < len(padded) else FREE))
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    table = struct.pack("<128I", *fat, *[FREE] * (128 - len(fat)))
    return _head() + table + directory + b"".join(sectors)


def _head() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    return head + struct.pack("<109I", 0, *[FREE] * 108)


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE, right: int = FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    place = struct.pack("<III", FREE, right, child) + b"\0" * 36 + struct.pack("<IQ", start, size)
    return text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + place


def xls(cells: dict[tuple[int, int], float | str]) -> bytes:
    """An .xls workbook with one sheet "Sheet1"; a text such as "#REF!" is an error cell; rows and columns count from 0."""
    codes = {"#REF!": 23, "#DIV/0!": 7}
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += _record(0x0200, struct.pack("<IIHHH", 0, 100, 0, 20, 0))
    for (row, column), value in sorted(cells.items()):
        if isinstance(value, str):
            sheet += _record(0x0205, struct.pack("<HHHBB", row, column, 0, codes[value], 1))
        else:
            sheet += _record(0x0203, struct.pack("<HHHd", row, column, 0, value))
    sheet += _record(0x000A, b"")
    name = b"Sheet1"
    top = _record(0x0809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(0x0042, struct.pack("<H", 1200))
    length = len(top) + 4 + 8 + len(name) + 4
    top += _record(0x0085, struct.pack("<IBBBB", length, 0, 0, len(name), 0) + name) + _record(0x000A, b"")
    return ole2({"Workbook": top + sheet})


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content
