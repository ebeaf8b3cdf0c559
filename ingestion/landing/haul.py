"""What the tries of one pull bring home: bytes kept, arrivals with the time of their receipt, files with trouble."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ingestion.landing.receipts import Arrival, keep
from ingestion.landing.senders import sender_of
from ingestion.landing.source_rows import (
    Looks,
    TakenFile,
)
from ingestion.register import Register
from ingestion.transports import Content, Limits, SeenFile, Source, Trouble

if TYPE_CHECKING:
    pass

@dataclass
class Haul:
    """What the tries of one pull brought so far: arrivals with their bytes kept, versions, and files with trouble."""

    source: Source
    register: Register
    limits: Limits
    seen_at: datetime
    as_of: datetime
    known: dict[str, TakenFile]
    before: Looks
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    taken: dict[str, TakenFile] = field(default_factory=dict)
    troubles: dict[str, tuple[Trouble, int | None]] = field(default_factory=dict)
    n_seen: int = 0


def keep_content(haul: Haul, file: SeenFile, content: Content) -> None:
    """Put the bytes of a file into landing, with its arrival and the version that was taken."""
    sha256 = keep(content.data, file.location, haul.source.settings.landing)
    arrive(haul, file, sha256, len(content.data))
    version = content.version or file.version
    if version:
        haul.taken[file.location] = TakenFile(version, sha256, len(content.data))


def arrive(haul: Haul, file: SeenFile, sha256: str, byte_count: int) -> None:
    """Note that a file with these bytes lies at its place, whose it is, and when it came."""
    received_at = receipt_time(haul, file)
    sender = sender_of(haul.source, file.location, haul.register, received_at)
    haul.arrivals[file.location] = Arrival(
        source_code=haul.source.source_code,
        location=file.location,
        claimed_unit_key=sender.unit_key,
        folder_unit_key=sender.folder_unit_key,
        sender=file.sender,
        received_at=received_at,
        sha256=sha256,
        byte_count=byte_count,
        finding=sender.finding,
    )


def receipt_time(haul: Haul, file: SeenFile) -> datetime:
    """When a file came: what its place proves, else now.

    A server's word is held against our own looks: not after now, and not before the last one that reached it and did not see the
    file (a store dates an object by the beginning of its upload, and who may write into a mailbox may date a message back).
    """
    if file.received_at is None:
        return haul.seen_at
    if haul.source.is_sample:
        return file.received_at
    is_new = file.location in haul.known or file.location not in haul.before.untaken
    earliest = haul.before.reached_at if is_new else None
    return min(max(file.received_at, earliest or file.received_at), haul.seen_at)


def over_cap(haul: Haul, file: SeenFile, byte_count: int) -> Trouble:
    """The trouble of a file with more bytes than a pull takes."""
    return Trouble("file_over_cap", where=file.location, reason=byte_count, expected=haul.limits.max_file_bytes)
