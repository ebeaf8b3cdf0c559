"""The files below a folder of any fsspec filesystem, each listed once; names that say "not finished" or "not a report"."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
DEEPEST = 8  # folders below folders; a place that links to itself must end somewhere


def walk(filesystem: Any, folder: str, depth: int = DEEPEST) -> Iterator[dict[str, Any]]:
    """The entries (fsspec: name, size, type, …) of the files below a folder, in the order of their names; links are not followed.

    A sub-folder that may not be read is an entry of type `denied`. Errors about the folder itself are raised: fsspec's own `find`
    would take an unreachable place for an empty one.
    """
    for entry in sorted(filesystem.ls(folder, detail=True), key=lambda each: each["name"]):
        if entry["type"] == "directory" and not entry.get("islink") and depth:
            try:
                yield from walk(filesystem, entry["name"], depth - 1)
            except PermissionError:
                yield {**entry, "type": "denied"}
        elif entry["type"] == "file" and not entry.get("islink"):
            yield entry


def is_left_alone(place: PurePath) -> bool:
    """Hidden files, and the lock files that office programs leave beside an open workbook."""
    return place.name.startswith("~$") or any(part.startswith(".") for part in place.parts)


def is_unfinished(location: str) -> bool:
    """Whether a name says that the upload is still going on."""
    return location.lower().endswith(UNFINISHED)
