"""The file of a backup: a tar with the dump of the warehouse, the landed bytes and, as its last part, a manifest.

    warehouse.dump                     pg_dump's custom format
    landing/<first 2>/<sha256>.<ext>   the bytes of every receipt
    manifest.json                      what it is, and the sha256 and size of every part

A file without its manifest was not finished, or is cut. No path, host or password stands in it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

FORMAT = 1
DUMP, MANIFEST = "warehouse.dump", "manifest.json"
LANDED = re.compile(r"landing/([0-9a-f]{2})/(\1[0-9a-f]{62})\.(\w{1,16})")
CHUNK = 1 << 20


class BackupRefused(RuntimeError):
    """A backup cannot be made or used; the message says which part is wrong and what to do."""


@dataclass(frozen=True)
class Backup:
    """An open backup: its manifest, and its parts by name."""

    path: Path
    manifest: dict[str, Any]
    archive: tarfile.TarFile
    members: dict[str, tarfile.TarInfo]

    def open_part(self, name: str) -> IO[bytes]:
        """The bytes of a part, to read."""
        stream = self.archive.extractfile(self.members[name])
        if stream is None:
            raise BackupRefused(f"{self.path.name}: {name} is no file.")
        return stream

    def verify(self) -> None:
        """Read every part and compare it with the manifest. Raises BackupRefused with the name of the first that differs."""
        for name, known in self.manifest["parts"].items():
            if name not in self.members:
                raise BackupRefused(f"{self.path.name} is damaged: {name} is missing. Nothing was restored.")
            with self.open_part(name) as stream:
                found = hash_of(stream)
            if found != (known["sha256"], known["bytes"]):
                raise BackupRefused(f"{self.path.name} is damaged: {name} is not what was backed up. Nothing was restored.")


@contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """A backup with a manifest that is whole; its parts are not yet looked at. Raises BackupRefused."""
    try:
        archive = tarfile.open(path, "r:")  # noqa: SIM115
    except (tarfile.TarError, OSError) as error:
        raise BackupRefused(f"{path.name} cannot be read as a backup: {error}") from error
    with archive:
        try:
            members = {member.name: member for member in archive if member.isreg()}
            part = archive.extractfile(members[MANIFEST])
            if part is None:
                raise KeyError(MANIFEST)
            written = json.load(part)
            manifest, sha256 = written["backup"], written["sha256"]
        except (tarfile.TarError, OSError, KeyError, ValueError, TypeError) as error:
            raise BackupRefused(
                f"{path.name} is damaged or was not finished: its {MANIFEST} cannot be read. Nothing was restored."
            ) from error
        if sha256 != _hash_of_manifest(manifest):
            raise BackupRefused(f"{path.name} is damaged: {MANIFEST} is not what was written. Nothing was restored.")
        if manifest["format"] != FORMAT:
            raise BackupRefused(
                f"{path.name} has format {manifest['format']}, this code reads {FORMAT}: newer code made it. Update the code."
            )
        yield Backup(path, manifest, archive, members)


def add_part(archive: tarfile.TarFile, name: str, path: Path, made_at: float) -> dict[str, Any]:
    """Add a file to a backup that is written; returns the {sha256, bytes} of what was added."""
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = path.stat().st_size, int(made_at), 0o600
    with path.open("rb") as stream:
        hashing = _Hashing(stream)
        archive.addfile(member, hashing)
    return {"sha256": hashing.digest.hexdigest(), "bytes": member.size}


def add_manifest(archive: tarfile.TarFile, manifest: dict[str, Any], made_at: float) -> None:
    """Add the manifest, which makes the backup whole."""
    import io

    document = {"backup": manifest, "sha256": _hash_of_manifest(manifest)}
    text = json.dumps(document, ensure_ascii=False, indent=1).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size, member.mtime, member.mode = len(text), int(made_at), 0o600
    archive.addfile(member, io.BytesIO(text))


def hash_of(stream: IO[bytes]) -> tuple[str, int]:
    """sha256 and number of the bytes of a stream."""
    hashing, size = _Hashing(stream), 0
    while chunk := hashing.read(CHUNK):
        size += len(chunk)
    return hashing.digest.hexdigest(), size


def _hash_of_manifest(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class _Hashing:
    """A stream that hashes what is read from it; tarfile wants an object with `read`."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self.stream.read(size)
        self.digest.update(chunk)
        return chunk
