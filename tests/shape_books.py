"""Small workbooks of invented forms whose tables have shapes of their own, cell by cell, and what is read of them."""

import datetime
import io

import openpyxl
from book_builder import HEADER, PROJECT

from ingestion.form_parts import header_of
from ingestion.form_words import codes_of
from ingestion.forms import form_of
from ingestion.known_words import read_yaml
from ingestion.landing.receipts import Receipt
from ingestion.reading.reading import read_file
from ingestion.register import load_register
from ingestion.register_rows import read_tables

FOLDER = PROJECT / "dbt_project" / "register"
FIELDS = header_of(read_yaml(PROJECT / "ingestion" / "forms" / "_header.yml"), "_header.yml")
LABELS = {field.name: field.labels[0] for field in FIELDS}


def key(name, header, **words):
    """A dimension of the form's own."""
    return {"name": name, "headers": [header], "type": "code", "role": "key", "required": True, **words}


def money(name, header, indicator="KC-E05", **words):
    """A column of figures."""
    return {"name": name, "headers": [header], "type": "money", "role": "figure", "indicator": indicator, "fund": "KCQG",
            "measure": "ytd", "blank": "zero", **words}  # fmt: skip


def sheet(code, columns, **words):
    """A form sheet; its lines are told apart by its dimensions."""
    keys = [column["name"] for column in columns if column["role"] == "key"]
    return {"sheet_code": code, "sheet_name": "Data", "line_key": keys, "columns": columns, **words}


def form(*sheets, **words):
    """A form of these sheets, read from its YAML."""
    entry = {
        "form_code": "shapes", "form_name": "Hình", "form_name_en": "Shapes", "version": "1",
        "valid_from": datetime.date(2024, 1, 1), "legal_basis": "-", "titles": ["Return of shapes"], "period_months": [3, 6, 9, 12],
        "identity": ["unit", "period"], "money_unit": "triệu đồng", "nil_allowed": True, "sheets": list(sheets), **words,
    }  # fmt: skip
    return form_of(entry, "shapes.yml", FIELDS, codes_of(read_tables(FOLDER)))


def book(grids, merged=()):
    """The bytes of a workbook: a cover that says whose it is, and sheets of rows; `merged` are ranges of the first of them."""
    made = openpyxl.Workbook()
    cover = made.active
    cover.title = "Cover"
    for name, value in {"form_mark": "shapes 1", "money_unit": "triệu đồng", **HEADER}.items():
        cover.append([LABELS[name], value])
    for title, rows in grids.items():
        page = made.create_sheet(title)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row, 1):
                if cell is not None:
                    page.cell(number, place, cell)
    for each in merged:
        made[next(iter(grids))].merge_cells(each)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def read(made, rows, merged=(), **more):
    """The one submission in a workbook whose sheet Data has these rows."""
    data = book({"Data": rows, **more}, merged)
    receipt = Receipt(1, "long-an", datetime.datetime.fromisoformat("2025-04-20T09:00:00+07:00"), "0" * 64, "xlsx")
    drafts, findings = read_file(data, receipt, {made.form_code: made}, load_register(FOLDER), FOLDER)
    assert findings == []
    return drafts[0]


def figures(draft, kind="detail"):
    """Address of each filled quantity cell → (the line's own dimensions, the value), of lines of a kind."""
    found = {}
    for table in draft.tables:
        lines = draft.lines[table.form_sheet.sheet_code]
        by_row = {line.row_number: line for line in lines.lines}
        for row, name, reading in lines.cells:
            if by_row[row].line_kind == kind and reading.reading != "blank":
                found[table.address(name, row)] = (by_row[row].keys.get("dimension_key", ""), reading.value)
    return found


def said(draft):
    """(code, verdict) of the findings, without the one about the order of things."""
    return [(f.code, f.verdict) for f in draft.findings]
