"""Planted errors: what offices get wrong, put into clean documents on purpose and noted in the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from samples.documents import Document, Spot, written
from samples.reports import Desk

ERROR_COLUMNS = (
    "error_id", "kind", "path", "unit_key", "form_code", "period_end", "sheet", "cell", "true_written", "planted_written",
    "expected",
)  # fmt: skip


@dataclass
class PlantedError:
    """One planted error: the document it stands in, the cells it changes (none for a whole file) and what should come of it."""

    error_id: str
    kind: str
    document: Document
    changes: list[tuple[Spot, Any, Any]]
    expected: str

    def rows(self, places: dict[int, dict[Spot, tuple[str, str]]]) -> list[tuple]:
        """Rows of truth/errors.csv: one a changed cell, or one for the file."""
        d = self.document
        head = (self.error_id, self.kind, d.path, d.unit_key, d.form.form_code, d.period_end)
        stands = places.get(id(d), {})
        cells = [(*stands[spot], written(true), written(planted)) for spot, true, planted in self.changes]
        return [(*head, *cell, self.expected) for cell in cells or [("", "", "", "")]]


def plant(desk: Desk, documents: list[Document]) -> list[PlantedError]:
    """Change documents in place, add and remove some; return what was done."""
    return []
