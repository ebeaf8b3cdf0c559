"""The door judges what was read: findings become rows, and a submission with a finding that returns it is returned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.door.checks import checks_of
from expectations.door.suites import Judged, collecting_sql, validate
from ingestion.findings import catalogue
from ingestion.forms import load_forms
from ingestion.register import load_register
from warehouse.address import Warehouse, connect
from warehouse.settings import Settings, read_settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


@dataclass(frozen=True)
class DoorCounts:
    """What the door did: submissions judged, findings of the door, submissions returned among them."""

    submissions: int = 0
    findings: int = 0
    returned: int = 0


def judge(
    warehouse: Warehouse,
    connection: Connection,
    run_key: int,
    submission_keys: Iterable[int] | None = None,
    settings: Settings | None = None,
) -> DoorCounts:
    """Judge the submissions that no night has judged yet, or of these only `submission_keys`; one validation a form.

    Findings, verdicts and the mark that they were judged are one transaction; a night that broke off judges them again.
    Raises RuntimeError when a check cannot be made: that is our failure, never a province's.
    """
    chosen = None if submission_keys is None else list(submission_keys)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select form_code, submission_key from raw.submission
            where door_run is null and (%s::bigint[] is null or submission_key = any (%s)) order by 1, 2""",
            (chosen, chosen),
        )
        waiting = cursor.fetchall()
    judged = _judged(settings or read_settings(), waiting)
    failed = validate(warehouse, judged) if judged else {}
    findings = 0
    keys = [key for _, key in waiting]
    with connection, connection.cursor() as cursor:
        cursor.execute("delete from raw.finding where found_by = 'door' and submission_key = any (%s)", (keys,))
        for each in judged:
            for check in failed[each.form.form_code]:
                entry = catalogue()[check.finding_code]
                cursor.execute(
                    collecting_sql(check, each.form),
                    {"keys": list(each.submission_keys), "code": check.finding_code, **entry},
                )
                findings += cursor.rowcount
        cursor.execute(
            read_statement(__package__, "judge_submissions"),
            {"run_key": run_key, "submissions": keys},
        )
        returned = sum(verdict == "return" for (verdict,) in cursor)
    return DoorCounts(len(waiting), findings, returned)


def build_data_docs(settings: Settings, warehouse: Warehouse) -> Path:
    """Write the Data Docs of the submissions that the newest judging night judged; returns the index page.

    Raises LookupError when no submission has been judged.
    """
    connection = connect(warehouse)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                """select form_code, submission_key from raw.submission
                where door_run = (select max(door_run) from raw.submission) order by 1, 2"""
            )
            rows = cursor.fetchall()
    finally:
        connection.close()
    judged = _judged(settings, rows)
    if not judged:
        raise LookupError("The door has judged no submission yet; run kc nightly first.")
    folder = settings.home / "data_docs"
    validate(warehouse, judged, folder)
    return folder / "index.html"


def _judged(settings: Settings, rows: list[tuple[str, int]]) -> list[Judged]:
    """Forms with their submissions and checks; narratives have no lines, so nothing of them is judged here."""
    forms, register = load_forms(settings.forms, settings.register), load_register(settings.register)
    return [
        Judged(forms[code], tuple(key for _, key in group), tuple(checks_of(forms[code], register)))
        for code, group in groupby(rows, key=lambda row: row[0])
        if code in forms and forms[code].sheets
    ]
