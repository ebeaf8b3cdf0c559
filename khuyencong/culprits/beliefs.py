"""What is known of forms and reporters beside the rules: it corrects how much the engine's hypotheses are believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from math import exp, isqrt

from expectations.reconciliation.ranking import TEMPERATURE
from khuyencong.culprits.events import Event
from khuyencong.culprits.suspects import Place, SuspectCell, SuspectProblem
from khuyencong.culprits.suspicions import Hypothesis, SuspectedCell

PART_LEFT_OUT_GAIN = 2.0  # of cost: an unexplained difference that is exactly one part of the sum explains itself


def hypothesis_of(
    problem: SuspectProblem, mechanism: str, meant: Mapping[Place, Decimal | None], confidence: float
) -> Hypothesis:
    """A hypothesis about cells of the problem: place → what it probably meant (None: not known)."""
    cells = tuple(_suspected(problem.cells[place], meant[place]) for place in sorted(meant))
    return Hypothesis(mechanism, cells, confidence)


def event_hypothesis(problem: SuspectProblem, event: Event) -> Hypothesis:
    """The hypothesis that an event happened, with the lines that it is about."""
    cells = problem.cells if problem.lines is None else {**problem.lines.cells, **problem.cells}
    suspected = tuple(_suspected(cells[place], event.meant[place]) for place in sorted(event.meant))
    amounts = tuple(event.amounts.get(cell.place) for cell in suspected) if event.amounts else ()
    return Hypothesis(event.mechanism, suspected, event.confidence, event.lines, amounts)


def _suspected(cell: SuspectCell, suggested: Decimal | None) -> SuspectedCell:
    return SuspectedCell(
        cell.place, cell.figure_key, cell.sheet_name, cell.cell_address, cell.value, suggested, cell.previous,
        cell.factor, cell.is_money,
    )  # fmt: skip


def without_lawful_stillness(problem: SuspectProblem, hypotheses: Iterable[Hypothesis]) -> list[Hypothesis]:
    """Without copies of the period before where no rule speaks of a copy; the others share the belief."""
    kept, lost = [], 0.0
    for one in hypotheses:
        funds = {problem.cells[place].fund_code for place in one.places}
        if "stale_copy" in one.mechanism and not funds & problem.copied_funds:
            lost += one.confidence
        else:
            kept.append(one)
    share = max(1 - lost, 1e-4)  # confidences are rounded to four digits
    return [Hypothesis(one.mechanism, one.cells, round(min(1.0, one.confidence / share), 4)) for one in kept]


def with_parts_left_out(
    problem: SuspectProblem, hypotheses: Sequence[Hypothesis], minimal_sets: Sequence[Sequence[Place]]
) -> list[Hypothesis]:
    """Where a total differs by exactly one of its parts, the part was left out: named so, and believed more.

    Among many cells that could each be wrong alone the total may be in no hypothesis: it is believed as the last of them.
    """
    named = {one.places for one in hypotheses}
    alone = [places[0] for places in minimal_sets if len(places) == 1 and frozenset(places) not in named]
    last = hypotheses[-1].confidence if hypotheses else 0.0
    others = [hypothesis_of(problem, "unexplained", {p: None}, last) for p in alone if problem.cells[p].is_total]
    renamed = [(_as_part_left_out(problem, one), one) for one in (*hypotheses, *others)]
    kept = [(new, is_gain) for new, old in renamed if (is_gain := new is not old) or old in hypotheses]
    beliefs = [new.confidence * (exp(PART_LEFT_OUT_GAIN / TEMPERATURE) if is_gain else 1.0) for new, is_gain in kept]
    share = 1.0 + sum(beliefs) - sum(one.confidence for one in hypotheses)
    ranked = [
        Hypothesis(new.mechanism, new.cells, round(belief / share, 4))
        for (new, _), belief in zip(kept, beliefs, strict=True)
    ]
    return sorted(ranked, key=lambda one: -one.confidence)


def _as_part_left_out(problem: SuspectProblem, one: Hypothesis) -> Hypothesis:
    """The same named part_left_out when a sum without one of its parts is what the total says.

    The printed parts add up to the printed total only to their rounding, which grows as the root of their number, and
    with the number of those that repeat one another.
    """
    if one.mechanism not in ("unexplained", "label") or len(one.cells) != 1:
        return one
    cell = problem.cells[one.cells[0].place]
    if not cell.is_total or cell.value is None:
        return one
    for verdict in problem.failed:
        coefficients = dict(verdict.terms)
        own = coefficients.pop(cell.place, Decimal(0))
        parts = [problem.cells[place] for place in coefficients]
        is_sum = verdict.operator == "==" and not verdict.constant and set(coefficients.values()) == {-own}
        if not is_sum or len(parts) < 2 or any(part.value is None for part in parts):
            continue
        repeats = Counter(part.value for part in parts)
        gap, slack = sum(part.value for part in parts) - cell.value, 1 + isqrt(sum(n * n for n in repeats.values()))
        nearest = min((part for part in parts if part.value), key=lambda part: abs(part.value - gap), default=None)
        if nearest is not None and abs(nearest.value - gap) <= slack * (nearest.high - nearest.low) / 2:
            cells = (replace(one.cells[0], suggested=cell.value + nearest.value),)
            return Hypothesis("part_left_out", cells, one.confidence)
    return one
