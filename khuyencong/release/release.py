"""Releases: numbered states of the national figures. One is opened only when content changed.

Content = the open rows of release.contribution and release.report. Tonight's facts are compared with them as sets; rows
that say the same stay open, so a release costs only what changed, and the bridge between two releases is what was opened
minus what was closed in between. The roll-up of a release is made in the same transaction and compared with its
contributions; where totals do not close, nothing is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from khuyencong.release.changes import count_changes, find_changes, write_changes
from khuyencong.release.control_totals import Control, keep_controls, refuse_unaccounted
from khuyencong.release.guard import refuse_faults, refuse_unexplained
from warehouse.rows import single_row
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


@dataclass(frozen=True)
class ReleaseOutcome:
    """What tonight's release came to. `release_number` is None only while there is no content at all."""

    release_number: int | None
    release_hash: str
    opened: bool
    n_opened: int
    n_closed: int


def open_release(connection: Connection, run_key: int, as_of: datetime) -> ReleaseOutcome:
    """Compare tonight's facts with the open release, open a new one when they differ, and write it on the run.

    Reads facts.fct_contribution and facts.fct_report; one transaction, in which release.rollup_row is made anew; may be run
    again. Raises ControlError, and releases nothing, when the control totals of the night do not close, when more of the nation
    would go than anything speaks for, or when the roll-up contradicts the contributions.
    """
    with connection, connection.cursor() as cursor:
        # One release at a time; readers are not kept waiting.
        cursor.execute("lock table release.release in share row exclusive mode")
        cursor.execute("select release.keep_register(%s)", (run_key,))
        find_changes(cursor, run_key)
        refuse_unaccounted(cursor, run_key)
        refuse_unexplained(cursor)
        n_opened, n_closed = count_changes(cursor)
        cursor.execute("select max(release_number) from release.release")
        (release_number,) = single_row(cursor)
        opened = n_opened + n_closed > 0
        if opened:
            release_number = (release_number or 0) + 1
            _write_release(cursor, release_number, run_key, as_of)
        cursor.execute("select release.content_hash(%s)", (release_number or 0,))
        (release_hash,) = single_row(cursor)
        if opened:
            cursor.execute(
                "update release.release set release_hash = %s where release_number = %s", (release_hash, release_number)
            )
        cursor.execute(
            "update release.run set release_number = %s, release_hash = %s where run_key = %s",
            (release_number, release_hash, run_key),
        )
        cursor.execute("select release.keep_rollup(%s)", (run_key,))
        refuse_faults(cursor)
        keep_controls(cursor, run_key, "release", _count_release(cursor))
    if opened:
        _vacuum(connection)
    return ReleaseOutcome(release_number, release_hash, opened, n_opened, n_closed)


def _vacuum(connection: Connection) -> None:
    """Give back what closing rows left behind, so that tables grow with change and not with nights. Not in a transaction."""
    was_autocommit, connection.autocommit = connection.autocommit, True
    try:
        with connection.cursor() as cursor:
            cursor.execute("vacuum (analyze) release.contribution, release.report")
    finally:
        connection.autocommit = was_autocommit


def _count_release(cursor: Cursor) -> list[Control]:
    """Tonight's facts against the rows that are open now: everything that was made is released, and nothing else."""
    cursor.execute(read_statement(__package__, "count_release"))
    return [Control(*row) for row in cursor.fetchall()]


def _write_release(cursor: Cursor, release_number: int, run_key: int, as_of: datetime) -> None:
    """Number the release, close what it replaces, open what is new."""
    # The number is given here and not by the sequence, so that a rolled-back night leaves no gap.
    cursor.execute(
        """insert into release.release (release_number, run_key, as_of, release_hash)
        overriding system value values (%s, %s, %s, '')""",
        (release_number, run_key, as_of),
    )
    write_changes(cursor, release_number)
