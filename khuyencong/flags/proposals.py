"""What the engine proposes for a flag: the cells that are probably wrong, and what stood there in truth."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khuyencong.culprits.suspicions import LEAST_BELIEVED, is_close_call
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


@dataclass(frozen=True)
class Proposal:
    """What probably happened (`mechanism`), how sure that is (0 to 1), and (submission, figure) → the value meant."""

    mechanism: str
    confidence: float
    values: dict[tuple[int, str], Decimal]

    @property
    def is_unit(self) -> bool:
        """Whether the figures were written in a wrong unit."""
        return self.mechanism.startswith("unit")


def proposal_of(cursor: Cursor, flag_id: str) -> Proposal | None:
    """The best hypothesis of a flag, where one is better than the others and says a value for each of its cells; else None."""
    cursor.execute(read_statement(__package__, "proposal_of_flag"), {"flag_id": flag_id})
    row = cursor.fetchone()
    return read_proposal(*row) if row else None


def read_proposal(alternatives: list[dict[str, Any]], flagged: list[str]) -> Proposal | None:
    """A proposal from what a flag keeps (checks.flag.alternatives); of several events (`a+b`) the cells that it names."""
    if is_close_call([one["confidence"] for one in alternatives]) or alternatives[0]["confidence"] < LEAST_BELIEVED:
        return None
    best = alternatives[0]
    cells = best["cells"]
    if "+" in best["mechanism"]:
        cells = [cell for cell in cells if cell["figure_key"] in flagged] or cells
    if any(cell["suggested"] is None for cell in cells):
        return None
    values = {
        (cell["submission_key"], cell["figure_key"]): Decimal(cell["suggested"])
        for cell in cells
        if cell["value"] is None or Decimal(cell["suggested"]) != Decimal(cell["value"])
    }
    return Proposal(best["mechanism"], best["confidence"], values) if values else None
