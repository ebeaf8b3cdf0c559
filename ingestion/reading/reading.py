"""From landed bytes to schema raw: every receipt not read yet becomes submissions, or a finding that says why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from ingestion.findings import Finding, ReturnedFile, find
from ingestion.form import Form
from ingestion.forms import load_forms
from ingestion.landing.receipts import Receipt
from ingestion.raw import create_form_tables, write_findings, write_submission
from ingestion.raw_rows import SubmissionRows
from ingestion.readers.containers import kind_of
from ingestion.readers.delimited import read_delimited
from ingestion.readers.sheets import Sheet
from ingestion.readers.workbook import read_workbook
from ingestion.reading.narratives import read_narrative_file
from ingestion.reading.outcomes import FileRead, Outcome
from ingestion.reading.troubles import give_up, take_in_hand, trouble_of, write_trouble
from ingestion.register import Register
from ingestion.sheets.draft import Draft
from ingestion.sheets.identity import Identity
from ingestion.sheets.places import origin_of
from ingestion.sheets.submissions import read_sheets
from warehouse.settings import Settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


@dataclass(frozen=True)
class ReadingCounts:
    """What a reading came to: receipts read, submissions opened (and of these returned), files returned whole, findings, cells, and
    files that could not be read.
    """

    receipts: int = 0
    submissions: int = 0
    submissions_returned: int = 0
    receipts_returned: int = 0
    findings: int = 0
    cells: int = 0
    not_read: int = 0

    def __add__(self, other: ReadingCounts) -> ReadingCounts:
        return ReadingCounts(*map(add, astuple(self), astuple(other)))


def read_receipts(
    connection: Connection,
    settings: Settings,
    run_key: int,
    as_of: datetime,
    receipt_keys: Iterable[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ReadingCounts:
    """Read every receipt in state 'landed' received by `as_of`, in the order received; those of `receipt_keys` when given.

    Files are read side by side, each within limits (ingestion.reading.pool), and written one transaction a receipt, so that a
    submission is in raw whole or not at all and a broken night goes on where it stopped. What is wrong with a file, or what a file
    does to its reader, is a finding; what the machine could not do leaves the file for the next night, a few times. An exception
    here is our own failure, or a database that is gone.
    """
    from ingestion.reading.pool import ReaderPool, job_of

    create_form_tables(connection, load_forms(settings.forms, settings.register))
    give_up(connection, settings, run_key)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select receipt_key, claimed_unit_key, received_at, sha256, file_extension, folder_unit_key, location from raw.receipt
            where state = 'landed' and received_at <= %s and (%s::bigint[] is null or receipt_key = any (%s))
            order by received_at, sha256, receipt_key""",
            (as_of, *[None if receipt_keys is None else list(receipt_keys)] * 2),
        )
        receipts = [Receipt(*row) for row in cursor]
        take_in_hand(cursor, receipts[:1], run_key)
    counts = ReadingCounts()
    with ReaderPool(job_of(settings)) as pool:
        for number, (receipt, outcome) in enumerate(pool.outcomes(receipts), 1):
            following = receipts[number : number + 1]
            try:
                counts += _take(connection, settings, receipt, outcome, following, run_key)
            except (psycopg2.Error, ValueError) as error:
                counts += _take(connection, settings, receipt, trouble_of(error), following, run_key)
            if progress:
                progress(number, len(receipts))
    return counts


def read_file(
    data: bytes, receipt: Receipt, forms: dict[str, Form], register: Register, register_folder: Path
) -> tuple[list[Draft], list[Finding]]:
    """The submissions in one file's bytes and the findings about the file itself; nothing is written."""
    return read_file_by_sheets(data, receipt, forms, register, register_folder)[1:]


def read_file_by_sheets(
    data: bytes, receipt: Receipt, forms: dict[str, Form], register: Register, register_folder: Path
) -> tuple[list[Sheet], list[Draft], list[Finding]]:
    """As read_file, with the sheets as they were read; a running text has none."""
    try:
        kind = kind_of(data, receipt.file_extension)
        narrative = next((form for form in forms.values() if not form.sheets), None)
        if kind == "narrative" and narrative:
            return [], *read_narrative_file(data, narrative, receipt, register_folder)
        sheets = read_workbook(data) if kind == "workbook" else read_delimited(data, forms)
    except ReturnedFile as returned:
        return [], [], [returned.finding]
    origin = origin_of(receipt.location)
    drafts, findings = read_sheets(sheets, forms, register, receipt.claimed_unit_key, receipt.received_at, origin)
    for draft in drafts:
        if receipt.folder_unit_key and draft.identity and draft.identity.unit_key != receipt.folder_unit_key:
            folder = register.unit_texts.get(receipt.folder_unit_key, receipt.folder_unit_key)
            written = draft.header["unit"].written
            draft.findings.append(find("unit_of_another_folder", written=written, expected=folder))
    return sheets, drafts, findings


def _take(
    connection: Connection, settings: Settings, receipt: Receipt, outcome: Outcome, following: list[Receipt], run_key: int
) -> ReadingCounts:
    """Write what became of one file, and that the file after it is in hand, in one transaction."""
    with connection, connection.cursor() as cursor:
        if isinstance(outcome, FileRead):
            counts = _write(cursor, receipt, outcome)
        else:
            n_returned = int(write_trouble(cursor, settings, receipt, outcome, run_key))
            counts = ReadingCounts(receipts=1, receipts_returned=n_returned, findings=n_returned, not_read=1)
        take_in_hand(cursor, following, run_key)
        return counts


def _write(cursor: Cursor, receipt: Receipt, read: FileRead) -> ReadingCounts:
    """Write what one receipt gave; a form equal to the latest submission of its identity opens none, if that one was accepted and
    is not taken out.
    """
    opened = returned = cells = 0
    about_file = list(read.findings)
    is_nothing_wrong = not any(finding.verdict == "return" for finding in about_file)
    for rows in read.submissions:
        if rows.identity is None:
            about_file += rows.findings
            is_nothing_wrong = False
            continue
        if _equals_latest(cursor, rows, rows.identity, receipt):
            i = rows.identity
            what = f"{rows.form_code}, {i.unit_key}, {i.period_end:%m/%Y}"
            about_file.append(find("same_as_latest", written=what))
            continue
        write_submission(cursor, rows, receipt.receipt_key, receipt.received_at, receipt.sha256)
        opened += 1
        returned += rows.is_returned
        cells += rows.n_cells
    write_findings(cursor, about_file, receipt.receipt_key, None)
    state = "read" if opened or is_nothing_wrong else "returned"
    cursor.execute("update raw.receipt set state = %s where receipt_key = %s", (state, receipt.receipt_key))
    n_findings = len(about_file) + sum(len(rows.findings) for rows in read.submissions if rows.identity)
    return ReadingCounts(1, opened, returned, int(state == "returned"), n_findings, cells)


def _equals_latest(cursor: Cursor, rows: SubmissionRows, identity: Identity, receipt: Receipt) -> bool:
    cursor.execute(
        read_statement(__package__, "latest_of_identity"),
        {
            "form_code": rows.form_code, "unit_key": identity.unit_key, "period_end": identity.period_end,
            "sender_role": identity.sender_role, "document_no": identity.document_no, "received_at": receipt.received_at,
            "sha256": receipt.sha256,
        },
    )  # fmt: skip
    return cursor.fetchone() == (receipt.sha256, "accept", False)
