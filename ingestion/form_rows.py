"""The forms as rows of register.form and register.form_column, where statements and models read them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ingestion.form import Form
from ingestion.form_sheet import Column, ColumnPeriod, FormSheet
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


def load_forms_into(connection: Connection, forms: dict[str, Form]) -> None:
    """Write the forms to register.form and register.form_column, replacing what was there, in one transaction."""
    with connection, connection.cursor() as cursor:
        cursor.execute("delete from register.form_column")
        cursor.execute("delete from register.form where form_code <> all (%s)", (list(forms),))
        for form in forms.values():
            cursor.execute(read_statement(__package__, "write_form"), _form_row(form))
            columns = [_column_row(form, sheet, column) for sheet in form.sheets_ever for column in sheet.columns]
            cursor.executemany(read_statement(__package__, "write_form_column"), columns)


def _form_row(form: Form) -> dict[str, object]:
    return {
        "form_code": form.form_code, "form_name": form.form_name, "form_name_en": form.form_name_en,
        "form_version": form.version, "valid_from": form.valid_from, "legal_basis": form.legal_basis,
        "period_months": list(form.period_months), "is_line_form": form.is_line_form, "nil_allowed": form.nil_allowed,
        "has_document_no": form.has_document_no,
    }  # fmt: skip


def _period_row(period: ColumnPeriod | None) -> dict[str, object]:
    names = ("months_before", "months", "start", "end", "from_month", "to_month")
    row = {f"period_{name}": getattr(period, name, None) for name in names}
    is_before_end = period is not None and period.start is None and period.from_month is None
    return row if is_before_end else {**row, "period_months_before": None}


def _column_row(form: Form, sheet: FormSheet, column: Column) -> dict[str, object]:
    return {
        "form_code": form.form_code, "sheet_code": sheet.sheet_code, "column_name": column.name,
        "position": column.position, "column_type": column.type, "column_role": column.role, "header": column.headers[0],
        "header_group": column.group, "indicator_code": column.indicator, "fund_code": column.fund,
        "measure": column.measure, "fact": column.fact, "counts_as": column.counts_as,
        "counts_when": list(column.counts_when) or None, "blank": column.blank,
        "codes": json.dumps(column.keys, ensure_ascii=False) if column.keys else None,
        **_period_row(column.period),
    }  # fmt: skip
