"""What plants errors: reports being spoilt, and what is remembered of each error for the truth."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from samples.documents import Document, Spot, written
from samples.reports import Desk

ERROR_COLUMNS = (
    "error_id", "kind", "path", "unit_key", "form_code", "period_end", "sheet", "cell", "true_written", "planted_written",
    "expected",
)  # fmt: skip
FLAG, RETURN, STATUS = "flag", "return", "status"
Change = tuple[Spot, Any, Any]  # where, what was true, what was planted


@dataclass(frozen=True)
class PlantedError:
    """One planted error: its document, the cells it changes (none for a whole file), and what should come of it.

    expected   flag: a figure is flagged; return: the file goes back; status: a row says what became of it
    true, planted   what a whole-file error is about, in words or codes, when no cell tells it
    """

    error_id: str
    kind: str
    document: Document
    changes: tuple[Change, ...]
    expected: str
    true: str = ""
    planted: str = ""

    def rows(self, places: dict[int, dict[Spot, tuple[str, str]]]) -> list[tuple[Any, ...]]:
        """Rows of truth/errors.csv: one a changed cell, or one for the file."""
        d = self.document
        head = (self.error_id, self.kind, d.path, d.unit_key, d.form.form_code, d.period_end)
        stands = places.get(id(d), {})
        cells = [(*stands[spot], written(true), written(planted)) for spot, true, planted in self.changes]
        return [(*head, *cell, self.expected) for cell in cells or [("", "", self.true, self.planted)]]


@dataclass
class Planter:
    """The reports being spoilt: picks one that is still clean, changes it, and remembers what was done."""

    desk: Desk
    documents: list[Document]
    errors: list[PlantedError] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)

    def pick(self, chance: Random, fits: Callable[[Document], bool]) -> Document | None:
        """A clean report that fits, by chance; None when none is left."""
        order = list(self.documents)
        chance.shuffle(order)
        chosen = next((d for d in order if id(d) not in self.touched and fits(d)), None)
        if chosen is not None:
            self.touched.add(id(chosen))
        return chosen

    def other(self, document: Document, **same: Any) -> Document | None:
        """The report of the same unit with another form_code or period_end, if it was sent."""
        form_code = same.get("form_code", document.form.form_code)
        period_end = same.get("period_end", document.period_end)
        return next(
            (
                d
                for d in self.documents
                if (d.unit_key, d.form.form_code, d.period_end) == (document.unit_key, form_code, period_end)
            ),
            None,
        )

    def can_follow(self, document: Document, days: int) -> bool:
        """Whether a file some days after this one still arrives before the scenario's last day."""
        return document.received_at + timedelta(days=days) <= self.desk.nation.scenario.as_of

    def write(self, document: Document, changes: list[tuple[Spot, Any]]) -> tuple[Change, ...]:
        """Put new values into cells; what does not change the cell is no change."""
        done = []
        for spot, value in changes:
            true = document.value(spot)
            if value != true:
                document.put(spot, value)
                done.append((spot, true, value))
        return tuple(done)

    def resend(self, document: Document, part: str, days: int) -> Document:
        """A later file of the same report, as clean as the document is now."""
        again = deepcopy(document)
        again.part = part
        again.received_at = document.received_at + timedelta(days=days)
        self.documents.append(again)
        self.touched.add(id(again))
        return again

    def note(self, kind: str, document: Document, changes: tuple[Change, ...], expected: str, **words: str) -> None:
        """Remember a planted error under the next number."""
        number = f"E{len({error.error_id for error in self.errors}) + 1:03d}"
        self.errors.append(PlantedError(number, kind, document, changes, expected, **words))
