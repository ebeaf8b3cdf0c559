"""What one event may have done to many cells of a report: how it is called, what it costs to believe, what was meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from khuyencong.culprits.suspects import Place

FEWEST_FAILED, ENOUGH_FAILED = 2, 4  # one failed verdict is no sign of a whole column or line, four are
EACH_TOO_FEW_COST = 1.0


@dataclass(frozen=True)
class Candidate:
    """An event after which the verdicts hold: its cost, its cells and what they meant (None: not known).

    Of an event of whole lines `lines` names them, and `amounts` says of each total how much a missing line had. `n_witnesses`
    counts what speaks for it beside the failed verdicts: figures that fit the period before much better so.
    """

    cost: float
    mechanism: str
    meant: Mapping[Place, Decimal | None]
    lines: tuple[str, ...] = ()
    amounts: Mapping[Place, Decimal] = field(default_factory=dict)
    n_witnesses: int = 0
