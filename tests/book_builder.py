"""Small workbooks of a form for tests, from the same YAML as the product, to be spoilt on purpose."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl

from ingestion.form import Form
from ingestion.form_sheet import Column, FormSheet
from ingestion.forms import load_forms
from ingestion.written.text import cell_address

PROJECT = Path(__file__).resolve().parent.parent
FORMS = load_forms(PROJECT / "ingestion" / "forms", PROJECT / "dbt_project" / "register")
TITLE_ROW, HEADER_ROW = 1, 20
HEADER = {
    "unit": "Long An",
    "sender_role": "Sở Công Thương",
    "period_start": "01/01/2025",
    "period_end": "31/03/2025",
}
ACTIVITY_LINES = [("Đào tạo nghề, truyền nghề", 1), ("Chi khác", 11)]


def first_line(sheet: FormSheet) -> int:
    """The row of the first line below the header of a sheet made here."""
    return HEADER_ROW + (2 if any(column.group for column in sheet.columns) else 1)


def address(sheet: FormSheet, column_name: str, line: int = 0) -> str:
    """Where a line's cell of a column lies in a sheet made here."""
    return cell_address(first_line(sheet) + line, sheet.column_by_name[column_name].position - 1)


def make_book(
    form: Form,
    lines: dict[str, list[dict[str, object]]],
    header: dict[str, object] | None = None,
    edit: Callable[[openpyxl.Workbook], None] | None = None,
    mark: str | None = None,
) -> bytes:
    """The bytes of a workbook of a form: header block on every sheet, merged group headers, lines; `edit` spoils it last."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    values = {"form_mark": mark or f"{form.form_code} {form.version}", "money_unit": form.money_unit, **HEADER, **(header or {})}
    for form_sheet in form.sheets:
        sheet = book.create_sheet(form_sheet.sheet_name)
        sheet.cell(TITLE_ROW, 1, form.titles[0].upper())
        for row, field in enumerate((f for f in form.header_fields if values.get(f.name) is not None), 2):
            sheet.cell(row, 2, field.labels[0])
            sheet.cell(row, 3, values[field.name])
        _write_header(sheet, form_sheet)
        for index, line in enumerate(lines.get(form_sheet.sheet_code, [])):
            for name, value in line.items():
                sheet.cell(first_line(form_sheet) + index, form_sheet.column_by_name[name].position, value)
    if edit:
        edit(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_header(sheet, form_sheet: FormSheet) -> None:
    start: Column | None = None
    for column in (*form_sheet.columns, None):
        group = column.group if column else None
        if start and start.group and group != start.group:
            last = column.position - 1 if column else len(form_sheet.columns)
            sheet.cell(HEADER_ROW, start.position, start.group)
            if last > start.position:
                sheet.merge_cells(start_row=HEADER_ROW, end_row=HEADER_ROW, start_column=start.position, end_column=last)
        if column and (start is None or group != start.group):
            start = column
        if column:
            sheet.cell(HEADER_ROW + (1 if group else 0), column.position, column.headers[0])


def kinh_phi(**options) -> bytes:
    """A province's money form with two activities and a total: disbursed 10,5 and 0 of the provincial fund."""
    lines = [
        {"position": 1, "activity": name, "kcdp_t_plan": 20 * n, "kcdp_t_disbursed": 10.5 if n == 1 else 0, "kcqg_disbursed": "-"}
        for name, n in ACTIVITY_LINES
    ]
    lines.append({"activity": "Tổng cộng", "kcdp_t_plan": 240, "kcdp_t_disbursed": 10.5})
    projects = [{"indicator_code": "KC-P07", "indicator": "Số đề án KCĐP được phê duyệt", "kcdp_t": 3}]
    return make_book(FORMS["kinh-phi"], {"money": lines, "projects": projects}, **options)


def tien_do(lines: list[dict[str, object]] | None = None, **options) -> bytes:
    """A unit's progress form with one project under contract."""
    default = {
        "project_code": "KCQG-2025-0001", "activity": "A3", "contract_date": "15/02/2025", "plan": 300, "contracted": 300,
        "disbursed": 90, "state": "Đang thực hiện",
    }  # fmt: skip
    return make_book(FORMS["tien-do"], {"progress": [default] if lines is None else lines}, **options)
