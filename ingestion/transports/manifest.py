"""The manifest of a sample: `manifest.csv` at the top of its folder says what came when and from whom.

It is believed in the home of a sample only. Elsewhere it is a file like any other: who can write into a folder could write there
when their report came.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ingestion.written.text import nfc
from warehouse.settings import TIMEZONE

MANIFEST = "manifest.csv"


@dataclass(frozen=True)
class Manifest:
    """What a sample says of itself: location → (received_at, sender), and its last moment (None when written by hand)."""

    arrivals: dict[str, tuple[datetime, str | None]] = field(default_factory=dict)
    played_until: datetime | None = None

    @property
    def last_moment(self) -> datetime | None:
        """The last moment that the manifest speaks of."""
        moments = [moment for moment, _ in self.arrivals.values()] + ([self.played_until] if self.played_until else [])
        return max(moments, default=None)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder (path, received_at, sender, and played_until in that of `kc sample`); an empty one without a file.

    Raises ValueError naming the row that says no path or no moment.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return Manifest()
    arrivals, ends = {}, []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                arrivals[nfc(row["path"])] = (_moment(row["received_at"]), row.get("sender") or None)
                if row.get("played_until"):
                    ends.append(_moment(row["played_until"]))
            except (KeyError, TypeError, ValueError) as error:
                wanted = "a path and a received_at such as 2025-04-20T09:00:00+07:00"
                raise ValueError(f"{path}, row {number}: needs {wanted}.") from error
    return Manifest(arrivals, max(ends, default=None))


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=TIMEZONE)
