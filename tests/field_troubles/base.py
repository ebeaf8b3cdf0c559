"""The forms that troubles are built into, and what is read of a file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
from book_builder import FORMS, PROJECT, address, first_line, kinh_phi, make_book, tien_do
from mutants import packed, parts_of

from ingestion.landing.receipts import Receipt
from ingestion.reading.reading import read_file
from ingestion.register import load_register

REGISTER = PROJECT / "dbt_project" / "register"
KNOWN = load_register(REGISTER)
RECEIVED = datetime(2025, 4, 20, tzinfo=UTC)
MONEY = FORMS["kinh-phi"].sheets[0]
PROGRESS = FORMS["tien-do"].sheets[0]
RESULTS = FORMS["ket-qua"].sheets[0]
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS = "xl/sharedStrings.xml"
WATCHED = address(MONEY, "kcdp_t_disbursed")  # the money form's first disbursed amount: 10.5 triệu in the unspoilt file
Made = tuple[str, bytes]  # file extension and bytes


@dataclass(frozen=True)
class Seen:
    """What came out of a file: its submissions, every finding."""

    drafts: list
    findings: list

    @property
    def is_returned(self) -> bool:
        return not self.drafts or any(draft.is_returned or draft.identity is None for draft in self.drafts)

    def codes(self, verdict: str | None = None) -> set[str]:
        return {finding.code for finding in self.findings if verdict in (None, finding.verdict)}

    def details(self, sheet_code: str) -> list:
        tables = [draft.lines[sheet_code] for draft in self.drafts if sheet_code in draft.lines]
        return [line for table in tables for line in table.lines if line.line_kind == "detail"]

    def reading(self, sheet_code: str, column: str, line: int):
        """(reading, đồng a unit) of the cell of a column in the detail line of that number; None where no such cell was read."""
        for draft in self.drafts:
            table = next((table for table in draft.tables if table.form_sheet.sheet_code == sheet_code), None)
            if table is None or line >= len(self.details(sheet_code)):
                continue
            row = self.details(sheet_code)[line].row_number
            for number, name, reading in draft.lines[sheet_code].cells:
                if (number, name) == (row, column):
                    factor = table.money_factors.get(column, draft.identity.money_factor)
                    return reading, factor if table.form_sheet.column_by_name[column].type == "money" else 1
        return None

    def value(self, sheet_code: str, column: str, line: int) -> Decimal | None:
        """The value of a cell: amounts in đồng, counts and percentages as they are."""
        found = self.reading(sheet_code, column, line)
        return None if found is None or found[0].value is None else found[0].value * found[1]


def read(made: Made) -> Seen:
    """A file read as a night reads it."""
    extension, data = made
    drafts, findings = read_file(data, Receipt(0, None, RECEIVED, "", extension), FORMS, KNOWN, REGISTER)
    return Seen(drafts, [*findings, *(finding for draft in drafts for finding in draft.findings)])


def money(edit: Callable | None = None, **options) -> Made:
    """The money form; `edit` is given its first sheet."""
    return "xlsx", kinh_phi(edit=None if edit is None else lambda book: edit(book.worksheets[0]), **options)


def progress(lines: list | None = None, edit: Callable | None = None, **options) -> Made:
    """The progress form; `edit` is given its sheet."""
    return "xlsx", tien_do(lines, edit=None if edit is None else lambda book: edit(book.worksheets[0]), **options)


def results(lines: list, edit: Callable | None = None, **options) -> Made:
    """The form of results by indicator."""
    made = make_book(
        FORMS["ket-qua"], {"results": lines}, edit=None if edit is None else lambda book: edit(book.worksheets[0]), **options
    )
    return "xlsx", made


def two_projects(**first: object) -> list[dict[str, object]]:
    """Two lines of the progress form, the first with what is given."""
    one = {
        "position": 1, "project_code": "KCQG-2025-0001", "project_name": "Máy ép gỗ", "activity": "A3",
        "contract_date": "15/02/2025", "plan": 300, "contracted": 300, "disbursed": 90, "state": "Đang thực hiện",
    }  # fmt: skip
    other = one | {"position": 2, "project_code": "KCQG-2025-0002", "project_name": "Lò gốm", "disbursed": 12.5}
    return [one | first, other]


def part(change: Callable[[bytes], bytes], name: str = SHEET, book: bytes | None = None) -> Made:
    """A workbook with one part of its package changed."""
    parts = parts_of(book or kinh_phi())
    parts[name] = change(parts.get(name, b""))
    return "xlsx", packed(parts)


def cell_xml(xml: str, place: str = WATCHED, book: bytes | None = None) -> Made:
    """The money form with the XML of one cell replaced; {r} is its address."""
    found = re.compile(rb'<c r="%s"[^>]*?(?:/>|>.*?</c>)' % place.encode())

    def change(part: bytes) -> bytes:
        assert len(found.findall(part)) == 1
        return found.sub(xml.format(r=place).encode(), part)

    return part_of_sheet(change, book)


def with_shared_texts(book: bytes) -> dict[str, bytes]:
    """The parts of a workbook, its texts moved from the cells into a part of shared texts."""
    parts, texts = parts_of(book), []

    def moved(match: re.Match[bytes]) -> bytes:
        texts.append(match[2])
        return match[1] + b' t="s"><v>%d</v></c>' % (len(texts) - 1)

    for name in [name for name in parts if name.startswith("xl/worksheets/")]:
        parts[name] = re.sub(rb'(<c r="[A-Z]+\d+"(?: s="\d+")?) t="inlineStr"><is>(<t[^>]*>.*?</t>)</is></c>', moved, parts[name])
    items = b"".join(b"<si>%s</si>" % text for text in texts)
    parts[STRINGS] = b'<sst xmlns="%s" count="%d">%s</sst>' % (MAIN.encode(), len(texts), items)
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
        b'Target="sharedStrings.xml"/></Relationships>',
    )
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    )
    return parts


def part_of_sheet(change: Callable[[bytes], bytes], book: bytes | None = None) -> Made:
    """A workbook with the XML of its first sheet changed."""
    return part(change, SHEET, book)


def rows_of(book: bytes) -> list[list[object]]:
    """The cells of a workbook's first sheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    return [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]


def text_rows(lines: list | None = None, **options) -> list[list[str]]:
    """The progress form as rows of texts, numbers with a decimal comma."""
    rows = rows_of(tien_do(two_projects() if lines is None else lines, **options))
    return [[str(cell).replace(".", ",") if isinstance(cell, float) else str(cell) for cell in row] for row in rows]


def joined(rows: list[list[str]], delimiter: str = ";", end: str = "\r\n") -> str:
    """Rows as delimited text, quoted where need be."""
    quoted = [
        [f'"{cell}"' if delimiter in cell or "\n" in cell or '"' in cell else cell for cell in row] for row in rows
    ]
    return end.join(delimiter.join(row) for row in quoted) + end


def line_row(sheet, line: int = 0) -> int:
    """The row of a line of the money form."""
    return first_line(MONEY) + line
