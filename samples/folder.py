"""The folder of a sample nation: documents as files, the manifest of their arrivals, and the stamp of what they were made from."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from samples.delimited import delimited_bytes
from samples.documents import Document, Spot
from samples.workbook import workbook_bytes

PACKAGE = Path(__file__).resolve().parent
PROJECT = PACKAGE.parent
REGISTER = PROJECT / "dbt_project" / "register"
FORMS = PROJECT / "ingestion" / "forms"
STAMP = ".stamp.json"
Places = dict[Spot, tuple[str, str]]


def write_documents(folder: Path, documents: list[Document], played_until: datetime) -> dict[int, Places]:
    """Write documents and the manifest of their arrivals; by `id` of a document, where each cell of its tables stands.

    `played_until` is the last moment of these invented years, up to which a home of a sample plays them.
    """
    written = [_write(folder, document) for document in documents]
    _write_manifest(folder, documents, played_until)
    return {id(document): where for document, where in zip(documents, written, strict=True)}


def _write(folder: Path, document: Document) -> Places:
    path = folder / document.path
    path.parent.mkdir(parents=True, exist_ok=True)
    data, places = workbook_bytes(document) if document.extension == "xlsx" else delimited_bytes(document)
    path.write_bytes(data)
    return places


def _write_manifest(folder: Path, documents: list[Document], until: datetime) -> None:
    rows = sorted((d.path, d.received_at.isoformat(), d.office, until.isoformat()) for d in documents)
    write_csv(folder / "manifest.csv", ("path", "received_at", "sender", "played_until"), rows)


def write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows below a header, as UTF-8 with commas."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def remove(folder: Path) -> None:
    """Remove the files that the last writing noted in its manifest, and nothing else."""
    manifest = folder / "manifest.csv"
    if manifest.exists():
        with manifest.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                (folder / row["path"]).unlink(missing_ok=True)
    (folder / STAMP).unlink(missing_ok=True)


def stamp_of(seed: int, chosen: tuple[Any, ...]) -> str:
    """Hash of everything the files depend on: this package, the register, the forms and the arguments."""
    digest = hashlib.sha256(repr((seed, *chosen)).encode())
    for root, pattern in ((PACKAGE, "*.py"), (PACKAGE, "*.yml"), (REGISTER, "*.csv"), (FORMS, "*.yml")):
        for path in sorted(root.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
