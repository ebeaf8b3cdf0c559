"""What changes between the open release and tonight's facts, as SQL over sets: reports first, then contributions.

A row whose content stays the same stays open. Why a row is opened or closed is one reason, the first that changed among the
row's own inputs, in the order of the data contract: the register rows of its unit, indicator, fund, activity and form; the
calendar of its form; the rules that hold it, or held it; its succession; a decision on it; its report. A bound follows the
figures that it is made from.

The statements stand in khuyencong/release/sql. They hand on temporary tables, which live until the transaction ends:
change_tonight (what is known about tonight), change_report, change_cause (what a contribution may name as its cause) and
change_contribution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.rows import single_row
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


def find_changes(cursor: Cursor, run_key: int) -> None:
    """Fill the temporary tables of the changes of a run. Raises LookupError when there is no such run."""
    cursor.execute(read_statement(__package__, "change_tonight"), {"run_key": run_key})
    if cursor.rowcount != 1:
        raise LookupError(f"There is no run {run_key} in release.run.")
    for statement in ("change_report", "change_cause", "change_contribution", "reasons_of_bounds"):
        cursor.execute(read_statement(__package__, statement))


def count_changes(cursor: Cursor) -> tuple[int, int]:
    """Rows to open and rows to close."""
    cursor.execute(read_statement(__package__, "count_changes"))
    n_opened, n_closed = single_row(cursor)
    return n_opened, n_closed


def write_changes(cursor: Cursor, release_number: int) -> None:
    """Close what the release replaces, then open what is new in it."""
    for statement in ("close_reports", "close_contributions", "open_reports", "open_contributions"):
        cursor.execute(read_statement(__package__, statement), {"release_number": release_number})
