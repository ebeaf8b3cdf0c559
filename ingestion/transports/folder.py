"""A folder on a disk or a mounted share."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from fsspec.implementations.local import LocalFileSystem

from ingestion.text import nfc
from ingestion.transports.seen import Content, Known, Look, SeenFile, Trouble, place_of, told
from ingestion.transports.sources import Limits, Source
from ingestion.transports.tree import is_left_alone, walk
from khuyencong.settings import TIMEZONE

MANIFEST = "manifest.csv"
FRESH_SECONDS = 60  # a file that nobody has written to for so long is whole
NOT_REPORTS = ("truth",)  # what a sample nation knows of itself


@contextmanager
def open_place(source: Source, known: Known, limits: Limits) -> Iterator[Look]:
    """Files below a folder. A `manifest.csv` (path, received_at, sender) at its top says when files were received; not so in a
    folder that is one unit's own, because nobody dates their own reports.
    """
    inbox = Path(source.location)
    if not inbox.is_dir():
        raise Trouble("place_absent", where=source.location)
    yield partial(_look, source, inbox, limits)


def _look(source: Source, inbox: Path, limits: Limits) -> list[SeenFile]:
    manifest = _manifest(inbox / MANIFEST) if source.unit_key is None else {}
    left_out = [Path(other) for other in source.left_out if Path(other).is_relative_to(inbox)]
    seen = []
    for entry in walk(LocalFileSystem(skip_instance_cache=True), str(inbox)):
        path = Path(entry["name"])
        place = path.relative_to(inbox)
        is_elsewhere = place.name == MANIFEST or place.parts[0] in NOT_REPORTS or any(map(path.is_relative_to, left_out))
        if is_elsewhere or is_left_alone(place):
            continue
        location = place_of(place.as_posix())
        received_at, sender = manifest.get(location, (None, None))
        seen.append(
            SeenFile(
                location=location,
                read=partial(_read, path, limits.max_file_bytes),
                byte_count=entry["size"] if entry["type"] == "file" else None,
                may_grow=received_at is None and time.time() - entry.get("mtime", 0) < FRESH_SECONDS,
                received_at=received_at,
                sender=sender,
            )
        )
    return seen


def _read(path: Path, most: int, version: str | None) -> Content:
    try:
        with path.open("rb") as file:
            return Content(file.read(most + 1))
    except FileNotFoundError as error:
        raise Trouble("file_gone", where=path.name) from error
    except (PermissionError, IsADirectoryError) as error:
        raise Trouble("file_denied", where=path.name) from error
    except OSError as error:
        raise Trouble("file_cut", where=path.name, reason=told(error)) from error


def _manifest(path: Path) -> dict[str, tuple[datetime, str | None]]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for row in rows:
        received_at = datetime.fromisoformat(row["received_at"])
        if received_at.tzinfo is None:
            received_at = received_at.replace(tzinfo=TIMEZONE)
        found[nfc(row["path"])] = (received_at, row.get("sender") or None)
    return found
