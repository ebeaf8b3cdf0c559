"""Who is the culprit: the cells that are probably wrong behind failed verdicts, why, and what was probably meant.

Reads checks.chk_suspect, asks the engine (expectations/reconciliation), writes checks.suspicion and, where the answer is
sure enough, checks.culprit: the gate then holds the culprit alone. Nothing here depends on anything but the verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from expectations.reconciliation.compiler import ContradictoryRules
from expectations.reconciliation.problem import reconcile
from khuyencong.culprits.beliefs import hypothesis_of, with_parts_left_out, without_lawful_stillness
from khuyencong.culprits.column_events import column_events, holds, left_over
from khuyencong.culprits.failed_nodes import naming_submission
from khuyencong.culprits.problems import parts_of, report_of
from khuyencong.culprits.rows import read_reports
from khuyencong.culprits.suspects import Place, SuspectProblem, SuspectVerdict
from khuyencong.culprits.suspicions import Suspicion, write_suspicions

if TYPE_CHECKING:
    from warehouse.connections import Connection


# Beyond these a night is too short: failed verdicts, and ways to choose one cell in each of those that share none.
MOST_FAILED, MOST_WAYS = 12, 20_000
MOST_SHOWN = 3
# (submission, number of verdicts) → the report asked about, and what was found
Known = dict[tuple[int, int], tuple[SuspectProblem, list[Suspicion]]]


def name_culprits(connection: Connection, known: Known) -> list[Suspicion]:
    """Ask about every report that has hard failed verdicts; write what was found over what the last round found.

    `known` carries reports and answers from round to round of one night: a report is asked about again when it changed.
    """
    with connection, connection.cursor() as cursor:
        reports = read_reports(cursor)
        found = suspicions_of_all(reports, known)
        cells_of = {
            (report.submission_key, *verdict.key): frozenset(place for place, _ in verdict.terms)
            for report in reports
            for verdict in report.failed
            if not verdict.is_bundle
        }
        write_suspicions(cursor, found, cells_of)
    return found


def suspicions_of_all(reports: Iterable[SuspectProblem], known: Known) -> list[Suspicion]:
    """What is suspected in each report, first alone, then knowing what is surely wrong in the others."""
    reports = list(reports)
    alone = [suspicion for report in reports for suspicion in _remembered(known, report)]
    causes = _self_evident(reports, alone)
    return [suspicion for report in reports for suspicion in _with_causes_elsewhere(known, report, causes)]


def _remembered(known: Known, report: SuspectProblem) -> list[Suspicion]:
    """What is suspected in a report as it stands, asked once a night."""
    before = known.get((report.submission_key, len(report.verdicts)))
    if before is None or before[0] != report:
        with naming_submission(report.submission_key, "The engine"):
            before = known[report.submission_key, len(report.verdicts)] = (report, suspicions_of(report))
    return before[1]


def _self_evident(reports: Iterable[SuspectProblem], found: Iterable[Suspicion]) -> dict[Place, Suspicion]:
    """Cell → what is surely wrong with it, where the report's own figures show it, or two other reports alike."""
    others_of = {
        (report.submission_key, *verdict.key): {place[0] for place, _ in verdict.terms} - {report.submission_key}
        for report in reports
        for verdict in report.failed
    }
    return {
        place: suspicion
        for suspicion in found
        if suspicion.is_sure and _is_shown(suspicion, others_of)
        for place in suspicion.hypotheses[0].places
        if place[0] == suspicion.submission_key
    }


def _is_shown(suspicion: Suspicion, others_of: Mapping[tuple[int, str, str], set[int]]) -> bool:
    others = [others_of.get((suspicion.submission_key, *key)) for key in suspicion.verdicts]
    known = [each for each in others if each is not None]
    return any(not each for each in known) or len(set().union(*known)) > 1


def _with_causes_elsewhere(known: Known, report: SuspectProblem, causes: Mapping[Place, Suspicion]) -> list[Suspicion]:
    """What is suspected in a report once verdicts that another report's culprit explains are put down to that culprit."""
    put_down: dict[tuple[int, int], list[SuspectVerdict]] = {}
    for verdict in report.failed:
        there = [causes[p] for p, _ in verdict.terms if p in causes and p[0] != report.submission_key]
        for cause in there[:1]:
            meant = {cell.place: cell.suggested for cell in cause.hypotheses[0].cells}
            if holds(verdict, report.cells, {p: v for p, v in meant.items() if p in report.cells}):
                put_down.setdefault((cause.submission_key, cause.number), []).append(verdict)
    if not put_down:
        return _remembered(known, report)
    explained = frozenset(verdict.key for verdicts in put_down.values() for verdict in verdicts)
    rest = _without(report, explained)
    found = list(_remembered(known, rest)) if rest.failed else []
    number = max((suspicion.number for suspicion in found), default=0)
    by_key = {(cause.submission_key, cause.number): cause for cause in causes.values()}
    for following, (key, verdicts) in enumerate(sorted(put_down.items()), number + 1):
        keys = tuple(verdict.key for verdict in verdicts)
        found.append(Suspicion(report.submission_key, following, keys, len(keys), by_key[key].hypotheses[:1]))
    return found


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
    most = _events(_without(report, left)) if left else None
    if most is None or not most.is_sure:
        return []
    return _numbered([most, *suspicions_of(_without(report, frozenset(most.verdicts)))])


def _without(report: SuspectProblem, keys: frozenset[tuple[str, str]]) -> SuspectProblem:
    verdicts = [verdict for verdict in report.verdicts if verdict.key not in keys]
    return report_of(report.submission_key, verdicts, report.cells, report.copied_funds)


def _numbered(found: Iterable[Suspicion]) -> list[Suspicion]:
    return [replace(suspicion, number=number) for number, suspicion in enumerate(found)]


def _surer(event: Suspicion | None, asked: Suspicion) -> Suspicion:
    """The one whose best hypothesis is believed more."""
    if event is None or (asked.hypotheses and asked.hypotheses[0].confidence > event.hypotheses[0].confidence):
        return asked
    return event


def _events(problem: SuspectProblem) -> Suspicion | None:
    if problem.skipped:  # its cells are not all there
        return None
    events = column_events(problem)
    if not events:
        return None
    hypotheses = [hypothesis_of(problem, event.mechanism, event.meant, event.confidence) for event in events]
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
        places = {place for place, _ in verdict.terms}
        if used.isdisjoint(places):
            used |= places
            ways *= len(places)
    return ways


def _suspicion(problem: SuspectProblem, **found: Any) -> Suspicion:
    keys = tuple(verdict.key for verdict in problem.failed)
    return Suspicion(problem.submission_key, problem.number, keys, len(problem.verdicts), **found)


def _decimal(number: int | float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))
