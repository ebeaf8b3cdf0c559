"""What the engine found, as rows: suspicions with their hypotheses, and the culprits that the gate holds alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import exp
from typing import TYPE_CHECKING, Any

from psycopg2.extras import execute_values

from expectations.reconciliation.ranking import CLOSE_CALL, TEMPERATURE
from khuyencong.culprits.suspects import Place

if TYPE_CHECKING:
    from warehouse.connections import Cursor


SURE = 0.8  # DESIGN "The gate": from here on only the culprit is held
# Below it a hypothesis is not worth a reader's time: on its own, or as one of several alike.
LINE_MISSING = "line_missing"
LEAST_BELIEVED, LEAST_BELIEVED_OF_MANY = 0.3, 0.05


@dataclass(frozen=True)
class SuspectedCell:
    """One cell of a hypothesis: where it stands, what it says, what it probably meant (None: not known)."""

    place: Place
    figure_key: str
    sheet_name: str | None
    cell_address: str | None
    value: Decimal | None
    suggested: Decimal | None
    previous: Decimal | None
    factor: Decimal
    is_money: bool


@dataclass(frozen=True)
class Hypothesis:
    """What may have happened, to which cells, and how sure that is, from 0 to 1.

    Of an event of whole lines `lines` names them; `amounts` says of each cell, a total, how much a missing line had.
    """

    mechanism: str
    cells: tuple[SuspectedCell, ...]
    confidence: float
    lines: tuple[str, ...] = ()
    amounts: tuple[Decimal | None, ...] = ()

    @property
    def places(self) -> frozenset[Place]:
        """Where its cells stand."""
        return frozenset(cell.place for cell in self.cells)

    def within(self, places: Iterable[Place]) -> Hypothesis:
        """The same about some of its cells; about all of them when none is among the places."""
        inside = set(places)
        cells = tuple(cell for cell in self.cells if cell.place in inside)
        return replace(self, cells=cells, amounts=()) if cells else self

    def as_alternative(self) -> dict[str, Any]:
        """As a flag keeps it: mechanism, confidence, and each cell's place, figure, value and suggested value."""
        cells = [
            {"submission_key": cell.place[0], "sheet": cell.sheet_name or cell.place[1], "cell": cell.cell_address,
             "figure_key": cell.figure_key, "value": _text(cell.value), "suggested": _text(cell.suggested)}
            for cell in self.cells
        ]  # fmt: skip
        lines = {"lines": list(self.lines)} if self.lines else {}
        return {"mechanism": self.mechanism, "confidence": self.confidence, "cells": cells, **lines}


@dataclass(frozen=True)
class Suspicion:
    """What the engine says of verdicts that hang together: hypotheses best first, or why it was not asked (`skipped`).

    `verdicts` are the failed ones, `n_verdicts` counts those that were weighed; `n_sets` the minimal sets of cells whose
    change satisfies all of them (0: not counted).
    """

    submission_key: int
    number: int
    verdicts: tuple[tuple[str, str], ...]
    n_verdicts: int
    hypotheses: tuple[Hypothesis, ...] = ()
    n_sets: int = 0
    skipped: str | None = None

    @property
    def is_undecided(self) -> bool:
        """The best two are so close that no one can say."""
        return is_close_call([hypothesis.confidence for hypothesis in self.hypotheses])

    @property
    def is_sure(self) -> bool:
        """Whether a culprit is named surely enough to hold it alone."""
        return not self.is_undecided and self.hypotheses[0].confidence >= SURE


def is_close_call(confidences: Sequence[float]) -> bool:
    """Whether nobody can say which of the hypotheses is right: there is none, or the best two (best first) are close."""
    best = confidences[:2]
    return not best or (len(best) == 2 and best[0] < best[1] * exp(CLOSE_CALL / TEMPERATURE))


def write_suspicions(
    cursor: Cursor, found: Sequence[Suspicion], cells_of: Mapping[tuple[int, str, str], frozenset[Place]]
) -> None:
    """Write checks.suspicion and checks.culprit anew; `cells_of` gives the cells of each (submission, rule, scope).

    Of the culprits a verdict gets those among its cells; when none is, one, to say that its own cells are innocent. A verdict
    without cells here gets none: all its figures are held. So it is with a missing line: what is wrong stands nowhere, and until
    it is there the others make up no total.
    """
    cursor.execute("delete from checks.culprit")
    cursor.execute("delete from checks.suspicion")
    cursor.executemany(
        """insert into checks.suspicion (submission_key, suspicion_number, verdicts, n_verdicts, n_sets, hypotheses,
            skipped_reason) values (%s, %s, %s, %s, %s, %s, %s)""",
        [
            (s.submission_key, s.number, json.dumps(s.verdicts), s.n_verdicts, s.n_sets,
             json.dumps([_as_json(h) for h in s.hypotheses], default=str, ensure_ascii=False), s.skipped)
            for s in found
        ],
    )  # fmt: skip
    culprits = [
        (s.submission_key, *verdict, *place)
        for s in found if s.is_sure and s.hypotheses[0].mechanism != LINE_MISSING
        for verdict in s.verdicts
        if (s.submission_key, *verdict) in cells_of
        for place in sorted(s.hypotheses[0].places & cells_of[s.submission_key, *verdict]) or sorted(s.hypotheses[0].places)[:1]
    ]  # fmt: skip
    execute_values(
        cursor,
        """insert into checks.culprit (submission_key, rule_id, scope_key, figure_submission_key, sheet_code, row_number,
            column_name) values %s""",
        culprits,
        page_size=1000,
    )


def read_suspicions(cursor: Cursor) -> dict[tuple[int, str, str], Suspicion]:
    """(submission, rule, scope) → what the last round found about the verdict."""
    cursor.execute(
        """select submission_key, suspicion_number, verdicts, n_verdicts, hypotheses, n_sets, skipped_reason
        from checks.suspicion"""
    )
    found: dict[tuple[int, str, str], Suspicion] = {}
    for submission_key, number, verdicts, n_verdicts, hypotheses, n_sets, skipped in cursor:
        keys = tuple((rule_id, scope_key) for rule_id, scope_key in verdicts)
        read = tuple(_from_json(hypothesis) for hypothesis in hypotheses)
        one = Suspicion(submission_key, number, keys, n_verdicts, read, n_sets, skipped)
        found |= {(submission_key, *key): one for key in keys}
    return found


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"


def _as_json(hypothesis: Hypothesis) -> dict[str, Any]:
    cells = [{**vars(cell), "place": list(cell.place)} for cell in hypothesis.cells]
    lines = {"lines": hypothesis.lines, "amounts": hypothesis.amounts} if hypothesis.lines or hypothesis.amounts else {}
    return {"mechanism": hypothesis.mechanism, "confidence": hypothesis.confidence, "cells": cells, **lines}


def _from_json(document: Mapping[str, Any]) -> Hypothesis:
    numbers = ("value", "suggested", "previous", "factor")
    cells = [
        SuspectedCell(**(cell | {"place": tuple(cell["place"])} | {n: cell[n] and Decimal(cell[n]) for n in numbers}))
        for cell in document["cells"]
    ]
    amounts = tuple(amount and Decimal(amount) for amount in document.get("amounts", ()))
    return Hypothesis(document["mechanism"], tuple(cells), document["confidence"], tuple(document.get("lines", ())), amounts)
