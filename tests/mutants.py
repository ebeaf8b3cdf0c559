"""Files damaged on purpose, from a seed: bytes, parts of packages, cells, texts. The same seed gives the same files."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

import openpyxl
from book_builder import kinh_phi, tien_do

NUMBERS = (
    "1.234.567e2", 9.99e307, -9.99e307, 1e308, 5e-324, "1e99999999999999999999", "1e400", "9" * 90, "0," + "3" * 90, "1" * 5000,
    "-", "…", "x", "1.234", "1,5 tỷ", "hơn 12 triệu", "(1.000)", "12%", "1/3", "#REF!", True, 10**15, "١٢٣", "１２３", "²", "1e5",
    "1" + " " * 30_000 + "2", "=1/0", "nan", "inf", "-0", "0x10", "1_000", "1’000", "\u200b", "\u202e123", "'5", "5đ", "ước 5",
)  # fmt: skip
TEXTS = (
    "", " ", "\u200b", "A" * 32_000, "|;=|", "Ω" * 300, "Tổng cộng", "tong cong 5", "\ufeffA1", "A1\nA2", "=A1", "<b>", "&#0;",
    "NULL", "\\N", "\\.", "a\tb", "{}", "%s %(x)s", "'; drop table raw.cell; --", "1" * 400, "ĐẮK  LẮK",
    "(" * 20_000, "…" * 2000, "\U0001f600" * 50,
)  # fmt: skip
HEADERS = {
    "budget_year": ("2024", "2026", "năm 2024", "1899", "99999", 2024.5, "Năm ngân sách"),
    "period_start": ("31/12/2024", "01/01/1900", "30/02/2025", "45658", 45658, 1e300, "Quý I/2025", "-1"),
    "period_end": ("31/03/2024", "31/12/2025", "29/02/2025", 9.99e307, "tháng 13/2025", "quý V", "2025"),
    "unit": ("Cà Mau", "An Giang ", "X" * 30_000, "", "Long An (cũ)", "82", "long-an"),
    "sender_role": ("UBND", "Bộ", "", "Sở", "Sở Công Thương" * 900),
    "document_no": ("12/BC" * 4000, "\x01", "|", "", "112/BC-KC"),
    "money_unit": ("USD", "đồng", "tỷ đồng", "(" * 9000, "triệu" + " " * 9000, "nghìn tỷ"),
    "is_nil": ("x", "không", "?"), "is_withdrawal": ("x", "có", "…"), "cutoff_date": ("32/01/2025", "14/03/2099", 1e10),
}  # fmt: skip
PLACES = (b"XFD1048576", b"A1", b"ZZZ9", b"A0", b"a1")
FIXED = (
    b"NaN", b"inf", b"1e999", b"-1", b"99999999999", b"XFD1048576", b"A0", b"ZZZZZZZZ1", b"0", b'r=""', b"&lol;",
    b"\xff\xfe", b"<c>", b"</row>",
    b't="s"', b't="e"', b't="d"', b't="b"', b'count="4294967295"', b"<f>", b"<v/>", b"<mergeCell", b"\x00", b"]]>",
)  # fmt: skip


class Sound(NamedTuple):
    """What damage is done to: a workbook and a treasury extract that are whole, and the unit that the workbook is of."""

    book: bytes
    table: bytes
    unit: str


def mutants(seed: int, count: int, unit: str = "Long An") -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of damaged files, each made by one of the kinds below from a sound form of a unit."""
    chance = random.Random(seed)
    books = [form(header={"unit": unit}) for form in (kinh_phi, tien_do)]
    for number in range(count):
        kind = chance.choice(KINDS)
        ending, data = kind(chance, Sound(chance.choice(books), treasury(), unit))
        yield f"{number:05}-{kind.__name__.strip('_')}.{ending}", data


def treasury() -> bytes:
    """A sound treasury extract."""
    lines = ["Mẫu biểu;kho-bac 1", "Đơn vị báo cáo;Trung ương", "Cơ quan lập báo cáo;Kho bạc Nhà nước", "Số văn bản;15/KB",
             "Kỳ báo cáo từ;01/01/2025", "Kỳ báo cáo đến;31/03/2025", "Đơn vị tính;đồng", "",
             "Đơn vị;Mã đề án;Nội dung hoạt động;Tạm ứng lũy kế;Thanh toán lũy kế"]  # fmt: skip
    lines += [f"Long An;KCQG-2025-{n:04};A1;1.000.000;2.500.000,5" for n in range(20)]
    return "\n".join(lines).encode()


def _bytes(chance: random.Random, sound: Sound) -> tuple[str, bytes]:
    """Some bytes of the file as it lies on the disk."""
    return "xlsx", _scratched(chance, sound.book, chance.choice((1, 3, 30, 300)))


def _cut(chance: random.Random, sound: Sound) -> tuple[str, bytes]:
    data = chance.choice((sound.book, sound.table))
    start = chance.choice((0, 0, chance.randrange(len(data))))
    return chance.choice(("xlsx", "csv", "xls", "ods", "xlsb")), data[start : chance.randrange(start, len(data)) + 1]


def _part(chance: random.Random, sound: Sound) -> tuple[str, bytes]:
    """One part of the package, its bytes scratched, doubled, emptied, or with a text put into it."""
    parts = parts_of(sound.book)
    name = chance.choice(sorted(parts))
    part = parts[name]
    place = chance.randrange(len(part) + 1)
    parts[name] = chance.choice((
        lambda: _scratched(chance, part, chance.choice((1, 5, 50))), lambda: part + part, lambda: b"", lambda: part[:place],
        lambda: part[:place] + chance.choice(FIXED) + part[place:],
        lambda: re.sub(rb">[^<>]{1,12}<", lambda m: b">" + chance.choice(FIXED[:9]) + b"<", part, count=chance.randrange(1, 9)),
        lambda: re.sub(rb'r="[A-Z]+\d+"', b'r="%s"' % chance.choice(PLACES), part, count=3),
        lambda: re.sub(rb'\bs="\d+"', b's="%d"' % chance.choice((0, 99999, 4294967296)), part),
    ))()  # fmt: skip
    if chance.random() < 0.1:
        del parts[name]
    return "xlsx", packed(parts)


