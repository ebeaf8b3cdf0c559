"""Files that could not be read: each gets a finding with what to do, and a row of raw.read_trouble for the desk.

A file that stops its readers goes back to its sender. Bytes that landing lost or that changed there are quarantined and taken again
from their source. What the machine could not do is tried on a few nights, then quarantined. So nothing stays landed for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from ingestion.findings import Finding, find
from ingestion.landing.receipts import Receipt, landed_path
from ingestion.raw import write_findings
from ingestion.reading.outcomes import OF_THE_BYTES, OF_THE_FILE, FileTrouble
from warehouse.parameters import read_parameters
from warehouse.rows import single_value
from warehouse.settings import Settings

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


# SQLSTATE classes: what the server refuses because of the rows, and what it has no room for.
OF_THE_ROWS, OF_THE_ROOM = ("22", "23", "54"), ("53",)


def trouble_of(error: psycopg2.Error | ValueError) -> FileTrouble:
    """What a file is charged with when its rows could not be written; raises the error itself when it speaks of neither the rows
    nor the room for them, and the night cannot go on.
    """
    from warehouse.journal import sentence_of  # readers, which import this module too, do without a log

    state = getattr(error, "pgcode", None) or ""
    if isinstance(error, ValueError) or state[:2] in OF_THE_ROWS:
        return FileTrouble("file_not_stored", sentence_of(error)[:500])
    if state[:2] in OF_THE_ROOM:
        return FileTrouble("machine", sentence_of(error)[:500])
    raise error


def take_in_hand(cursor: Cursor, receipts: Sequence[Receipt], run_key: int) -> None:
    """Count this night for the receipts that are written next: should the night end here without a word, the count tells."""
    cursor.execute(
        """update raw.receipt set nights_tried = nights_tried + 1, tried_run = %s
        where receipt_key = any (%s) and tried_run is distinct from %s""",
        (run_key, [receipt.receipt_key for receipt in receipts], run_key),
    )


def give_up(connection: Connection, settings: Settings, run_key: int) -> None:
    """Quarantine the receipts at which as many nights ended without a word."""
    most_nights = _most_nights(settings)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select receipt_key, claimed_unit_key, received_at, sha256, file_extension, folder_unit_key, location from raw.receipt
            where state = 'landed' and nights_tried >= %s and tried_run is distinct from %s""",
            (most_nights, run_key),
        )
        for row in cursor.fetchall():
            trouble = FileTrouble("machine", "the night ended while this file was in hand")
            _write(cursor, Receipt(*row), trouble, run_key, "quarantined", most_nights)


def write_trouble(cursor: Cursor, settings: Settings, receipt: Receipt, trouble: FileTrouble, run_key: int) -> bool:
    """Say what kept a file from being read; whether it went back to its sender. The caller holds the transaction."""
    most_nights = _most_nights(settings)
    if trouble.cause in OF_THE_FILE:
        state = "returned"
    elif trouble.cause in OF_THE_BYTES:
        state = "quarantined"
        _ask_again(cursor, settings.landing, receipt)
    else:
        cursor.execute("select nights_tried from raw.receipt where receipt_key = %s", (receipt.receipt_key,))
        state = "quarantined" if single_value(cursor) >= most_nights else "landed"
    _write(cursor, receipt, trouble, run_key, state, most_nights)
    return state == "returned"


def _most_nights(settings: Settings) -> int:
    return int(read_parameters(settings)["read_nights"])


def _write(cursor: Cursor, receipt: Receipt, trouble: FileTrouble, run_key: int, state: str, most_nights: int) -> None:
    from warehouse.journal import say

    finding = _finding(cursor, receipt, trouble, state, most_nights)
    if state != "landed":
        found_by = "landing" if trouble.cause in OF_THE_BYTES else "reader"
        write_findings(cursor, [finding], receipt.receipt_key, None, found_by)
        cursor.execute("update raw.receipt set state = %s where receipt_key = %s", (state, receipt.receipt_key))
    cursor.execute(
        """insert into raw.read_trouble (receipt_key, run_key, cause, detail, state_after, sentence_vi, sentence_en)
        values (%s, %s, %s, %s, %s, %s, %s)""",
        (receipt.receipt_key, run_key, trouble.cause, trouble.detail, state, finding.message_vi, finding.message_en),
    )
    say("file_not_read", level="warning", run=run_key, receipt=receipt.receipt_key, cause=trouble.cause, outcome=state)


def _finding(cursor: Cursor, receipt: Receipt, trouble: FileTrouble, state: str, most_nights: int) -> Finding:
    cursor.execute("select location from raw.receipt where receipt_key = %s", (receipt.receipt_key,))
    code = "machine_waits" if state == "landed" else trouble.cause
    return find(code, written=single_value(cursor), detail=trouble.detail, expected=most_nights)


def _ask_again(cursor: Cursor, landing: Path, receipt: Receipt) -> None:
    """Let the next pull take the file again, whatever version its source shows; what is left of the bytes is kept aside."""
    path = landed_path(landing, receipt.sha256, receipt.file_extension)
    if path.exists():
        path.replace(path.with_name(f"{path.name}.damaged"))
    cursor.execute(
        """update raw.source_file as known set file_state = 'failed', version = null from raw.receipt
        where receipt.receipt_key = %s
            and (known.source_code, known.location) = (receipt.source_code, receipt.location)""",
        (receipt.receipt_key,),
    )
    cursor.execute("update raw.receipt set is_asked_again = true where receipt_key = %s", (receipt.receipt_key,))
