"""The checks of the door over one file, without a warehouse: the same SQL, asked of the rows that the file would be in schema raw.

Great Expectations is not imported: it judges a night's files in PostgreSQL, and takes seconds to say what is wrong with one.
"""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal

from expectations.door.checks import checks_of
from expectations.door.rows import Check
from ingestion.findings import Finding, find
from ingestion.raw_rows import submission_tables
from ingestion.register import Register
from ingestion.sheets.draft import Draft

# What checks ask for beside the tables of a submission.
SUBMISSION = ("submission", ("money_factor",))
READER_FINDINGS = ("finding", ("sheet_code", "row_number", "column_name", "found_by", "verdict"))
NUMBERS = frozenset({"row_number", "value", "decimals", "money_factor"})
ASKED = frozenset({"line", "cell", "submission_column"})


def findings_of(draft: Draft, register: Register) -> list[Finding]:
    """What the door says of a submission as read, beside the reader's own findings; nothing where it cannot be told whose it is.

    Left out is what only a warehouse can know: whether the same document came for another period.
    """
    if draft.identity is None or not draft.form.sheets:
        return []
    places = {
        (table.form_sheet.sheet_code, name): table for table in draft.tables for name in table.positions
    }
    texts = {(line.sheet_code, line.row_number): line.texts for lines in draft.lines.values() for line in lines.lines}
    found = []
    with contextlib.closing(_rows_of(draft)) as connection:
        for check in checks_of(draft.form, register):
            for sheet_code, row_number, column_name, written, expected in _failing(connection, check):
                table = places.get((sheet_code, column_name))
                typed = texts.get((sheet_code, row_number), {}).get(column_name)
                found.append(
                    find(
                        check.finding_code,
                        sheet_name=table.sheet.name if table else None,
                        cell=table.address(column_name, row_number) if table else None,
                        sheet_code=sheet_code,
                        row_number=row_number,
                        column_name=column_name,
                        written=typed if written is None else written,
                        expected=expected or None,
                    )
                )
    return found


def _failing(connection: sqlite3.Connection, check: Check) -> Iterator[tuple[str, int, str, str | None, str | None]]:
    if check.needs_others:
        return
    rows = check.rows.format(scope="true", line_scope="true")
    yield from connection.execute(
        f"select sheet_code, row_number, column_name, written, expected from ({rows}) order by sheet_code, row_number, column_name"
    )


def _rows_of(draft: Draft) -> sqlite3.Connection:
    """A database in memory with schema raw as the checks ask for it, and this submission in it as number 1."""
    connection = sqlite3.connect(":memory:")
    connection.create_function("trunc", 1, _without_decimals, deterministic=True)
    connection.create_function("array_to_string", 2, _joined, deterministic=True)
    connection.execute("attach database ':memory:' as raw")
    for table, columns, rows in submission_tables(draft):
        if table in ASKED:
            _fill(connection, table, columns, rows)
    _fill(connection, *SUBMISSION, [(draft.identity.money_factor if draft.identity else None,)])
    told = ((f.sheet_code, f.row_number, f.column_name, "reader", f.verdict) for f in draft.findings)
    _fill(connection, *READER_FINDINGS, told)
    return connection


def _without_decimals(number: float | None) -> float | None:
    return None if number is None else math.copysign(math.floor(abs(number)), number)


def _joined(array: str | None, mark: str) -> str | None:
    return None if array is None else mark.join(array.strip("{}").split(","))


def _fill(
    connection: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> None:
    types = ", ".join(f"{name} {'numeric' if name in NUMBERS else 'blob'}" for name in columns)
    connection.execute(f"create table raw.{table} (submission_key integer, {types})")
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"insert into raw.{table} values (1, {marks})",
        ([str(value) if isinstance(value, Decimal) else value for value in row] for row in rows),
    )
    if "row_number" in columns:
        connection.execute(f"create index raw.{table}_place on {table} (submission_key, sheet_code, row_number)")
