"""Where reports arrive: each source of the register gives arrivals, bytes with their place and time; no transport knows a province.

A transport only looks: it moves, renames and deletes nothing. `folder` is a directory tree on a disk or a mounted share.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from ingestion.register import load_register
from ingestion.text import nfc
from khuyencong.settings import TIMEZONE, Settings

MANIFEST = "manifest.csv"
NOT_REPORTS = ("truth",)  # what a sample nation knows of itself
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(frozen=True)
class Source:
    """One place that reports come from: its transport, its address, and the unit it belongs to when it is one unit's own."""

    source_code: str
    transport: str
    location: str
    unit_key: str | None
    unit_keys: frozenset[str]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrival:
    """One file seen at a place; `location` is its path inside the source, `read` gives its bytes.

    `is_archive`: handed in as an archive of past periods, so that its reports are not late.
    """

    source_code: str
    location: str
    claimed_unit_key: str | None
    sender: str | None
    received_at: datetime
    file_extension: str
    byte_count: int
    read: Callable[[], bytes]
    is_archive: bool = False


def read_sources(settings: Settings) -> list[Source]:
    """The sources of register/sources.csv. A relative location lies in the installation's home.

    KC_INBOX stands for every location: then there is one source, the first of its transport. A source inside another's folder
    is left out of the outer one, so that no file arrives twice.
    """
    register = load_register(settings.register)
    with (settings.register / "sources.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if settings.inbox is not None:
        rows = [row | {"location": str(settings.inbox)} for row in rows if row["transport"] == "folder"][:1]
    places = {row["source_code"]: _place(row, settings) for row in rows}
    return [
        Source(
            source_code=row["source_code"],
            transport=row["transport"],
            location=places[row["source_code"]],
            unit_key=row["unit_key"] or None,
            unit_keys=frozenset(register.unit_kinds),
            left_out=tuple(
                other for code, other in places.items() if code != row["source_code"] and row["transport"] == "folder"
            ),
        )
        for row in rows
    ]


def _place(row: dict[str, str], settings: Settings) -> str:
    if row["transport"] != "folder":
        return row["location"]
    return str(settings.home / row["location"])


def arrivals(source: Source, as_of: datetime) -> Iterator[Arrival]:
    """Every file that lies at a source now, in the order of their paths; raises LookupError for an unknown transport."""
    if source.transport != "folder":
        raise LookupError(f"Source {source.source_code}: there is no transport {source.transport!r}.")
    return _folder_arrivals(source, as_of)


def _folder_arrivals(source: Source, as_of: datetime) -> Iterator[Arrival]:
    """Files below a folder. A `manifest.csv` (path, received_at, sender) says when the files of its folder were received; the
    others arrive now.

    The first folder of a path, when it is a unit_key, is the unit that claims the file. Hidden and unfinished files are left alone.
    """
    inbox = Path(source.location)
    if not inbox.is_dir():
        return
    manifest = {place: known for path in sorted(inbox.rglob(MANIFEST)) for place, known in _manifest(path, inbox).items()}
    left_out = [Path(other) for other in source.left_out if Path(other).is_relative_to(inbox)]
    for path in sorted(inbox.rglob("*")):
        place = path.relative_to(inbox)
        if not path.is_file() or _is_left_alone(place) or any(path.is_relative_to(other) for other in left_out):
            continue
        location = nfc(place.as_posix())
        received_at, sender = manifest.get(location, (as_of, None))
        claimed = place.parts[0] if len(place.parts) > 1 and place.parts[0] in source.unit_keys else source.unit_key
        yield Arrival(
            source_code=source.source_code,
            location=location,
            claimed_unit_key=claimed,
            sender=sender,
            received_at=received_at,
            file_extension=path.suffix.lower().lstrip(".") or "none",
            byte_count=path.stat().st_size,
            read=partial(path.read_bytes),
        )


def _is_left_alone(place: Path) -> bool:
    name = place.name
    is_hidden = any(part.startswith(".") for part in place.parts)
    is_unfinished = name.startswith("~$") or name.lower().endswith(UNFINISHED)
    return is_hidden or is_unfinished or name == MANIFEST or place.parts[0] in NOT_REPORTS


def _manifest(path: Path, inbox: Path) -> dict[str, tuple[datetime, str | None]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for row in rows:
        received_at = datetime.fromisoformat(row["received_at"])
        if received_at.tzinfo is None:
            received_at = received_at.replace(tzinfo=TIMEZONE)
        found[nfc((path.parent / row["path"]).relative_to(inbox).as_posix())] = (received_at, row.get("sender") or None)
    return found
