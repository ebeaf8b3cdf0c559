"""Rows into schema raw: one table a form, made from its YAML, and the tables common to all forms, filled by COPY."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg2 import sql

from ingestion.findings import Finding
from ingestion.form import Form
from ingestion.raw_rows import SubmissionRows, copy_text
from warehouse.rows import single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


FINDING_COLUMNS = (
    "receipt_key", "submission_key", "found_by", "finding_code", "verdict", "sheet_name", "cell_address", "sheet_code",
    "row_number", "column_name", "written", "expected", "message_vi", "message_en",
)  # fmt: skip


def create_form_tables(connection: Connection, forms: dict[str, Form]) -> None:
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


def write_submission(cursor: Cursor, rows: SubmissionRows, receipt_key: int, received_at: datetime, sha256: str) -> int:
    """Write a submission with its lines, cells, columns, header, mentions and findings; returns its submission_key.

    The caller holds the transaction; the submission must have an identity.
    """
    identity = rows.identity
    if identity is None:
        raise ValueError(f"A submission of {rows.form_code} has no identity: it is not written.")
    cursor.execute(
        read_statement(__package__, "open_submission"),
        {
            "receipt_key": receipt_key, "form_code": rows.form_code, "form_version": rows.form_version,
            "unit_key": identity.unit_key, "sender_role": identity.sender_role, "document_no": identity.document_no,
            "document_date": identity.document_date, "budget_year": identity.budget_year,
            "period_start": identity.period_start, "period_end": identity.period_end, "cutoff_date": identity.cutoff_date,
            "money_unit": identity.money_unit, "money_factor": identity.money_factor,
            "is_estimated": identity.is_estimated, "is_nil": identity.is_nil, "nil_reason": identity.nil_reason,
            "is_withdrawal": identity.is_withdrawal, "received_at": received_at, "sha256": sha256,
            "door_verdict": "return" if rows.is_returned else "accept",
        },
    )  # fmt: skip
    submission_key: int = single_value(cursor)
    for table, columns, text in rows.texts:
        copy_prefixed(cursor, table, ("submission_key", *columns), f"{submission_key}\t", text)
    write_findings(cursor, rows.findings, receipt_key, submission_key)
    return submission_key


def write_findings(
    cursor: Cursor, findings: Iterable[Finding], receipt_key: int, submission_key: int | None, found_by: str = "reader"
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


def copy_rows(cursor: Cursor, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY rows into a table of schema raw; None is null, everything else its text. Nothing is sent when there are no rows."""
    copy_prefixed(cursor, table, columns, "", copy_text(rows))


def copy_prefixed(cursor: Cursor, table: str, columns: tuple[str, ...], prefix: str, text: str) -> None:
    """COPY rows in text format into a table of schema raw, each begun by `prefix`; nothing is sent when there are none."""
    if not text:
        return
    if prefix:  # a line break inside a field is written as two characters, so each one here ends a row
        text = prefix + text[:-1].replace("\n", f"\n{prefix}") + "\n"
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier("raw", table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    cursor.copy_expert(statement, io.StringIO(text))
