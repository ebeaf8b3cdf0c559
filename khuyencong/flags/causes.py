"""Which failed verdicts have one cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from khuyencong.culprits.suspicions import Suspicion
from khuyencong.flags.line_words import OF_LINES
from khuyencong.flags.scale import MECHANISM as UNIT_OF_REPORT
from khuyencong.flags.words import FailedVerdict

Suspicions = Mapping[tuple[int, str, str], Suspicion]


def group_causes(verdicts: Iterable[FailedVerdict], suspicions: Suspicions | None = None) -> list[list[FailedVerdict]]:
    """Failed verdicts grouped into causes, in the order of submission, rule and scope.

    Two are connected when they share a cell, or when in one report both are off by the same power of a thousand against
    the same other report: a unit of money is wrong once, not once an activity. Where the engine is sure of the culprits, only
    these connect: a good figure that two bad ones stand beside is no common cause. A figure far from those of other units
    is no cause of its own where a rule fails beside it, and connects nothing.
    """
    in_order = sorted(verdicts, key=lambda v: (v.submission_key, v.rule_id, v.scope_key))
    ordered = [verdict for verdict in in_order if verdict.family != "outlier"]
    without = {key for verdict in ordered if verdict.reason == "missing_counterpart" and (key := _project_of(verdict))}
    parent = list(range(len(ordered)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first_with: dict[tuple[object, ...], int] = {}
    for index, verdict in enumerate(ordered):
        for mark in _marks(verdict, (suspicions or {}).get(verdict.key), without):
            other = first_with.setdefault(mark, index)
            low, high = sorted((root(index), root(other)))
            parent[high] = low
    groups: dict[int, list[FailedVerdict]] = defaultdict(list)
    for index, verdict in enumerate(ordered):
        groups[root(index)].append(verdict)
    return _with_outliers(list(groups.values()), [verdict for verdict in in_order if verdict.family == "outlier"])


def _with_outliers(groups: list[list[FailedVerdict]], outliers: Iterable[FailedVerdict]) -> list[list[FailedVerdict]]:
    """Each outlier put to the first cause that shares a cell with it; those of a report that share none are one cause."""
    group_of = {cell.place: group for group in reversed(groups) for verdict in group for cell in verdict.cells}
    alone: dict[int, list[FailedVerdict]] = defaultdict(list)
    for outlier in outliers:
        beside = next((group_of[cell.place] for cell in outlier.cells if cell.place in group_of), None)
        (alone[outlier.submission_key] if beside is None else beside).append(outlier)
    return groups + list(alone.values())


def _project_of(verdict: FailedVerdict) -> tuple[int, str] | None:
    project_key = verdict.scope.get("project_key")
    return (verdict.submission_key, project_key) if project_key else None


def _marks(
    verdict: FailedVerdict, found: Suspicion | None, without: Collection[tuple[int, str]]
) -> list[tuple[object, ...]]:
    """What joins a verdict to others: the culprits where they are known; else all its cells, its unit if that is off, and
    the line that one of two reports lacks: of its project (`without`), of all its projects, of one activity in every column.
    """
    cells: list[tuple[object, ...]] = [cell.place for cell in verdict.cells]
    if found is not None and found.is_sure:
        best = found.hypotheses[0]
        if best.mechanism == UNIT_OF_REPORT:  # all cells of the report are its culprits: they would draw in whatever else is wrong
            return [(UNIT_OF_REPORT, found.submission_key)]
        culprits: list[tuple[object, ...]] = sorted(best.places if "+" not in best.mechanism else best.places.intersection(cells))
        return culprits or cells
    if found is not None and found.hypotheses and not found.is_undecided and found.hypotheses[0].mechanism in OF_LINES:
        cells.append(("lines", found.submission_key, found.number))  # one slip of a line, in however many columns
    if verdict.unit_exponent is not None:
        both = sorted({verdict.submission_key, *(cell.submission_key for cell in verdict.cells)})
        cells.append(("unit", verdict.unit_exponent, *both))
    reports = {cell.submission_key for cell in verdict.cells}
    if verdict.submission_key not in reports and verdict.reason == "missing_counterpart":
        cells.append(("left out", verdict.submission_key))
    if (key := _project_of(verdict)) is not None and key in without:
        cells.append(("without counterpart", *key))
    is_about_two = len(reports) > 1 or verdict.reason == "missing_counterpart"
    if is_about_two and "indicator_code" in verdict.scope and "activity_code" in verdict.scope:
        cells.append(("line", verdict.submission_key, verdict.rule_id, verdict.scope["activity_code"]))
    return cells
