"""From landed bytes to schema raw: every receipt not read yet becomes submissions, or a finding that says why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.findings import Finding, ReturnedFile, find
from ingestion.forms import Form, load_forms
from ingestion.landing import Receipt, landed_path
from ingestion.narratives import read_narrative_file, write_mentions
from ingestion.raw import create_form_tables, write_draft, write_findings
from ingestion.readers.containers import kind_of
from ingestion.readers.delimited import read_delimited
from ingestion.readers.workbook import read_workbook
from ingestion.register import Register, load_register
from ingestion.submissions import Draft, read_sheets
from khuyencong.settings import Settings


@dataclass(frozen=True)
class ReadingCounts:
    """What a reading came to: receipts read, submissions opened (and of these returned), files returned whole, findings, cells."""

    receipts: int = 0
    submissions: int = 0
    submissions_returned: int = 0
    receipts_returned: int = 0
    findings: int = 0
    cells: int = 0


def read_receipts(
    connection: Any,
    settings: Settings,
    run_key: int,
    as_of: datetime,
    receipt_keys: Iterable[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ReadingCounts:
    """Read every receipt in state 'landed' received by `as_of`, in the order received; those of `receipt_keys` when given.

    One transaction a receipt, so that a submission is in raw whole or not at all and a broken night goes on where it stopped.
    What is wrong with a file is a finding; an exception here is our own failure.
    """
    forms, register = load_forms(settings.forms), load_register(settings.register)
    create_form_tables(connection, forms)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select receipt_key, claimed_unit_key, received_at, sha256, file_extension, folder_unit_key from raw.receipt
            where state = 'landed' and received_at <= %s and (%s::bigint[] is null or receipt_key = any (%s))
            order by received_at, sha256, receipt_key""",
            (as_of, *[None if receipt_keys is None else list(receipt_keys)] * 2),
        )
        receipts = [Receipt(*row) for row in cursor]
    counts = ReadingCounts()
    for number, receipt in enumerate(receipts, 1):
        data = landed_path(settings.landing, receipt.sha256, receipt.file_extension).read_bytes()
        drafts, findings = read_file(data, receipt, forms, register, settings.register)
        with connection, connection.cursor() as cursor:
            counts = _write(cursor, receipt, drafts, findings, counts)
        if progress:
            progress(number, len(receipts))
    return counts


def read_file(
    data: bytes, receipt: Receipt, forms: dict[str, Form], register: Register, register_folder: Path
) -> tuple[list[Draft], list[Finding]]:
    """The submissions in one file's bytes and the findings about the file itself; nothing is written."""
    try:
        kind = kind_of(data, receipt.file_extension)
        if kind == "narrative":
            form = next(form for form in forms.values() if not form.sheets)
            return read_narrative_file(data, form, receipt, register_folder)
        sheets = read_workbook(data) if kind == "workbook" else read_delimited(data, forms)
    except ReturnedFile as returned:
        return [], [returned.finding]
    drafts, findings = read_sheets(sheets, forms, register, receipt.claimed_unit_key, receipt.received_at)
    for draft in drafts:
        if receipt.folder_unit_key and draft.identity and draft.identity.unit_key != receipt.folder_unit_key:
            folder = register.unit_texts.get(receipt.folder_unit_key, receipt.folder_unit_key)
            written = draft.header["unit"].written
            draft.findings.append(find("unit_of_another_folder", written=written, expected=folder))
    return drafts, findings


def _write(
    cursor: Any, receipt: Receipt, drafts: list[Draft], findings: list[Finding], counts: ReadingCounts
) -> ReadingCounts:
    """Write what one receipt gave; a form equal to the latest accepted submission of its identity opens none."""
    opened = returned = cells = 0
    about_file = list(findings)
    is_nothing_wrong = not any(finding.verdict == "return" for finding in findings)
    for draft in drafts:
        if draft.identity is None:
            about_file += draft.findings
            is_nothing_wrong = False
            continue
        if _equals_latest(cursor, draft, receipt):
            i = draft.identity
            what = f"{draft.form.form_code}, {i.unit_key}, {i.period_end:%m/%Y}"
            about_file.append(find("same_as_latest", written=what))
            continue
        submission_key = write_draft(cursor, draft, receipt.receipt_key, receipt.received_at, receipt.sha256)
        if draft.narrative:
            write_mentions(cursor, submission_key, draft.narrative)
        opened += 1
        returned += draft.is_returned
        cells += sum(len(lines.cells) for lines in draft.lines.values())
    write_findings(cursor, about_file, receipt.receipt_key, None)
    state = "read" if opened or is_nothing_wrong else "returned"
    cursor.execute("update raw.receipt set state = %s where receipt_key = %s", (state, receipt.receipt_key))
    return replace(
        counts,
        receipts=counts.receipts + 1,
        submissions=counts.submissions + opened,
        submissions_returned=counts.submissions_returned + returned,
        receipts_returned=counts.receipts_returned + (state == "returned"),
        findings=counts.findings + len(about_file) + sum(len(draft.findings) for draft in drafts if draft.identity),
        cells=counts.cells + cells,
    )


def _equals_latest(cursor: Any, draft: Draft, receipt: Receipt) -> bool:
    i = draft.identity
    cursor.execute(
        """select sha256, door_verdict from raw.submission
        where (form_code, unit_key, period_end, sender_role, document_no) = (%s, %s, %s, %s, %s)
            and (received_at, sha256) <= (%s, %s)
        order by received_at desc, sha256 desc, submission_key desc limit 1""",
        (draft.form.form_code, i.unit_key, i.period_end, i.sender_role, i.document_no, receipt.received_at, receipt.sha256),
    )
    return cursor.fetchone() == (receipt.sha256, "accept")
