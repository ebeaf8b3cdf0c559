"""From failed verdicts to problems for the engine: one problem for the failed verdicts that hang together in one report.

The cells are figures, the rules are the failed verdicts and those that share a cell with them (checks.chk_suspect).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from khuyencong.culprits.suspects import Place, SuspectCell, SuspectProblem, SuspectVerdict, WholeLines

MOST_CELLS = 200  # what the engine takes
FEW_CELLS = 3
FEWEST_ON_GRAIN, COARSER = 3, 100


def report_of(
    submission_key: int,
    verdicts: Sequence[SuspectVerdict],
    cells: Mapping[Place, SuspectCell],
    copied_funds: frozenset[str] = frozenset(),
    lines: WholeLines | None = None,
) -> SuspectProblem:
    """All of one report as a problem, of any size."""
    cells = _on_common_grain(cells)
    verdicts = _without_empty(verdicts, cells)
    named = {place for verdict in verdicts for place in verdict.places}
    cells = {place: cell for place, cell in cells.items() if place in named}
    return SuspectProblem(submission_key, 0, tuple(verdicts), cells, copied_funds, lines=lines)


def parts_of(report: SuspectProblem) -> list[SuspectProblem]:
    """The report split where no failed verdict's cell joins its verdicts, each part within what the engine takes."""
    verdicts, cells = report.verdicts, report.cells
    failed_cells = {
        place
        for verdict in verdicts if verdict.is_failed
        for place in verdict.places if not verdict.is_each or _is_below_nought(cells[place])
    }  # fmt: skip
    marks = [
        {place for place in v.places if place in failed_cells and (not v.is_each or _is_below_nought(cells[place]))}
        for v in verdicts
    ]
    found = []
    for number, group in enumerate(_connected(marks), 1):
        together = [verdicts[index] for index in group]
        if any(verdict.is_failed for verdict in together):
            sayers = [v for v in verdicts if v.is_each and v not in together]
            found.append(_problem(report, number, together, sayers, failed_cells))
    return found


def _is_below_nought(cell: SuspectCell) -> bool:
    """Whether a cell may break a rule on each figure alone; an empty one does not."""
    return cell.low is not None and cell.low < 0


def _without_empty(verdicts: Sequence[SuspectVerdict], cells: Mapping[Place, SuspectCell]) -> list[SuspectVerdict]:
    """Verdicts without the terms in which nothing was reported; where a short rule failed, its empty cell stays.

    A blank plan under an amount spent is a suspect; the blank activities of a sum are not.
    """
    kept = {
        place
        for verdict in verdicts
        if verdict.is_failed and len(verdict.terms) <= FEW_CELLS
        for place, _ in verdict.terms
    }
    found = []
    for verdict in verdicts:
        terms = tuple((place, a) for place, a in verdict.terms if a and (place in kept or not cells[place].is_empty))
        if terms:
            is_bundle = verdict.is_bundle or not all(a for _, a in verdict.terms)
            found.append(replace(verdict, terms=terms, is_bundle=is_bundle))
    return found


def _on_common_grain(cells: Mapping[Place, SuspectCell]) -> dict[Place, SuspectCell]:
    """Where one figure alone is written finer than its column, the others keep the rounding of the column.

    The digits printed set the rounding of a column; a figure in a larger unit has more of them.
    """
    columns: dict[tuple[int, str, str], list[SuspectCell]] = defaultdict(list)
    for cell in cells.values():
        if cell.is_own and cell.value and cell.low is not None and cell.low < cell.high:
            columns[cell.place[0], cell.place[1], cell.place[3]].append(cell)
    found = dict(cells)
    for column in columns.values():
        finest, *others = sorted(column, key=_grain)
        if len(others) >= FEWEST_ON_GRAIN and _grain(others[0]) >= COARSER * _grain(finest):
            half = _grain(others[0]) / 2
            wider = {
                c.place: replace(c, low=min(c.low, c.value - half), high=max(c.high, c.value + half)) for c in others
            }
            found |= wider
    return found


def _grain(cell: SuspectCell) -> Decimal:
    """The place value of the last digit that is not zero."""
    return Decimal(1).scaleb(cell.value.normalize().as_tuple().exponent)


def _connected(marks: Sequence[set[Hashable]]) -> list[list[int]]:
    """Positions grouped by shared marks, in the order of their first members; a position without marks stands alone."""
    parent = list(range(len(marks)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[Hashable, int] = {}
    for index, own in enumerate(marks):
        for mark in own:
            low, high = sorted((root(index), root(first.setdefault(mark, index))))
            parent[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for index in range(len(marks)):
        groups[root(index)].append(index)
    return list(groups.values())


def _problem(
    report: SuspectProblem,
    number: int,
    together: Sequence[SuspectVerdict],
    sayers: Sequence[SuspectVerdict],
    failed_cells: set[Place],
) -> SuspectProblem:
    """The failed verdicts, then the others, those of most failed cells first, while the engine's limit allows."""
    cells = report.cells

    def weight(verdict: SuspectVerdict) -> tuple[bool, int, tuple[str, str]]:
        return not verdict.is_failed, -sum(place in failed_cells for place, _ in verdict.terms), verdict.key

    chosen: list[SuspectVerdict] = []
    inside: dict[Place, SuspectCell] = {}
    for verdict in sorted(together, key=weight):
        if verdict.is_each:
            own = {place for place, _ in verdict.terms}
            asked = [place for place in verdict.places if place not in own or _is_below_nought(cells[place])]
            named = {place: cells[place] for place in asked} if verdict.is_failed else {}
        else:
            named = {place: cells[place] for place in verdict.places}
        if len(inside | named) > MOST_CELLS:
            if verdict.is_failed:
                return replace(
                    report, number=number, verdicts=tuple(together), cells=inside | named, skipped="too_many_figures"
                )
            continue
        inside |= named
        chosen.append(verdict)
    chosen = [_limited(verdict, inside) for verdict in [*chosen, *sayers]]
    return replace(report, number=number, verdicts=tuple(v for v in chosen if v.terms), cells=inside)


def _limited(verdict: SuspectVerdict, inside: Mapping[Place, SuspectCell]) -> SuspectVerdict:
    """A rule on each figure speaks of the problem's figures only, and of none where its conditions ask for others."""
    if not verdict.is_each:
        return verdict
    is_asked = all(place in inside for condition in verdict.conditions for place, _ in condition.terms)
    terms = tuple((place, a) for place, a in verdict.terms if is_asked and place in inside)
    return replace(verdict, terms=terms)