def _package(chance: random.Random, sound: Sound) -> tuple[str, bytes]:
    """The bytes of a compressed part, so that its zip says one thing and its content another."""
    spans = [m.start() for m in re.finditer(b"PK\x03\x04", sound.book)]
    start = chance.choice(spans) + chance.randrange(60)
    noise = bytes(chance.randrange(256) for _ in range(chance.choice((1, 4, 20))))
    return "xlsx", sound.book[:start] + noise + sound.book[start + 4 :]


def _cell(chance: random.Random, sound: Sound) -> tuple[str, bytes]:
    return "xlsx", _edited(sound.book, lambda sheet: _spoil_cells(chance, sheet))


def _header(chance: random.Random, sound: Sound) -> tuple[str, bytes]:
    name = chance.choice(sorted(HEADERS))
    form = chance.choice((kinh_phi, tien_do))
    return "xlsx", form(header={"unit": sound.unit, name: _writable(chance.choice(HEADERS[name]))})


def _structure(chance: random.Random, sound: Sound) -> tuple[str, bytes]:
    """Rows and columns moved, merged, hidden, repeated, or a cell far outside."""

    def change(sheet) -> None:
        chance.choice((
            lambda: sheet.insert_rows(chance.randrange(1, 30), chance.randrange(1, 4)),
            lambda: sheet.delete_rows(chance.randrange(1, 30), chance.randrange(1, 4)),
            lambda: sheet.insert_cols(chance.randrange(1, 9)), lambda: sheet.delete_cols(chance.randrange(1, 9)),
            lambda: sheet.merge_cells(f"A20:{chance.choice(('B', 'M', 'AN'))}{chance.randrange(21, 900)}"),
            lambda: sheet.cell(chance.choice((200_000, 1_048_576)), chance.choice((1, 700, 16_384)), 1),
            lambda: [sheet.cell(30 + n, 2, "Chi khác") for n in range(300)],
            lambda: [sheet.cell(21 + n, 4 + n % 9, "1.234") for n in range(2000)],
            lambda: setattr(sheet, "title", chance.choice(("A", "Kinh phí 2", "x" * 31))),
        ))()  # fmt: skip

    return "xlsx", _edited(sound.book, change)


def _text(chance: random.Random, sound: Sound) -> tuple[str, bytes]:
    """A delimited file: fields, quotes, delimiters, encodings, very long fields and rows."""
    text = sound.table.decode()
    lines = text.split("\n")
    line = chance.randrange(len(lines))
    lines[line] = chance.choice((
        lambda: lines[line] + str(chance.choice(NUMBERS)), lambda: '"' + lines[line],
        lambda: lines[line].replace(";", chance.choice("|,\t")),
        lambda: lines[line].replace("1.000.000", str(chance.choice(NUMBERS))), lambda: ";" * chance.choice((50, 5000, 200_000)),
        lambda: lines[line] + "y" * chance.choice((140_000, 200_000)), lambda: '"' + "z" * 140_000 + '"',
        lambda: "\x00" + lines[line],
        lambda: lines[line] + chance.choice(TEXTS), lambda: lines[line].replace("KCQG", chance.choice(TEXTS)),
    ))()  # fmt: skip
    encoding = chance.choice(("utf-8", "utf-8", "utf-8", "utf-16", "cp1258", "utf-32"))
    return chance.choice(("csv", "csv", "tsv")), "\n".join(lines).encode(encoding, "replace")


def _narrative(chance: random.Random, sound: Sound) -> tuple[str, bytes]:
    words = ("Trong 6 tháng đầu năm 2024, tỉnh Long An thực hiện", "12 đề án khuyến công", "với tổng kinh phí 2.450 triệu đồng",
             "trong đó: khuyến công quốc gia", "đạt 85,5 % kế hoạch", "tăng 12 % so với cùng kỳ",
             "Báo cáo kết quả hoạt động khuyến công")  # fmt: skip
    pieces = [str(chance.choice((*words, *words, *NUMBERS, *TEXTS))) for _ in range(chance.choice((3, 40, 400)))]
    text = chance.choice((" ", ", ", "\n", ". ", "<p>", "")).join(pieces)[:400_000]
    return chance.choice(("txt", "html", "md")), text.encode("utf-8", "replace")


KINDS = (_bytes, _cut, _part, _part, _package, _cell, _cell, _header, _structure, _text, _text, _narrative)


def parts_of(book: bytes) -> dict[str, bytes]:
    """The parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    """A package of parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return buffer.getvalue()


def _scratched(chance: random.Random, data: bytes, times: int) -> bytes:
    changed = bytearray(data)
    for _ in range(times):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _edited(book: bytes, change: Callable) -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(book))
    change(workbook.worksheets[0])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _spoil_cells(chance: random.Random, sheet) -> None:
    for _ in range(chance.choice((1, 1, 3, 20))):
        row, column = chance.randrange(1, sheet.max_row + 1), chance.randrange(1, sheet.max_column + 1)
        place = sheet.cell(row, column)
        if isinstance(place, openpyxl.cell.MergedCell):
            continue
        place.value = _writable(chance.choice((*NUMBERS, *NUMBERS, *TEXTS)))


def _writable(value: object) -> object:
    """What openpyxl lets into a cell."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", value)[:32_767] if isinstance(value, str) else value
