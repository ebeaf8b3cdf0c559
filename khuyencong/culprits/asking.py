"""One report asked about: the cells suspected behind its failed verdicts, by an event of whole columns or by the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from expectations.reconciliation.compiler import ContradictoryRules
from expectations.reconciliation.problem import reconcile
from khuyencong.culprits.beliefs import event_hypothesis, hypothesis_of, with_parts_left_out, without_lawful_stillness
from khuyencong.culprits.column_events import left_over
from khuyencong.culprits.events import events
from khuyencong.culprits.problems import parts_of, report_of
from khuyencong.culprits.suspects import Place, SuspectProblem
from khuyencong.culprits.suspicions import Suspicion

# Beyond these a night is too short: failed verdicts, and ways to choose one cell in each of those that share none.
MOST_FAILED, MOST_WAYS = 12, 20_000
MOST_SHOWN = 3


def suspicions_of(report: SuspectProblem) -> list[Suspicion]:
    """What is suspected in one report: one event that explains everything, or most and the rest apart, else part by part."""
    whole = _events(report)
    if whole is not None and whole.is_sure:
        return [whole]
    parts = [_surer(_events(part), _asked(part)) for part in parts_of(report)]
    if whole is None:
        return parts if all(part.is_sure for part in parts) else _most_and_the_rest(report) or parts
    least = min((part.hypotheses[0].confidence if part.hypotheses else 0.0 for part in parts), default=0.0)
    return parts if least > whole.hypotheses[0].confidence else [whole]


def _most_and_the_rest(report: SuspectProblem) -> list[Suspicion]:
    """One sure event that explains most of what failed, and what is suspected in the rest; nothing where there is none."""
    left = None if report.skipped else left_over(report)
    most = _events(without(report, left)) if left else None
    if most is None or not most.is_sure:
        return []
    return _numbered([most, *suspicions_of(without(report, frozenset(most.verdicts)))])


def without(report: SuspectProblem, keys: frozenset[tuple[str, str]]) -> SuspectProblem:
    """The report without some of its verdicts."""
    verdicts = [verdict for verdict in report.verdicts if verdict.key not in keys]
    return report_of(report.submission_key, verdicts, report.cells, report.copied_funds, report.lines)


def _numbered(found: Iterable[Suspicion]) -> list[Suspicion]:
    return [replace(suspicion, number=number) for number, suspicion in enumerate(found)]


def _surer(event: Suspicion | None, asked: Suspicion) -> Suspicion:
    """The one whose best hypothesis is believed more."""
    if event is None or (asked.hypotheses and asked.hypotheses[0].confidence > event.hypotheses[0].confidence):
        return asked
    return event


def _events(problem: SuspectProblem) -> Suspicion | None:
    found = events(problem)
    if not found:
        return None
    hypotheses = [event_hypothesis(problem, event) for event in found]
    return _suspicion(problem, hypotheses=tuple(hypotheses[:MOST_SHOWN]))


def _asked(problem: SuspectProblem) -> Suspicion:
    """The engine's answer about one part of a report."""
    if is_too_large(problem):
        return _suspicion(problem, skipped=problem.skipped or "too_many_verdicts")
    try:
        answer = reconcile(problem.as_json())["records"][0]
    except ContradictoryRules as reason:
        return _suspicion(problem, skipped=f"contradictory rules: {reason}")
    places = list(problem.cells)
    hypotheses = [
        hypothesis_of(
            problem, found["mechanism"],
            {places[int(name[1:])]: _decimal(found["suggested"].get(name)) for name in found["cells"]},
            found["confidence"],
        )
        for found in answer["hypotheses"]
    ]  # fmt: skip
    sets = [[places[int(name[1:])] for name in names] for names in answer["minimal_sets"]]
    ranked = with_parts_left_out(problem, without_lawful_stillness(problem, hypotheses), sets)
    return _suspicion(problem, hypotheses=tuple(ranked[:MOST_SHOWN]), n_sets=len(answer["minimal_sets"]))


def is_too_large(problem: SuspectProblem) -> bool:
    """Whether a search for the cells behind its failed verdicts would take too much of a night."""
    return bool(problem.skipped) or len(problem.failed) > MOST_FAILED or _ways(problem) > MOST_WAYS


def _ways(problem: SuspectProblem) -> int:
    """In how many ways one cell can be chosen in each of the failed verdicts that share none: what a search may meet."""
    ways = 1
    used: set[Place] = set()
    for verdict in sorted(problem.failed, key=lambda one: (len(one.terms), one.key)):
        places = set(verdict.places)
        if used.isdisjoint(places):
            used |= places
            ways *= len(places)
    return ways


def _suspicion(problem: SuspectProblem, **found: Any) -> Suspicion:
    keys = tuple(verdict.key for verdict in problem.failed)
    return Suspicion(problem.submission_key, problem.number, keys, len(problem.verdicts), **found)


def _decimal(number: int | float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))
