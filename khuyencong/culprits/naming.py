"""Who is the culprit: the cells that are probably wrong behind failed verdicts, why, and what was probably meant.

Reads checks.chk_suspect, asks the engine (expectations/reconciliation), writes checks.suspicion and, where the answer is
sure enough, checks.culprit: the gate then holds the culprit alone. Nothing here depends on anything but the verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from khuyencong.culprits.asking import suspicions_of, without
from khuyencong.culprits.failed_nodes import naming_submission
from khuyencong.culprits.holding import holds
from khuyencong.culprits.rows import read_reports
from khuyencong.culprits.suspects import Place, SuspectProblem, SuspectVerdict
from khuyencong.culprits.suspicions import Suspicion, write_suspicions

if TYPE_CHECKING:
    from warehouse.connections import Connection

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
            (report.submission_key, *verdict.key): frozenset(verdict.places)
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
        (report.submission_key, *verdict.key): {place[0] for place in verdict.places} - {report.submission_key}
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
        there = [causes[p] for p in verdict.places if p in causes and p[0] != report.submission_key]
        for cause in there[:1]:
            meant = {cell.place: cell.suggested for cell in cause.hypotheses[0].cells}
            if holds(verdict, report.cells, {p: v for p, v in meant.items() if p in report.cells}):
                put_down.setdefault((cause.submission_key, cause.number), []).append(verdict)
    if not put_down:
        return _remembered(known, report)
    explained = frozenset(verdict.key for verdicts in put_down.values() for verdict in verdicts)
    rest = without(report, explained)
    found = list(_remembered(known, rest)) if rest.failed else []
    number = max((suspicion.number for suspicion in found), default=0)
    by_key = {(cause.submission_key, cause.number): cause for cause in causes.values()}
    for following, (key, verdicts) in enumerate(sorted(put_down.items()), number + 1):
        keys = tuple(verdict.key for verdict in verdicts)
        found.append(Suspicion(report.submission_key, following, keys, len(keys), by_key[key].hypotheses[:1]))
    return found


