"""The rows of checks.chk_suspect as problems, one a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from khuyencong.culprits.problems import report_of
from khuyencong.culprits.suspects import Condition, Place, SuspectCell, SuspectProblem, SuspectVerdict, WholeLines
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


NOUGHT = Decimal(0)


class SuspectRow(NamedTuple):
    """One term of a verdict, as sql/suspect_rows.sql gives it: the verdict, the coefficient, and the cell it stands before."""

    submission_key: int
    rule_id: str
    scope_key: str
    is_failed: bool
    operator: str
    is_each: bool
    aggregate: str
    coefficient: Decimal
    figure_submission_key: int
    sheet_code: str
    row_number: int
    column_name: str
    figure_key: str
    sheet_name: str | None
    cell_address: str | None
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    previous_value: Decimal | None
    factor: Decimal
    fund_code: str
    measure: str
    is_total: bool
    is_corrected: bool
    is_money: bool
    line_key: str
    condition_number: int
    condition_operator: str | None
    condition_bound: Decimal | None
    is_of_some_lines: bool
    is_touching: bool
    is_about_lines: bool

    @property
    def place(self) -> Place:
        return self.figure_submission_key, self.sheet_code, self.row_number, self.column_name


def read_reports(cursor: Cursor) -> list[SuspectProblem]:
    """Each report with hard failed verdicts of linear rules as one problem, in the order of their keys."""
    cursor.execute(read_statement(__package__, "suspect_rows"))
    rows: dict[int, list[SuspectRow]] = defaultdict(list)
    for row in (SuspectRow(*each) for each in cursor):
        rows[row.submission_key].append(row)
    absent = _absent_lines(cursor, list(rows))
    cursor.execute(
        """select submission_key, fund_code from checks.chk_failing
        where family = 'not_copy' and verdict = 'fail' and severity <> 'shadow'"""
    )
    copied: dict[int, set[str]] = defaultdict(set)
    for submission_key, fund_code in cursor:
        copied[submission_key].add(fund_code)
    return [_report(key, of_one, frozenset(copied[key]), absent.get(key)) for key, of_one in rows.items()]


def _report(
    submission_key: int, rows: list[SuspectRow], copied: frozenset[str], absent: Mapping[str, tuple[str, ...]] | None
) -> SuspectProblem:
    """One report: the verdicts that hang together with failed ones and, where lines may be at fault, all about its lines."""
    verdicts, cells = _parsed(submission_key, rows)
    touching = {(row.rule_id, row.scope_key) for row in rows if row.is_touching}
    of_lines = {(row.rule_id, row.scope_key) for row in rows if row.is_about_lines}
    asked = [verdict for verdict in verdicts if verdict.key in touching]
    named = {place for verdict in asked for place in verdict.places}
    lines = WholeLines(tuple(v for v in verdicts if v.key in of_lines), cells, absent) if of_lines else None
    return report_of(submission_key, asked, {place: cells[place] for place in cells if place in named}, copied, lines)


def _absent_lines(cursor: Cursor, keys: list[int]) -> dict[int, dict[str, tuple[str, ...]]]:
    """Report of a form with given lines → sheet → the lines that it lacks, as its reader said (ingestion/sheets/fixed_rows.py)."""
    cursor.execute(read_statement(__package__, "absent_lines"), {"keys": keys})
    found: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for submission_key, sheet_code, written in cursor:
        of_report = found[submission_key]
        if written:
            of_report[sheet_code] = tuple(written.split(", "))
    return found


def _parsed(submission_key: int, rows: Iterable[SuspectRow]) -> tuple[list[SuspectVerdict], dict[Place, SuspectCell]]:
    """The verdicts and cells of one report's rows of checks.chk_suspect. A term that counts lines is a number.

    Of each verdict the sums have a number: 0 the comparison itself, from 1 its conditions.
    """
    cells: dict[Place, SuspectCell] = {}
    heads: dict[tuple[str, str], dict[int, SuspectRow]] = defaultdict(dict)
    terms: dict[tuple[str, str, int], dict[Place, Decimal]] = defaultdict(dict)
    constants: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
    for row in rows:
        heads[row.rule_id, row.scope_key][row.condition_number] = row
        key = (row.rule_id, row.scope_key, row.condition_number)
        if row.aggregate == "count_lines":
            constants[key] += row.coefficient
            continue
        place = row.place
        if place not in cells:
            cells[place] = _cell(row, is_own=row.figure_submission_key == submission_key)
        terms[key][place] = terms[key].get(place, NOUGHT) + row.coefficient
    verdicts = [
        _verdict(of_verdict, {n: (tuple(terms[*key, n].items()), constants[*key, n]) for n in of_verdict})
        for key, of_verdict in heads.items()
        if terms[*key, 0]
    ]
    return verdicts, cells


def _verdict(
    heads: Mapping[int, SuspectRow], sums: Mapping[int, tuple[tuple[tuple[Place, Decimal], ...], Decimal]]
) -> SuspectVerdict:
    """A verdict from a row and the sum (terms and constant) of the comparison, number 0, and of each of its conditions."""
    head, (terms, constant) = heads[0], sums[0]
    conditions = tuple(
        Condition(str(heads[n].condition_operator), asked, less - (heads[n].condition_bound or 0))
        for n, (asked, less) in sorted(sums.items())
        if n and asked
    )
    return SuspectVerdict(
        head.rule_id, head.scope_key, head.is_failed, head.operator, head.is_each, terms, constant,
        conditions=conditions, is_of_some_lines=any(row.is_of_some_lines for row in heads.values()),
    )  # fmt: skip


def _cell(row: SuspectRow, *, is_own: bool) -> SuspectCell:
    return SuspectCell(
        place=row.place,
        figure_key=row.figure_key,
        sheet_name=row.sheet_name,
        cell_address=row.cell_address,
        value=row.value,
        low=row.low,
        high=row.high,
        previous=row.previous_value if is_own else None,
        factor=row.factor,
        fund_code=row.fund_code,
        measure=row.measure,
        is_own=is_own,
        is_total=row.is_total,
        is_corrected=row.is_corrected,
        is_money=row.is_money,
        line_name="|".join(row.line_key.split("|")[2:]),
    )
