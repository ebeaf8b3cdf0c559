"""Landing: bytes are kept once, named by their sha256, with a receipt for every time a place shows bytes that are new there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.transports import Arrival


@dataclass(frozen=True)
class Receipt:
    """What the reader must know of a receipt."""

    receipt_key: int
    claimed_unit_key: str | None
    received_at: datetime
    sha256: str
    file_extension: str


def landed_path(landing_dir: Path, sha256: str, file_extension: str) -> Path:
    """Where the bytes of a sha256 lie: landing/<first 2>/<sha256>.<ext>."""
    return landing_dir / sha256[:2] / f"{sha256}.{file_extension}"


def land(
    connection: Any, arrivals: Iterable[Arrival], landing_dir: Path, run_key: int | None, as_of: datetime
) -> list[int]:
    """Keep the bytes of arrivals and open receipts; returns the receipt_keys opened, ordered as received.

    A receipt is opened when a place (source and location) shows bytes other than those last seen there; the same again only
    raises times_seen. Arrivals received after `as_of` are not seen yet. Bytes are on disk before a receipt names them.
    """
    seen = [arrival for arrival in arrivals if arrival.received_at <= as_of]
    opened = []
    with connection, connection.cursor() as cursor:
        # A pull beside a night must not open two receipts for one arrival.
        cursor.execute("lock table raw.receipt in share row exclusive mode")
        cursor.execute(
            """select distinct on (source_code, location) source_code, location, receipt_key, sha256
            from raw.receipt order by source_code, location, receipt_key desc"""
        )
        last = {(source, location): (receipt_key, sha256) for source, location, receipt_key, sha256 in cursor}
        read = [(a.received_at, *_keep(a, landing_dir), a) for a in seen]
        read.sort(key=lambda each: (each[0], each[1], each[3].source_code, each[3].location))
        again = []
        for received_at, sha256, byte_count, arrival in read:
            receipt_key, last_sha256 = last.get((arrival.source_code, arrival.location), (None, None))
            if sha256 == last_sha256:
                again.append(receipt_key)
                continue
            cursor.execute(
                """insert into raw.receipt (source_code, location, claimed_unit_key, sender, received_at, first_seen_run,
                    sha256, byte_count, file_extension, is_archive)
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning receipt_key""",
                (arrival.source_code, arrival.location, arrival.claimed_unit_key, arrival.sender, received_at, run_key,
                 sha256, byte_count, arrival.file_extension, arrival.is_archive),
            )  # fmt: skip
            opened.append(cursor.fetchone()[0])
        cursor.execute("update raw.receipt set times_seen = times_seen + 1 where receipt_key = any (%s)", (again,))
    return opened


def _keep(arrival: Arrival, landing_dir: Path) -> tuple[str, int]:
    """Put the bytes of an arrival where their sha256 says, whole or not at all; returns (sha256, number of bytes)."""
    data = arrival.read()
    sha256 = hashlib.sha256(data).hexdigest()
    path = landed_path(landing_dir, sha256, arrival.file_extension)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    return sha256, len(data)
