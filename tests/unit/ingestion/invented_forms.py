"""Small forms that no country has, and workbooks of any cells, to be read without a database."""

import copy
import datetime
import io

import openpyxl
from book_builder import PROJECT

from ingestion.form_parts import header_of
from ingestion.form_words import codes_of
from ingestion.forms import form_of
from ingestion.known_words import read_yaml
from ingestion.landing.receipts import Receipt
from ingestion.reading.reading import read_file
from ingestion.register import load_register
from ingestion.register_rows import read_tables

FOLDER = PROJECT / "dbt_project" / "register"
REGISTER = load_register(FOLDER)
HEADER = header_of(read_yaml(PROJECT / "ingestion" / "forms" / "_header.yml"), "_header.yml")
CODES = codes_of(read_tables(FOLDER))
RECEIVED = datetime.datetime.fromisoformat("2025-10-20T09:00:00+07:00")
NO_MARK = {"name": "form_mark", "labels": ["Return no."], "type": "text", "required": False}


def constant(name, type_, value):
    """A header field that the form says itself."""
    return {"name": name, "type": type_, "places": [{"at": "constant", "value": value}]}


SENDER = constant("sender_role", "sender_role", "Sở Công Thương")
MONEY = constant("money_unit", "money_unit", "triệu đồng")
UNIT = {"name": "unit", "labels": ["Province"], "type": "unit", "required": True}
PERIOD = {"name": "period", "labels": ["Period"], "type": "span", "required": True}
ACTIVITY = {"name": "activity", "headers": ["Work"], "type": "activity", "role": "key", "required": True}


def figure(name, *headers, **keys):
    """A column of money disbursed of the provincial fund, cumulative."""
    return {"name": name, "headers": list(headers), "type": "money", "role": "figure", "indicator": "KC-E05", "fund": "KCDP-T",
            "measure": "ytd", "blank": "zero", **keys}  # fmt: skip


def invented(*header, code="grants", columns=None, sheets=None, **keys):
    """A form of one sheet with works and what was paid for them; `header` are its own header fields."""
    sheet = {"sheet_code": "works", "sheet_name": "Works", "line_key": ["activity"],
             "columns": columns or [ACTIVITY, figure("paid", "Paid")]}  # fmt: skip
    entry = {
        "form_code": code, "form_name": "Báo cáo tài trợ", "form_name_en": "Grants", "version": "2",
        "valid_from": datetime.date(2024, 1, 1), "legal_basis": "-", "titles": [], "period_months": list(range(1, 13)),
        "identity": ["unit", "period"], "money_unit": "triệu đồng", "nil_allowed": True, "header": list(header),
        "sheets": sheets or [sheet], **keys,
    }  # fmt: skip
    return form_of(copy.deepcopy(entry), f"{code}.yml", HEADER, CODES)


def workbook(**sheets):
    """The bytes of a workbook: sheet name → rows of cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_forms(data, *forms, location="", received=RECEIVED):
    """(submissions, findings about the file) of bytes that lay at a place."""
    receipt = Receipt(1, None, received, "0" * 64, "xlsx", location=location)
    return read_file(data, receipt, {form.form_code: form for form in forms}, REGISTER, FOLDER)


def read_one(data, form, **options):
    """The only submission of a workbook of one form, of which there is nothing to say."""
    drafts, findings = read_forms(data, form, **options)
    assert findings == [] and len(drafts) == 1
    assert [f.message_en for f in drafts[0].findings if f.verdict == "return"] == []
    return drafts[0]
