"""A folder on a disk or a mounted share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from fsspec.implementations.local import LocalFileSystem

from ingestion.transports.manifest import MANIFEST, Manifest, read_manifest
from ingestion.transports.seen import Content, Known, Look, SeenFile, Trouble, place_of, refused, told
from ingestion.transports.sources import Limits, Source
from ingestion.transports.tree import is_left_alone, walk

FRESH_SECONDS = 60  # a file that nobody has written to for so long is whole
NOT_REPORTS = ("truth",)  # what a sample nation knows of itself


@contextmanager
def open_place(source: Source, known: Known, limits: Limits) -> Iterator[Look]:
    """Files below a folder: they came when they are seen, whatever the folder says of their times.

    Of a sample's folder only what its manifest names, at the moments that it says.
    """
    inbox = Path(source.location)
    if not inbox.is_dir():
        raise Trouble("place_absent", where=source.location)
    yield partial(_look, source, inbox, limits, read_manifest(inbox) if source.is_sample else None)


def _look(source: Source, inbox: Path, limits: Limits, manifest: Manifest | None) -> list[SeenFile]:
    left_out = [Path(other) for other in source.left_out if Path(other).is_relative_to(inbox)]
    seen = []
    for entry in walk(LocalFileSystem(skip_instance_cache=True), str(inbox)):
        path = Path(entry["name"])
        place = path.relative_to(inbox)
        is_truth = manifest is not None and place.parts[0] in NOT_REPORTS
        if is_truth or any(map(path.is_relative_to, left_out)) or is_left_alone(place):
            continue
        location = place_of(place.as_posix())
        if place.name == MANIFEST:
            if manifest is None:
                seen.append(refused(location, "manifest_not_believed"))
            continue
        if manifest is not None and location not in manifest.arrivals:
            seen.append(refused(location, "file_not_listed"))
            continue
        received_at, sender = (None, None) if manifest is None else manifest.arrivals[location]
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

