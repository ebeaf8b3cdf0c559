"""Many invented reports written straight into schema raw, as ingestion leaves them, for benches of what comes after."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bench.judged_form import Line
from ingestion.form import Form
from ingestion.raw import copy_rows
from ingestion.raw_rows import CELL_COLUMNS, LINE_KEYS
from ingestion.written.text import column_letter
from warehouse.settings import TIMEZONE, Settings

if TYPE_CHECKING:
    from warehouse.connections import Connection


FIRST_YEAR, FIRST_ROW = 2024, 8


def provinces(settings: Settings) -> list[str]:
    """unit_key of every province of the register."""
    with (settings.register / "units.csv").open(encoding="utf-8", newline="") as file:
        return [row["unit_key"] for row in csv.DictReader(file) if row["unit_kind"] == "province"]


def fill(connection: Connection, form: Form, reports: Sequence[Sequence[Line]], units: Sequence[str]) -> None:
    """Submissions 1… into schema raw as ingestion leaves them (less the text as typed, which no model reads), and a night.

    Each is of a unit and month of its own, without blanks.
    """
    when = [(units[i % len(units)], _month_end(i // len(units))) for i in range(len(reports))]
    received = [datetime.combine(end + timedelta(days=20), datetime.min.time(), TIMEZONE) for _, end in when]
    keys = range(1, len(reports) + 1)
    with connection, connection.cursor() as cursor:
        as_of = max(received) + timedelta(days=1)
        cursor.execute("insert into release.run (as_of, started_at) values (%s, %s)", (as_of, as_of))
        copy_rows(
            cursor, "receipt",
            ("receipt_key", "source_code", "location", "received_at", "sha256", "byte_count", "file_extension", "state"),
            ((key, "bench", key, received[key - 1], f"{key:064}", 1, "xlsx", "read") for key in keys),
        )  # fmt: skip
        copy_rows(
            cursor, "submission",
            ("submission_key", "receipt_key", "form_code", "form_version", "unit_key", "sender_role", "budget_year",
             "period_start", "period_end", "money_unit", "money_factor", "received_at", "sha256"),
            ((key, key, form.form_code, form.version, unit, "so", end.year, date(end.year, 1, 1), end, form.money_unit,
              1_000_000, received[key - 1], f"{key:064}") for key, (unit, end) in zip(keys, when, strict=True)),
        )  # fmt: skip
        copy_rows(
            cursor, "submission_column",
            ("submission_key", "sheet_code", "sheet_name", "column_name", "column_letter", "header_written"),
            ((key, sheet.sheet_code, sheet.sheet_name, column.name, column_letter(column.position), column.headers[0])
             for key in keys for sheet in form.sheets for column in sheet.columns),
        )  # fmt: skip
        copy_rows(
            cursor, "line", ("submission_key", "sheet_code", "row_number", "line_kind", *LINE_KEYS),
            ((key, sheet, row, kind, *map(line_keys.get, LINE_KEYS))
             for key, lines in zip(keys, reports, strict=True)
             for row, (sheet, kind, line_keys, _) in enumerate(lines, FIRST_ROW)),
        )  # fmt: skip
        copy_rows(
            cursor, "cell", ("submission_key", *CELL_COLUMNS),
            ((key, sheet, row, column, "number", number, 0, "exact", False, None)
             for key, lines in zip(keys, reports, strict=True)
             for row, (sheet, _, _, cells) in enumerate(lines, FIRST_ROW)
             for column, number in cells.items()),
        )  # fmt: skip


def _month_end(months: int) -> date:
    years, month = divmod(months + 1, 12)
    return date(FIRST_YEAR + years, month + 1, 1) - timedelta(days=1)
