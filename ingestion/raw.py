"""Rows into schema raw: one table a form, made from its YAML, and the tables common to all forms, filled by COPY."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from psycopg2 import sql

from ingestion.findings import Finding
from ingestion.forms import Form
from ingestion.submissions import Draft
from ingestion.text import column_letter

LINE_KEYS = (
    "line_unit_key", "place_unit_key", "fund_code", "activity_code", "indicator_code", "project_key", "establishment_key",
    "effect_code", "state_code",
)  # fmt: skip
CELL_COLUMNS = (
    "submission_key", "sheet_code", "row_number", "column_name", "reading", "value", "decimals", "qualifier", "is_estimated",
    "alternatives",
)  # fmt: skip
FINDING_COLUMNS = (
    "receipt_key", "submission_key", "found_by", "finding_code", "verdict", "sheet_name", "cell_address", "sheet_code",
    "row_number", "column_name", "written", "expected", "message_vi", "message_en",
)  # fmt: skip
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": ""})


def create_form_tables(connection: Any, forms: dict[str, Form]) -> None:
    """Make the raw table of each form that lacks one, and add columns that its YAML gained; nothing is ever dropped."""
    with connection, connection.cursor() as cursor:
        for form in forms.values():
            if not form.sheets:
                continue
            table = sql.Identifier("raw", form.table_name)
            cursor.execute(
                sql.SQL(
                    """create table if not exists {} (
                        submission_key bigint not null references raw.submission, sheet_code text not null,
                        row_number integer not null, primary key (submission_key, sheet_code, row_number))"""
                ).format(table)
            )
            cursor.execute(
                "select column_name from information_schema.columns where table_schema = 'raw' and table_name = %s",
                (form.table_name,),
            )
            there = {name for (name,) in cursor}
            for name in form.raw_columns:
                if name not in there:
                    cursor.execute(sql.SQL("alter table {} add column {} text").format(table, sql.Identifier(name)))
            comment = f"{form.form_name_en}, as typed: one row a source line. {form.legal_basis}"
            cursor.execute(sql.SQL("comment on table {} is {}").format(table, sql.Literal(comment)))


def write_draft(cursor: Any, draft: Draft, receipt_key: int, received_at: Any, sha256: str) -> int:
    """Write a submission with its lines, cells, columns, header and findings; returns its submission_key.

    The caller holds the transaction; the draft must have an identity.
    """
    submission_key = _write_submission(cursor, draft, receipt_key, received_at, sha256)
    form = draft.form
    copy_rows(
        cursor,
        "submission_header",
        ("submission_key", "field_name", "sheet_name", "cell_address", "written"),
        ((submission_key, c.field_name, c.sheet_name, c.cell_address, c.written) for c in draft.header.values()),
    )
    copy_rows(
        cursor,
        "submission_column",
        ("submission_key", "sheet_code", "sheet_name", "column_name", "column_letter", "header_written", "money_factor"),
        (
            (submission_key, t.form_sheet.sheet_code, t.sheet.name, name, column_letter(t.sheet.first_column + position),
             t.headers[name], t.money_factors.get(name))
            for t in draft.tables
            for name, position in t.positions.items()
        ),
    )  # fmt: skip
    lines = [line for table_lines in draft.lines.values() for line in table_lines.lines]
    if form.sheets:
        copy_rows(
            cursor,
            form.table_name,
            ("submission_key", "sheet_code", "row_number", *form.raw_columns),
            ((submission_key, n.sheet_code, n.row_number, *map(n.texts.get, form.raw_columns)) for n in lines),
        )
    copy_rows(
        cursor,
        "line",
        ("submission_key", "sheet_code", "row_number", "line_kind", *LINE_KEYS),
        ((submission_key, n.sheet_code, n.row_number, n.line_kind, *map(n.keys.get, LINE_KEYS)) for n in lines),
    )
    copy_rows(
        cursor,
        "cell",
        CELL_COLUMNS,
        (
            (submission_key, sheet_code, row_number, column_name, r.reading, r.value, r.decimals, r.qualifier,
             r.is_estimated, "{" + ",".join(map(str, r.alternatives)) + "}" if r.alternatives else None)
            for sheet_code, table_lines in draft.lines.items()
            for row_number, column_name, r in table_lines.cells
        ),
    )  # fmt: skip
    write_findings(cursor, draft.findings, receipt_key, submission_key)
    return submission_key


def _write_submission(cursor: Any, draft: Draft, receipt_key: int, received_at: Any, sha256: str) -> int:
    i = draft.identity
    cursor.execute(
        """insert into raw.submission (receipt_key, form_code, form_version, unit_key, sender_role, document_no,
            document_date, budget_year, period_start, period_end, cutoff_date, money_unit, money_factor, is_estimated, is_nil,
            nil_reason, is_withdrawal, received_at, sha256, door_verdict)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning submission_key""",
        (receipt_key, draft.form.form_code, draft.version, i.unit_key, i.sender_role, i.document_no, i.document_date,
         i.budget_year, i.period_start, i.period_end, i.cutoff_date, i.money_unit, i.money_factor, i.is_estimated, i.is_nil,
         i.nil_reason, i.is_withdrawal, received_at, sha256, "return" if draft.is_returned else "accept"),
    )  # fmt: skip
    return cursor.fetchone()[0]


def write_findings(
    cursor: Any, findings: Iterable[Finding], receipt_key: int, submission_key: int | None, found_by: str = "reader"
) -> None:
    """Write findings about a receipt, or about one submission of it."""
    copy_rows(
        cursor,
        "finding",
        FINDING_COLUMNS,
        (
            (receipt_key, submission_key, found_by, f.code, f.verdict, f.sheet_name, f.cell_address, f.sheet_code,
             f.row_number, f.column_name, f.written, f.expected, f.message_vi, f.message_en)
            for f in findings
        ),
    )  # fmt: skip


def copy_rows(cursor: Any, table: str, columns: tuple[str, ...], rows: Iterable[tuple]) -> None:
    """COPY rows into a table of schema raw; None is null, everything else its text. Nothing is sent when there are no rows."""
    buffer = io.StringIO()
    for row in rows:
        buffer.write("\t".join(map(_field, row)))
        buffer.write("\n")
    if buffer.tell():
        buffer.seek(0)
        statement = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier("raw", table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        cursor.copy_expert(statement, buffer)


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    return value.translate(ESCAPES) if isinstance(value, str) else str(value)
