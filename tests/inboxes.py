"""A folder inbox for tests: files put in at a time, then landed, read and judged as in a night."""

from __future__ import annotations

import csv
import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.landing.pulling import pull
from ingestion.reading.reading import ReadingCounts, read_receipts
from ingestion.transports import read_sources
from warehouse.settings import Settings

AS_OF = datetime.fromisoformat("2025-05-01T00:00:00+07:00")
RECEIVED = "2025-04-20T09:00:00+07:00"


class Inbox:
    """A folder with its manifest, and the nights that read it into one database."""

    def __init__(self, folder: Path, settings: Settings, connection: Any):
        self.folder, self.connection = folder, connection
        self.settings = dataclasses.replace(settings, inbox=folder)
        self.manifest: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, location: str, data: bytes, received_at: str = RECEIVED) -> None:
        """Lay a file into the inbox, received at a time."""
        path = self.folder / location
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.manifest[location] = received_at
        with (self.folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("path", "received_at", "sender"))
            writer.writerows((place, moment, "test") for place, moment in self.manifest.items())

    def land(self, as_of: datetime = AS_OF) -> int:
        """Land what lies there; the number of receipts opened."""
        sources = read_sources(self.settings, is_sample=True)
        return sum(pull(self.connection, source, 1, as_of, as_of).n_new for source in sources)

    def night(self, as_of: datetime = AS_OF) -> ReadingCounts:
        """Land and read what lies there."""
        self.land(as_of)
        return read_receipts(self.connection, self.settings, 1, as_of)

    def night_without_pull(self, run_key: int = 1, as_of: datetime = AS_OF) -> ReadingCounts:
        """Read what lies in landing."""
        return read_receipts(self.connection, self.settings, run_key, as_of)

    def rows(self, query: str, *parameters: Any) -> list[tuple]:
        """The rows of a query."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()
