"""One pull of one source: what lies there into landing, with a receipt for what is new and a row for what could not be taken.

A source that cannot be reached is tried again with growing pauses and then is a row, never an error: one province's server must
not cost the country its night. An exception here is our own failure.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingestion.landing.receipts import land
from ingestion.landing.source_rows import (
    looks_before,
    only_pull,
    taken_files,
    write_attempt,
    write_taken,
)
from ingestion.register import load_register
from ingestion.transports import Content, SeenFile, Source, Trouble, open_place, read_limits
from ingestion.transports.tree import is_unfinished

if TYPE_CHECKING:
    from warehouse.connections import Connection
from ingestion.landing.haul import Haul, arrive, keep_content, over_cap, receipt_time


@dataclass(frozen=True)
class Pulled:
    """What a pull came to: files seen, receipts opened, and the source's trouble in a sentence (None when it was reached)."""

    n_seen: int
    n_new: int
    trouble: str | None


def pull(connection: Connection, source: Source, run_key: int | None, seen_at: datetime, as_of: datetime) -> Pulled:
    """Pull a source. `seen_at` is now, the time of receipt of whatever the place proves no other for.

    What was received after `as_of` is left for a later night; so a night of the past takes nothing that it sees for the first time.
    """
    settings = source.settings
    with only_pull(connection, source.source_code):
        known = taken_files(connection, source.source_code)
        before = looks_before(connection, source.source_code)
        haul = Haul(source, load_register(settings.register), read_limits(settings), seen_at, as_of, known, before)
        trouble, n_tries = _try(haul)
        with connection, connection.cursor() as cursor:
            n_new = len(land(cursor, haul.arrivals.values(), run_key))
            attempt_key = write_attempt(
                cursor, source, run_key, seen_at, trouble, haul.troubles, n_tries, haul.n_seen, n_new
            )
            write_taken(cursor, source.source_code, attempt_key, haul.taken)
    return Pulled(haul.n_seen, n_new, trouble.en if trouble else None)


def _try(haul: Haul) -> tuple[Trouble | None, int]:
    """Look until the source answered and every file was fetched, or trying again is of no use; returns (trouble, tries made)."""
    for n_tries in range(1, haul.limits.tries + 1):
        trouble = None
        try:
            with open_place(haul.source, {place: each.version for place, each in haul.known.items()}, haul.limits) as look:
                _take(haul, look)
        except Trouble as met:
            trouble = met
        is_worth_it = trouble.is_retried if trouble else any(each.is_retried for each, _ in haul.troubles.values())
        if not is_worth_it or n_tries == haul.limits.tries:
            break
        time.sleep(haul.limits.pause_seconds * 2 ** (n_tries - 1))
    return trouble, n_tries


def _take(haul: Haul, look: Any) -> None:
    """Keep the bytes of every file that is new or changed and whole."""
    files = look()
    haul.n_seen = max(haul.n_seen, len(files))
    wanted = [file for file in _one_a_place(haul, files) if _is_wanted(haul, file)]
    sized = [file for file in wanted if file.may_grow and file.byte_count is not None]
    if sized:
        time.sleep(haul.limits.settle_seconds)
        again = {file.location: (file.byte_count, file.version) for file in look()}
        for file in sized:
            if again.get(file.location) != (file.byte_count, file.version):
                haul.troubles[file.location] = Trouble("file_changing", where=file.location), file.byte_count
        wanted = [file for file in wanted if file.location not in haul.troubles]
    unsure = []
    for file in wanted:
        version = haul.known[file.location].version if file.location in haul.known else None
        content = _read(haul, file, version)
        if content and file.may_grow and file.byte_count is None:
            unsure.append((file, content))
        elif content:
            keep_content(haul, file, content)
    if unsure:
        time.sleep(haul.limits.settle_seconds)
    for file, content in unsure:
        grown = _read(haul, file, content.version)
        if grown is not None and grown.data != content.data:
            haul.troubles[file.location] = Trouble("file_changing", where=file.location), len(grown.data)
        elif file.location not in haul.troubles:
            keep_content(haul, file, content)


def _one_a_place(haul: Haul, files: list[SeenFile]) -> list[SeenFile]:
    """Two files whose names differ only in how accents were typed share a place: the composed one, listed last, is taken."""
    for location, count in Counter(file.location for file in files).items():
        if count > 1:
            haul.troubles[f"{location} (2)"] = Trouble("file_twice", where=location), None
    return list({file.location: file for file in files}.values())


def _is_wanted(haul: Haul, file: SeenFile) -> bool:
    """Whether a file must be fetched. One that is still the version taken counts as seen again; trouble is written down."""
    if receipt_time(haul, file) > haul.as_of or file.location in haul.arrivals:
        return False
    haul.troubles.pop(file.location, None)
    known = haul.known.get(file.location)
    if known and file.version and known.version == file.version:
        arrive(haul, file, known.sha256, known.byte_count)
        return False
    if is_unfinished(file.location):
        haul.troubles[file.location] = Trouble("file_unfinished", where=file.location), file.byte_count
    elif file.byte_count is not None and file.byte_count > haul.limits.max_file_bytes:
        haul.troubles[file.location] = over_cap(haul, file, file.byte_count), file.byte_count
    return file.location not in haul.troubles


def _read(haul: Haul, file: SeenFile, version: str | None) -> Content | None:
    """The content of a file, or None when it is the version taken, or there is trouble with it."""
    try:
        content = file.read(version)
    except Trouble as trouble:
        if not trouble.outcome.startswith("file_"):
            raise
        haul.troubles[file.location] = trouble, file.byte_count
        return None
    known = haul.known.get(file.location)
    if content is None:
        if known and known.version == version:
            arrive(haul, file, known.sha256, known.byte_count)
    elif len(content.data) > haul.limits.max_file_bytes:
        haul.troubles[file.location] = over_cap(haul, file, len(content.data)), len(content.data)
    elif file.byte_count is not None and file.byte_count != len(content.data):
        haul.troubles[file.location] = Trouble("file_changing", where=file.location), len(content.data)
    else:
        return content
    return None


