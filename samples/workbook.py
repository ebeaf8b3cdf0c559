"""Documents as .xlsx files: titles, header block, table with merged group headers, total line, signatures."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from ingestion.form_sheet import FormSheet
from samples.documents import Document, SheetPart, Spot

TITLES = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập – Tự do – Hạnh phúc",
    "(Ban hành kèm theo văn bản của đơn vị báo cáo)",
)
FIXED = datetime(1980, 1, 1)  # the date in the file's properties: the same document must give the same bytes


def workbook_bytes(document: Document) -> tuple[bytes, dict[Spot, tuple[str, str]]]:
    """The file, and for each cell of its tables the sheet name and address where it stands."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd/mm/yyyy", "strings_to_formulas": False})
    book.set_properties({"created": FIXED, "author": document.office})
    formats = {
        "title": book.add_format({"bold": True, "align": "center"}),
        "head": book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1}),
        "total": book.add_format({"bold": True, "top": 1}),
    }
    places: dict[Spot, tuple[str, str]] = {}
    for n, part in enumerate(document.sheets):
        form_sheet = next(sheet for sheet in document.form.sheets if sheet.sheet_code == part.sheet_code)
        sheet = book.add_worksheet(part.name)
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 2, 34)
        row = _write_top(sheet, document, n, formats)
        row = _write_table_header(sheet, form_sheet, row, document.merges_header, formats["head"])
        row = _write_lines(sheet, form_sheet, part, n, row, places, formats["total"])
        _write_signatures(sheet, document, row + 1)
    book.close()
    return stream.getvalue(), places


def _write_top(sheet: Any, document: Document, position: int, formats: dict[str, Any]) -> int:
    """Rows above the table; returns the next free row. The header block stands on the first sheet only."""
    row = 0
    for title in (TITLES * 3)[: document.habit.title_rows + document.extra_titles]:
        sheet.write_string(row, 1, title)
        row += 1
    title = document.form.titles[0]
    if position:
        title = f"{title} – {document.sheets[position].name}"
    sheet.merge_range(row, 0, row, 5, title.upper(), formats["title"])
    row += 2
    if position:
        return row
    for field in document.form.header_fields:
        value = document.header.get(field.name)
        if value is not None:
            sheet.write_string(row, 1, field.labels[0])
            _write(sheet, row, 2, value, None)
            row += 1
    return row + 1


def _write_table_header(sheet: Any, form_sheet: FormSheet, row: int, merges_wide: bool, head: Any) -> int:
    """One or two header rows; a group's name is merged over its columns, other headers over both rows."""
    columns = form_sheet.columns
    if not any(column.group for column in columns):
        height = 1 if not merges_wide else 2
        for n, column in enumerate(columns):
            if height == 1:
                sheet.write_string(row, n, column.headers[0], head)
            else:
                sheet.merge_range(row, n, row + 1, n, column.headers[0], head)
        return row + height
    n = 0
    while n < len(columns):
        group = columns[n].group
        if group is None:
            sheet.merge_range(row, n, row + 1, n, columns[n].headers[0], head)
            n += 1
            continue
        end = n
        while end + 1 < len(columns) and columns[end + 1].group == group:
            end += 1
        if end > n:
            sheet.merge_range(row, n, row, end, group, head)
        else:
            sheet.write_string(row, n, group, head)
        for m in range(n, end + 1):
            sheet.write_string(row + 1, m, columns[m].headers[0], head)
        n = end + 1
    return row + 2


def _write_lines(
    sheet: Any,
    form_sheet: FormSheet,
    part: SheetPart,
    position: int,
    row: int,
    places: dict[Spot, tuple[str, str]],
    total: Any,
) -> int:
    """The lines of the table; notes where each cell stands; returns the next free row."""
    names = [column.name for column in form_sheet.columns]
    for m, line in enumerate(part.lines):
        look = total if line.kind == "total" else None
        for n, name in enumerate(names):
            if name in line.values:
                places[position, m, name] = (part.name, xl_rowcol_to_cell(row, n))
                _write(sheet, row, n, line.values[name], look)
        row += 1
    return row


def _write_signatures(sheet: Any, document: Document, row: int) -> None:
    signed = document.header["document_date"]
    sheet.write_string(row, 1, f"Ngày {signed:%d} tháng {signed:%m} năm {signed:%Y}")
    sheet.write_string(row + 1, 1, "NGƯỜI LẬP BIỂU")
    sheet.write_string(row + 1, 3, "THỦ TRƯỞNG ĐƠN VỊ")
    sheet.write_string(row + 2, 3, "(Ký, ghi rõ họ tên, đóng dấu)")


def _write(sheet: Any, row: int, column: int, value: Any, look: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value, look)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, look)
    else:
        sheet.write_number(row, column, value, look)
