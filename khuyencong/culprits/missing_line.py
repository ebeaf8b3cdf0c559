"""A line that is missing: the totals of several columns are above the sums of their lines by amounts that make up one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from khuyencong.culprits.candidates import FEWEST_FAILED, Candidate
from khuyencong.culprits.holding import holds
from khuyencong.culprits.suspects import Place, SuspectCell, SuspectProblem, SuspectVerdict, WholeLines
from khuyencong.culprits.suspicions import LINE_MISSING

MISSING_COST, NAMED_GAIN = 1.6, 0.6
Sums = dict[str, tuple[SuspectVerdict, SuspectCell]]  # column → its rule and the cell of its total


def missing_line(problem: SuspectProblem, lines: WholeLines) -> Iterator[Candidate]:
    """The event that a line is missing, where all that failed are totals above their sums; not where all given lines are there."""
    sheets = {place[1] for verdict in problem.failed for place, _ in verdict.terms}
    if len(sheets) != 1 or len(problem.failed) < FEWEST_FAILED:
        return
    (sheet,) = sheets
    absent = None if lines.absent is None else lines.absent.get(sheet, ())
    failed = {verdict.key for verdict in problem.failed}
    sums = _sums(problem.submission_key, sheet, lines)
    if absent == () or failed - {verdict.key for verdict, _ in sums.values()}:
        return
    amounts = {column: _missing(verdict, total, lines.cells) for column, (verdict, total) in sums.items()}
    short = {sums[column][1].place: amount.value for column, amount in amounts.items() if sums[column][0].key in failed}
    if all(value is not None and value > 0 for value in short.values()) and _is_one_line(problem, lines, amounts):
        found = {place: value for place, value in short.items() if value is not None}
        cost = MISSING_COST - (NAMED_GAIN if absent else 0.0)
        yield Candidate(cost, LINE_MISSING, dict.fromkeys(found), absent or (), found)


def _sums(submission_key: int, sheet: str, lines: WholeLines) -> Sums:
    """The rules that a total is the sum of the lines of its column."""
    sums: Sums = {}
    for verdict in lines.verdicts:
        cells = [(lines.cells[place], coefficient) for place, coefficient in verdict.terms]
        totals = [(cell, coefficient) for cell, coefficient in cells if cell.is_total]
        if verdict.operator != "==" or verdict.constant or verdict.is_each or len(totals) != 1 or len(cells) < 2:
            continue
        total, sign = totals[0]
        columns = {cell.place[:2] + cell.place[3:] for cell, _ in cells}
        is_sum = all(coefficient == -sign for cell, coefficient in cells if not cell.is_total)
        if is_sum and columns == {(submission_key, sheet, total.place[3])}:
            sums[total.place[3]] = (verdict, total)
    return sums


def _missing(verdict: SuspectVerdict, total: SuspectCell, cells: Mapping[Place, SuspectCell]) -> SuspectCell:
    """The cell that the missing line would have in a column: the total less its lines, with the rounding of all of them."""
    parts = [cells[place] for place, _ in verdict.terms if place != total.place]
    ends: list[Decimal | None] = []
    for end, opposite in (("value", "value"), ("low", "high"), ("high", "low")):
        numbers = [getattr(total, end), *(getattr(part, opposite) for part in parts)]
        known = [number for number in numbers if number is not None]
        ends.append(known[0] - sum(known[1:]) if len(known) == len(numbers) else None)
    value, low, high = ends
    return SuspectCell(
        (total.place[0], total.place[1], 0, total.place[3]), "", None, None, value, low, high, None, total.factor, total.fund_code,
        total.measure, True, False, False, total.is_money,
    )  # fmt: skip


def _is_one_line(problem: SuspectProblem, lines: WholeLines, amounts: Mapping[str, SuspectCell]) -> bool:
    """Whether the amounts obey what the rules say of each line alone, as the other lines do."""
    said = set()
    for verdict in lines.verdicts:
        rows = {place[:3] for place, _ in verdict.terms}
        is_of_lines = len(rows) == 1 and next(iter(rows))[0] == problem.submission_key
        if is_of_lines and not verdict.is_each and not any(lines.cells[place].is_total for place, _ in verdict.terms):
            columns = tuple(sorted((place[3], coefficient) for place, coefficient in verdict.terms))
            if not verdict.is_of_some_lines and all(column in amounts for column, _ in columns):
                said.add((verdict.rule_id, verdict.operator, verdict.constant, columns))
    missing = {cell.place: cell for cell in amounts.values()}
    return all(
        holds(SuspectVerdict(rule, "", False, operator, False, terms, constant), missing, {})
        for rule, operator, constant, columns in said
        for terms in [tuple((amounts[column].place, coefficient) for column, coefficient in columns)]
    )
