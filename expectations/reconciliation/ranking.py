"""From repairs of components to hypotheses about a record, best first, with a confidence."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from expectations.reconciliation.changes import Repair

MOST_HYPOTHESES = 10
TEMPERATURE = 0.8
NONE_OF_THESE = 4.5
CLOSE_CALL = 0.5


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One repair for each component that needs one; confidence is the share of belief it gets, from 0 to 1."""

    parts: tuple[Repair, ...]
    confidence: float

    @property
    def cells(self) -> tuple[int, ...]:
        """All cells that the hypothesis calls wrong, in order."""
        return tuple(sorted({cell for part in self.parts for cell in part.cells}))


def rank(components: Sequence[Sequence[Repair]]) -> list[Hypothesis]:
    """The cheapest combinations of one repair a component (each list cheapest first), at most MOST_HYPOTHESES."""
    lists = [repairs for repairs in components if repairs]
    if not lists:
        return []
    start = (0,) * len(lists)
    heap = [(sum(repairs[0].cost for repairs in lists), start)]
    seen = {start}
    chosen: list[tuple[float, tuple[Repair, ...]]] = []
    while heap and len(chosen) < MOST_HYPOTHESES:
        cost, places = heapq.heappop(heap)
        chosen.append((cost, tuple(repairs[place] for repairs, place in zip(lists, places, strict=True))))
        for i, place in enumerate(places):
            following = (*places[:i], place + 1, *places[i + 1 :])
            if place + 1 < len(lists[i]) and following not in seen:
                seen.add(following)
                heapq.heappush(heap, (cost + lists[i][place + 1].cost - lists[i][place].cost, following))
    least = chosen[0][0]
    beliefs = [exp((least - cost) / TEMPERATURE) for cost, _ in chosen]
    total = sum(beliefs) + exp((least - NONE_OF_THESE * len(lists)) / TEMPERATURE)
    return [Hypothesis(parts, round(belief / total, 4)) for (_, parts), belief in zip(chosen, beliefs, strict=True)]


def is_undecided(hypotheses: Sequence[Hypothesis]) -> bool:
    """Whether the best two are so close that the honest answer is "cannot be decided" (không xác định được duy nhất)."""
    if len(hypotheses) < 2:
        return False
    return hypotheses[0].confidence < hypotheses[1].confidence * exp(CLOSE_CALL / TEMPERATURE)
