"""`kc submit`: a few files through door and rules, with their findings at once. A dry run works on a copy of the warehouse."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from khuyencong.nights import finish_night, only_night, run_station, start_night
from khuyencong.settings import Settings

# Reasons that lie in the file itself; of the others the sender can mend nothing.
MENDABLE = ("missing_term", "missing_value", "nothing_to_compare", "unreadable", "missing_counterpart")
MOST_UNDECIDED = 10
STATIONS_OF_A_SUBMISSION = ("read", "door", "build", "reconcile")


def submit(
    settings: Settings,
    paths: list[Path],
    received_at: datetime,
    *,
    dry_run: bool = False,
    unit_key: str | None = None,
    is_archive: bool = False,
) -> dict[str, Any]:
    """{dry_run, files: [{path, verdict (accept | return), submissions, findings, flags, undecided}]} for the files at `paths`.

    The files are landed under source `submit`; tonight's release takes them up. With `dry_run` everything happens in a copy of
    the database and a temporary landing, both dropped at the end: the findings are the same and nothing is written.
    `is_archive`: reports of past years, which are not late although they come today.
    """
    from ingestion.landing import land
    from khuyencong.stations import STATIONS
    from khuyencong.warehouse import open_warehouse

    with (
        _place_of_work(settings, open_warehouse(settings), dry_run) as (place, warehouse),
        only_night(warehouse) as connection,
    ):
        night = start_night(place, warehouse, connection, received_at, received_at)
        arrivals = [_arrival(path, unit_key, received_at, is_archive, place.landing) for path in paths]
        with connection, connection.cursor() as cursor:
            land(cursor, arrivals, night.run_key)
        work = dict(STATIONS)
        for position, name in enumerate(STATIONS_OF_A_SUBMISSION, 1):
            run_station(night, name, position, work[name])
        finish_night(night, received_at, is_whole=False)
        files = [_outcome(connection, path, arrival) for path, arrival in zip(paths, arrivals, strict=True)]
        return {"dry_run": dry_run, "files": files}


@contextmanager
def _place_of_work(settings: Settings, warehouse: Any, dry_run: bool) -> Iterator[tuple[Settings, Any]]:
    """The warehouse itself or, for a dry run, a copy of its database with a landing of its own."""
    if not dry_run:
        yield settings, warehouse
        return
    import psycopg2

    from khuyencong.warehouse import connect

    copy = f"{warehouse.dbname}_dry_run"
    admin = connect(warehouse, dbname="postgres")
    admin.autocommit = True
    folder = Path(tempfile.mkdtemp(prefix="kc-dry-run-"))
    try:
        with admin.cursor() as cursor:
            cursor.execute(f'drop database if exists "{copy}" with (force)')
            try:
                cursor.execute(f'create database "{copy}" template "{warehouse.dbname}"')
            except psycopg2.errors.ObjectInUse as error:
                raise RuntimeError(
                    "A dry run copies the warehouse, and something else is working on it. Try again when it is done."
                ) from error
        yield replace(settings, home=folder), replace(warehouse, dbname=copy)
    finally:
        with admin.cursor() as cursor:
            cursor.execute(f'drop database if exists "{copy}" with (force)')
        admin.close()
        shutil.rmtree(folder, ignore_errors=True)


def _arrival(path: Path, unit_key: str | None, received_at: datetime, is_archive: bool, landing: Path) -> Any:
    from ingestion.landing import Arrival, keep

    data = path.read_bytes()
    return Arrival(
        source_code="submit",
        location=path.name,
        claimed_unit_key=unit_key,
        sender=None,
        received_at=received_at,
        sha256=keep(data, path.name, landing),
        byte_count=len(data),
        is_archive=is_archive,
    )


def _outcome(connection: Any, path: Path, arrival: Any) -> dict[str, Any]:
    """What became of one file: its newest receipt, submissions, findings, and the flags on them."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select receipt_key, state from raw.receipt where source_code = %s and location = %s
            order by receipt_key desc limit 1""",
            (arrival.source_code, arrival.location),
        )
        receipt_key, state = cursor.fetchone()
        cursor.execute(
            """select finding_code, verdict, sheet_name, cell_address, written, expected, message_vi, message_en
            from raw.finding where receipt_key = %s order by finding_key""",
            (receipt_key,),
        )
        names = [column.name for column in cursor.description]
        findings = [dict(zip(names, row, strict=True)) for row in cursor]
        cursor.execute(
            """select submission_key, form_code, unit_key, period_end, door_verdict from raw.submission
            where receipt_key = %s order by submission_key""",
            (receipt_key,),
        )
        names = [column.name for column in cursor.description]
        submissions = [dict(zip(names, row, strict=True)) for row in cursor]
        cursor.execute(
            """select flag_id, severity, explanation_vi, explanation_en from checks.flag
            where closed_run is null and submission_key = any (%s) order by severity, flag_id""",
            ([submission["submission_key"] for submission in submissions],),
        )
        names = [column.name for column in cursor.description]
        flags = [dict(zip(names, row, strict=True)) for row in cursor]
    is_returned = state == "returned" or any(s["door_verdict"] == "return" for s in submissions)
    return {
        "path": str(path),
        "verdict": "return" if is_returned else "accept",
        "submissions": submissions,
        "findings": findings,
        "flags": flags,
        "undecided": _undecided(connection, submissions),
    }


def _undecided(connection: Any, submissions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the rules could not compare though the file gives one side of it, with a reason that the sender can mend."""
    from khuyencong.rule_report import undecided_verdicts

    keys = [submission["submission_key"] for submission in submissions]
    rows = undecided_verdicts(connection, submissions=keys, one_sided=True)
    names = ("rule_id", "scope", "reason", "left_value", "right_value", "rule_name", "rule_name_en", "sentence_vi", "sentence_en")
    return [{name: row[name] for name in names} for row in rows if row["reason"] in MENDABLE]


def print_submitted(document: dict[str, Any]) -> None:
    """A few sentences a file, in Vietnamese and English."""
    from khuyencong.cli.output import console

    out = console()
    for file in document["files"]:
        word = "RETURNED / TRẢ LẠI" if file["verdict"] == "return" else "accepted at the door / đã nhận"
        out.print(f"{file['path']}: {word}", markup=False, style="bold")
        for item in file["findings"]:
            out.print(f"  {item['message_vi']}\n    {item['message_en']}", markup=False)
        for item in file["flags"]:
            out.print(f"  [{item['severity']}] {item['explanation_vi']}\n    {item['explanation_en']}", markup=False)
        for item in file["undecided"][:MOST_UNDECIDED]:
            scope = f" ({item['scope'].replace(';', ', ')})" if item["scope"] else ""
            out.print(f"  [?] {item['rule_name']}{scope}: {item['sentence_vi']}.", markup=False)
            out.print(f"    {item['rule_name_en']}{scope}: {item['sentence_en']}.", markup=False)
        if (left := len(file["undecided"]) - MOST_UNDECIDED) > 0:
            out.print(f"  [?] và {left} chỗ khác không so sánh được (--json). / {left} more that cannot be compared.", markup=False)
        if not file["findings"] and not file["flags"] and not file["undecided"]:
            out.print("  Không có gì phải sửa. / Nothing to correct.", markup=False)
    if document["dry_run"]:
        out.print("Dry run: nothing was written.")
