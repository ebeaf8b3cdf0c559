"""Small submissions written straight into schema raw, for tests of what comes after reading."""

from __future__ import annotations

import hashlib
import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from psycopg2.extras import execute_values

from ingestion.form import Form
from ingestion.form_rows import load_forms_into
from ingestion.forms import load_forms
from ingestion.sheets.own_codes import dimension_key
from warehouse.settings import TIMEZONE

PROJECT = Path(__file__).resolve().parents[2]
FORMS, REGISTER = PROJECT / "ingestion" / "forms", PROJECT / "dbt_project" / "register"
MARKS = {None: "blank", "-": "zero_mark", "…": "missing_mark", "x": "not_applicable", "#REF!": "formula_error"}


@dataclass
class RawBuilder:
    """Inserts nights and submissions through one psycopg2 connection; every cell not named is blank."""

    connection: Any
    forms: dict[str, Form] = field(default_factory=lambda: load_forms(FORMS, REGISTER))
    numbers: Any = field(default_factory=lambda: count(1))

    def load_forms(self) -> None:
        """Fill register.form and register.form_column."""
        load_forms_into(self.connection, self.forms)

    def night(self, as_of: datetime) -> int:
        """Open a run; returns its run_key."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(
                "insert into release.run (as_of, started_at) values (%s, %s) returning run_key", (as_of, as_of)
            )
            return cursor.fetchone()[0]

    def submit(
        self,
        form_code: str,
        unit_key: str,
        period_end: date,
        lines: Sequence[Mapping[str, Any]] = (),
        *,
        sender_role: str = "so",
        received_at: datetime | None = None,
        period_start: date | None = None,
        money_factor: int = 1_000_000,
        door_verdict: str = "accept",
        document_no: str = "",
        document_date: date | None = None,
        cutoff_date: date | None = None,
        is_nil: bool = False,
        is_withdrawal: bool = False,
    ) -> int:
        """One submission. A line is {kind, sheet, activity, indicator, fund, project, establishment, unit, effect, codes, cells};
        a cell is a number, a text of digits (its decimals count), or a mark of MARKS. Returns submission_key."""
        form = self.forms[form_code]
        received_at = received_at or datetime.combine(period_end + timedelta(days=20), datetime.min.time(), TIMEZONE)
        sha256 = hashlib.sha256(f"{form_code}|{unit_key}|{next(self.numbers)}".encode()).hexdigest()
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(
                """insert into raw.receipt (source_code, location, claimed_unit_key, received_at, sha256, byte_count,
                file_extension, state) values ('test', %s, %s, %s, %s, 1, 'xlsx', 'read') returning receipt_key""",
                (sha256, unit_key, received_at, sha256),
            )
            receipt_key = cursor.fetchone()[0]
            cursor.execute(
                """insert into raw.submission (receipt_key, form_code, form_version, unit_key, sender_role, document_no,
                document_date, budget_year, period_start, period_end, cutoff_date, money_unit, money_factor, is_nil,
                is_withdrawal, received_at, sha256, door_verdict)
                values (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s) returning submission_key""",
                (receipt_key, form_code, form.version, unit_key, sender_role, document_no, document_date,
                 period_end.year, period_start or date(period_end.year, 1, 1), period_end, cutoff_date, form.money_unit,
                 money_factor, is_nil, is_withdrawal, received_at, sha256, door_verdict),
            )  # fmt: skip
            submission_key = cursor.fetchone()[0]
            for sheet in form.sheets:
                execute_values(
                    cursor,
                    "insert into raw.submission_column values %s",
                    [
                        (submission_key, sheet.sheet_code, sheet.sheet_name, c.name, _letters(c.position), c.headers[0], None)
                        for c in sheet.columns
                    ],
                )
            for row_number, line in enumerate(lines, 8):
                self._line(cursor, form, submission_key, row_number, line)
            return submission_key

    def _line(self, cursor: Any, form: Form, submission_key: int, row_number: int, line: Mapping[str, Any]) -> None:
        sheet = next(s for s in form.sheets if s.sheet_code == line.get("sheet", form.sheets[0].sheet_code))
        codes = line.get("codes", {})
        cursor.execute(
            """insert into raw.line (submission_key, sheet_code, row_number, line_kind, line_unit_key, fund_code,
            activity_code, indicator_code, project_key, establishment_key, effect_code, codes, dimension_key)
            values (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)""",
            (submission_key, sheet.sheet_code, row_number, line.get("kind", "detail"), line.get("unit"),
             line.get("fund", sheet.line_fund), line.get("activity"), line.get("indicator"), line.get("project"),
             line.get("establishment"), line.get("effect"), json.dumps(codes) if codes else None, dimension_key(codes, sheet)),
        )  # fmt: skip
        unknown = set(line.get("cells", {})) - set(sheet.column_by_name)
        assert not unknown, f"no such column: {unknown}"
        rows = []
        for column in sheet.columns:
            if column.is_quantity:
                written = line.get("cells", {}).get(column.name)
                reading = MARKS.get(written, "number")
                decimals = len(str(written).partition(".")[2]) if reading == "number" else None
                value = str(written) if reading == "number" else None
                rows.append((submission_key, sheet.sheet_code, row_number, column.name, reading, value, decimals))
        execute_values(
            cursor,
            "insert into raw.cell (submission_key, sheet_code, row_number, column_name, reading, value, decimals) values %s",
            rows,
        )


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def _letters(position: int) -> str:
    letters = ""
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
