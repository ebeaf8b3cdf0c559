"""Landing: bytes are kept once, named by their sha256, with a receipt for every time a place shows bytes that are new there."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ingestion.findings import Finding
from ingestion.raw import write_findings
from warehouse.rows import single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


@dataclass(frozen=True)
class Arrival:
    """One file whose bytes are kept: where it was seen, who claims it, when it came; `finding` when it goes straight back.

    `is_archive`: handed in as an archive of past periods, so that its reports are not late.
    """

    source_code: str
    location: str
    claimed_unit_key: str | None
    sender: str | None
    received_at: datetime
    sha256: str
    byte_count: int
    folder_unit_key: str | None = None
    finding: Finding | None = None
    is_archive: bool = False

    @property
    def file_extension(self) -> str:
        return extension_of(self.location)


@dataclass(frozen=True)
class Receipt:
    """What the reader must know of a receipt."""

    receipt_key: int
    claimed_unit_key: str | None
    received_at: datetime
    sha256: str
    file_extension: str
    folder_unit_key: str | None = None
    location: str = ""


def extension_of(location: str) -> str:
    """The ending of a file's name in lower case, `none` where it has none that could be one."""
    ending = PurePosixPath(location).suffix.lower().lstrip(".")
    return ending if re.fullmatch(r"\w{1,16}", ending) else "none"


def landed_path(landing_dir: Path, sha256: str, file_extension: str) -> Path:
    """Where the bytes of a sha256 lie: landing/<first 2>/<sha256>.<ext>."""
    return landing_dir / sha256[:2] / f"{sha256}.{file_extension}"


def keep(data: bytes, location: str, landing_dir: Path) -> str:
    """Put bytes where their sha256 says, whole or not at all; returns the sha256."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = landed_path(landing_dir, sha256, extension_of(location))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    return sha256


def land(cursor: Cursor, arrivals: Collection[Arrival], run_key: int | None) -> dict[tuple[str, str], int]:
    """Open receipts for arrivals whose bytes are kept; returns {(source_code, location): receipt_key} of those opened.

    A receipt is opened when a place (source and location) shows bytes other than those last seen there; the same again only
    raises times_seen. The caller commits.
    """
    # A pull beside a night must not open two receipts for one arrival.
    cursor.execute("lock table raw.receipt in share row exclusive mode")
    cursor.execute(
        read_statement(__package__, "last_receipts"),
        {"sources": list({arrival.source_code for arrival in arrivals})},
    )
    last = {(source, location): (receipt_key, sha256) for source, location, receipt_key, sha256 in cursor}
    opened: dict[tuple[str, str], int] = {}
    again = []
    for arrival in sorted(arrivals, key=lambda each: (each.received_at, each.sha256, each.source_code, each.location)):
        place = (arrival.source_code, arrival.location)
        receipt_key, last_sha256 = last.get(place, (None, None))
        if arrival.sha256 == last_sha256:
            again.append(receipt_key)
            continue
        cursor.execute(
            read_statement(__package__, "open_receipt"),
            {
                "source_code": arrival.source_code, "location": arrival.location,
                "claimed_unit_key": arrival.claimed_unit_key, "folder_unit_key": arrival.folder_unit_key,
                "sender": arrival.sender, "received_at": arrival.received_at, "first_seen_run": run_key,
                "sha256": arrival.sha256, "byte_count": arrival.byte_count, "file_extension": arrival.file_extension,
                "state": "returned" if arrival.finding else "landed", "is_archive": arrival.is_archive,
            },
        )  # fmt: skip
        opened[place] = single_value(cursor)
        if arrival.finding:
            write_findings(cursor, [arrival.finding], opened[place], None, found_by="landing")
    cursor.execute(
        read_statement(__package__, "seen_again"),
        {"receipts": again},
    )
    return opened
