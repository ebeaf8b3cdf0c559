"""One event that damages whole lines of a report: two lines exchanged, or one that is missing under a total that counts it.

As with columns, what a line is is known to the form, not to the engine. Believed only if every verdict about these lines then
holds: not only those that failed, but all that the report's rules say of them (checks.chk_suspect, `is_about_lines`).
"""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from statistics import median

from khuyencong.culprits.candidates import FEWEST_FAILED, Candidate
from khuyencong.culprits.holding import holds
from khuyencong.culprits.missing_line import missing_line
from khuyencong.culprits.suspects import Place, SuspectCell, SuspectProblem, SuspectVerdict, WholeLines

EXCHANGE_COST = 1.5
HISTORY_WEIGHT = 1.6  # a whole line has many figures to compare; the whole of it must look like the other
FEWEST_GROWN = 3
TELLING = 0.1  # of a power of ten: a figure that moved by a quarter
Row = tuple[str, int]  # sheet and row number


def line_candidates(problem: SuspectProblem) -> Iterator[Candidate]:
    """Events on whole lines after which every verdict about them holds; none where no line has several failed columns."""
    if problem.lines is None:
        return
    yield from _exchanges(problem, problem.lines)
    yield from missing_line(problem, problem.lines)


def _exchanges(problem: SuspectProblem, lines: WholeLines) -> Iterator[Candidate]:
    """Pairs of lines of one sheet that hold each other's figures."""
    cells, rows, usual = dict(lines.cells), _rows(problem, lines), _usual_growth(lines)
    by_place: dict[Place, list[SuspectVerdict]] = defaultdict(list)
    for verdict in lines.verdicts:
        for place in verdict.places:
            by_place[place].append(verdict)
    for one, other in _pairs(problem, lines, rows):
        exchanged = _exchanged(cells, rows[one], rows[other])
        if not exchanged:
            continue
        touched = {verdict.key: verdict for place in exchanged for verdict in by_place[place]}
        ordered = sorted(touched.values(), key=lambda verdict: not verdict.is_failed)
        afterwards = ChainMap(exchanged, cells)
        is_all_failed = all(verdict.key in touched for verdict in problem.failed)
        if is_all_failed and all(holds(verdict, afterwards, {}) for verdict in ordered):
            meant = {place: cell.value for place, cell in exchanged.items()}
            names = tuple(next(cells[place].line_name for place in rows[row].values()) for row in (one, other))
            gains = _history_gains(cells, meant, usual)
            n_witnesses = sum(gain > TELLING for gain in gains) - sum(gain < -TELLING for gain in gains)
            if len(problem.failed) + n_witnesses >= FEWEST_FAILED:
                cost = EXCHANGE_COST - HISTORY_WEIGHT * _from_minus_one_to_one(gains)
                yield Candidate(cost, "rows_exchanged", meant, names, n_witnesses=max(0, n_witnesses))


def _rows(problem: SuspectProblem, lines: WholeLines) -> dict[Row, dict[str, Place]]:
    """The report's own lines, without totals: row → column → place."""
    rows: dict[Row, dict[str, Place]] = defaultdict(dict)
    for place, cell in lines.cells.items():
        if cell.is_own and not cell.is_total and place[0] == problem.submission_key:
            rows[place[1], place[2]][place[3]] = place
    return rows


def _pairs(problem: SuspectProblem, lines: WholeLines, rows: Mapping[Row, object]) -> list[tuple[Row, Row]]:
    """Pairs of lines of one sheet of which every failed verdict names one at least."""
    own: list[set[Row]] = []
    for verdict in problem.failed:
        named = {(place[1], place[2]) for place, _ in verdict.terms if place[0] == problem.submission_key}
        own.append({row for row in named if row in rows})
    fewest = min(own, key=len, default=set())
    pairs = {
        (min(one, other), max(one, other))
        for one in fewest
        for other in rows
        if one != other and one[0] == other[0] and all(one in named or other in named for named in own)
    }
    return sorted(pairs)


def _exchanged(
    cells: dict[Place, SuspectCell], one: Mapping[str, Place], other: Mapping[str, Place]
) -> dict[Place, SuspectCell]:
    """The cells of two lines, each with the number typed in the other, in its own unit; like cells stay as they are."""
    found: dict[Place, SuspectCell] = {}
    for column in one.keys() & other.keys():
        here, there = cells[one[column]], cells[other[column]]
        if here.value is None or there.value is None or here.is_corrected or there.is_corrected:
            continue
        if here.value != there.value:
            found |= {here.place: _with_number_of(here, there), there.place: _with_number_of(there, here)}
    return found


def _with_number_of(cell: SuspectCell, other: SuspectCell) -> SuspectCell:
    value, low, high = (end and end / other.factor * cell.factor for end in (other.value, other.low, other.high))
    return replace(cell, value=value, low=low, high=high)


def _usual_growth(lines: WholeLines) -> dict[str, Decimal]:
    """Measure → how many times the period before its figures usually are, in this report; 1 where hardly any is known."""
    grown: dict[str, list[Decimal]] = defaultdict(list)
    for cell in lines.cells.values():
        if cell.is_own and cell.value and cell.previous and cell.value / cell.previous > 0:
            grown[cell.measure].append(cell.value / cell.previous)
    return {measure: median(times) if len(times) >= FEWEST_GROWN else Decimal(1) for measure, times in grown.items()}


def _history_gains(
    cells: Mapping[Place, SuspectCell], meant: Mapping[Place, Decimal | None], usual: Mapping[str, Decimal]
) -> list[float]:
    """How much nearer each meant figure lies to what the period before lets expect than the reported one, in powers of ten."""
    return [
        _apart(cells[place].value, expected) - _apart(value, expected)
        for place, value in meant.items()
        if (before := cells[place].previous) is not None
        for expected in (before * usual.get(cells[place].measure, Decimal(1)),)
    ]


def _from_minus_one_to_one(gains: list[float]) -> float:
    """Their mean, doubled: half a power of ten on the whole is as much as can be wished for."""
    return max(-1.0, min(1.0, 2 * sum(gains) / len(gains))) if gains else 0.0


def _apart(value: Decimal | None, expected: Decimal) -> float:
    """How far two figures lie apart in powers of ten, at most one: what one that is nought and one that is not are."""
    if not value or not expected:
        return float(bool(value) != bool(expected))
    return 1.0 if value / expected < 0 else min(1.0, abs(float((value / expected).log10())))
