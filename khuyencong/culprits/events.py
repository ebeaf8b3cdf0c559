"""One event that explains all that failed in a report, or in a part of it: of whole columns or of whole lines, best first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain

from expectations.reconciliation.changes import Repair, repair
from expectations.reconciliation.ranking import rank
from khuyencong.culprits.candidates import EACH_TOO_FEW_COST, ENOUGH_FAILED, FEWEST_FAILED, Candidate
from khuyencong.culprits.column_events import column_candidates
from khuyencong.culprits.line_events import line_candidates
from khuyencong.culprits.suspects import Place, SuspectProblem


@dataclass(frozen=True)
class Event:
    """What happened to which cells, what they probably meant (None: not known), and how sure that is; the rest as Candidate."""

    mechanism: str
    meant: Mapping[Place, Decimal | None]
    confidence: float
    lines: tuple[str, ...] = ()
    amounts: Mapping[Place, Decimal] = field(default_factory=dict)


def events(problem: SuspectProblem) -> list[Event]:
    """Events after which every verdict of the problem holds, best first; few failed verdicts speak for none, or less for it."""
    # where the problem was cut to what the engine takes, the cells of a column are not all there; those of lines are
    has_columns = len(problem.failed) >= FEWEST_FAILED and not problem.skipped
    of_columns = column_candidates(problem) if has_columns else ()
    cells = {**(problem.lines.cells if problem.lines else {}), **problem.cells}
    number = {place: index for index, place in enumerate(cells)}
    found: dict[tuple[int, ...], tuple[Repair, Candidate]] = {}
    for candidate in chain(of_columns, line_candidates(problem)):
        too_few = EACH_TOO_FEW_COST * max(0, ENOUGH_FAILED - len(problem.failed) - candidate.n_witnesses)
        one = repair(candidate.cost + too_few, {number[place]: None for place in candidate.meant}, candidate.mechanism)
        if one.cells not in found or one.cost < found[one.cells][0].cost:
            found[one.cells] = (one, candidate)
    repairs = sorted((one for one, _ in found.values()), key=lambda one: (one.cost, len(one.cells), one.cells))
    ranked = [(h.confidence, found[h.parts[0].cells][1]) for h in rank([repairs] if repairs else [])]
    return [Event(c.mechanism, c.meant, confidence, c.lines, c.amounts) for confidence, c in ranked]
