"""The rows of checks.chk_suspect as problems, one a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from khuyencong.culprits.problems import Place, SuspectCell, SuspectProblem, SuspectVerdict, report_of
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor



def read_reports(cursor: Cursor) -> list[SuspectProblem]:
    """Each report with hard failed verdicts of linear rules as one problem, in the order of their keys."""
    cursor.execute(read_statement(__package__, "suspect_rows"))
    rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for submission_key, *row in cursor:
        rows[submission_key].append(tuple(row))
    cursor.execute(
        """select submission_key, fund_code from checks.chk_failing
        where family = 'not_copy' and verdict = 'fail' and severity <> 'shadow'"""
    )
    copied: dict[int, set[str]] = defaultdict(set)
    for submission_key, fund_code in cursor:
        copied[submission_key].add(fund_code)
    return [report_of(key, *_parsed(key, of_one), frozenset(copied[key])) for key, of_one in rows.items()]


def _parsed(
    submission_key: int, rows: Iterable[tuple[Any, ...]]
) -> tuple[list[SuspectVerdict], dict[Place, SuspectCell]]:
    """The verdicts and cells of one report's rows of checks.chk_suspect. A term that counts lines is a number."""
    cells: dict[Place, SuspectCell] = {}
    heads: dict[tuple[str, str], tuple[bool, str, bool]] = {}
    terms: dict[tuple[str, str], dict[Place, Decimal]] = defaultdict(dict)
    constants: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for rule_id, scope_key, is_failed, operator, is_each, aggregate, coefficient, *cell in rows:
        key = (rule_id, scope_key)
        heads[key] = (is_failed, operator, is_each)
        figure_submission, sheet, row, column, figure_key, sheet_name, address, value, low, high, previous, *more = cell
        if aggregate == "count_lines":
            constants[key] += coefficient
            continue
        place = (figure_submission, sheet, row, column)
        is_own = figure_submission == submission_key
        cells[place] = SuspectCell(
            place, figure_key, sheet_name, address, value, low, high, previous if is_own else None, *more[:3], is_own, *more[3:]
        )  # fmt: skip
        terms[key][place] = terms[key].get(place, Decimal(0)) + coefficient
    verdicts = [
        SuspectVerdict(*key, *heads[key], tuple(terms[key].items()), constants[key]) for key in heads if terms[key]
    ]
    return verdicts, cells
