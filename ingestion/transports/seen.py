"""What a transport gives: files seen at a place, their contents, and trouble with a sentence for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.written.text import nfc

CATALOGUE = Path(__file__).parent / "troubles.yml"
SURROGATE = re.compile("[\ud800-\udfff]")
OUTCOMES = ("unreachable", "refused", "absent", "not_set_up", "file_failed", "file_refused", "file_waiting")

# Location → the version that lies in landing, as an earlier look wrote it down.
Known = Mapping[str, str]


@dataclass(frozen=True)
class Content:
    """The bytes of a file, and what the place calls this version of it when only reading tells."""

    data: bytes
    version: str | None = None


@dataclass(frozen=True)
class SeenFile:
    """One file at a place: `location` is its path inside the source; byte_count and version are None where a listing does not say.

    `version` changes whenever the bytes do. `read(version)` gives the content, or None when it is still that version. may_grow says
    that the place shows a file while it is being uploaded.
    received_at is given only where the receiving side says it, of itself: never a time that a sender can write.
    """

    location: str
    read: Callable[[str | None], Content | None]
    byte_count: int | None = None
    version: str | None = None
    may_grow: bool = False
    received_at: datetime | None = None
    sender: str | None = None


Look = Callable[[], list[SeenFile]]


class Trouble(Exception):
    """What keeps a source or one of its files from being taken: a code of troubles.yml and its sentences."""

    def __init__(self, code: str, **words: object):
        entry = catalogue()[code]
        blanks = {"where": "", "reason": "", "expected": ""} | {name: str(word)[:300] for name, word in words.items()}
        self.code = code
        self.outcome = entry["outcome"]
        self.is_retried = entry["retried"]
        self.vi = entry["vi"].format(**blanks)
        self.en = entry["en"].format(**blanks)
        super().__init__(self.en)


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Code → {outcome, retried, vi, en}; raises ValueError when an entry is incomplete."""
    entries: dict[str, dict[str, Any]] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    for code, entry in entries.items():
        if set(entry) != {"outcome", "retried", "vi", "en"} or entry["outcome"] not in OUTCOMES:
            raise ValueError(f"{CATALOGUE.name}: {code}: needs outcome ({', '.join(OUTCOMES)}), retried, vi and en.")
    return entries


def place_of(path: str) -> str:
    """A path or name as it is kept and shown: composed (NFC); a byte that is no text as \\xNN, so that two names stay two."""
    return nfc(SURROGATE.sub(_as_bytes, path)).replace("\0", "\\x00")


def place_given(path: Path) -> str:
    """The place of a file that somebody names: with the folders that they named, but of a path from the root its name alone,
    because where a machine keeps a file says nothing of it.
    """
    return place_of(path.name if path.is_absolute() else path.as_posix())


def _as_bytes(found: re.Match[str]) -> str:
    """A byte of a name that is not UTF-8, as Python hands it on; any other half of a pair by its number."""
    code = ord(found[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def refused(location: str, code: str) -> SeenFile:
    """A file that is seen and not taken, with the trouble that says why."""

    def read(version: str | None) -> Content | None:
        raise Trouble(code, where=location)

    return SeenFile(location, read)


def told(error: BaseException) -> str:
    """An error of a library in a few words, one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")[:200]
