"""Releases: numbered states of the national figures. One is opened only when content changed.

Content = the open rows of release.contribution and release.report. Tonight's facts are compared with them as sets; rows
that say the same stay open, so a release costs only what changed, and the bridge between two releases is what was opened
minus what was closed in between. The roll-up of a release is made in the same transaction and compared with its
contributions; where totals do not close, nothing is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from khuyencong.release import changes, reasons
from khuyencong.release.control_totals import Control, keep_controls, refuse_unaccounted
from khuyencong.release.final import final_periods
from khuyencong.release.guard import refuse_faults, refuse_unexplained
from warehouse.settings import TIMEZONE


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
        _find_changes(cursor, run_key)
        refuse_unaccounted(cursor, run_key)
        refuse_unexplained(cursor)
        n_opened, n_closed = _count_changes(cursor)
        cursor.execute("select max(release_number) from release.release")
        (release_number,) = cursor.fetchone()
        opened = n_opened + n_closed > 0
        if opened:
            release_number = (release_number or 0) + 1
            _write_release(cursor, release_number, run_key, as_of)
        cursor.execute("select release.content_hash(%s)", (release_number or 0,))
        (release_hash,) = cursor.fetchone()
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


def _find_changes(cursor: Any, run_key: int) -> None:
    """Fill the temporary tables of release_changes, which live until the transaction ends."""
    cursor.execute("select release.keep_register(%s)", (run_key,))
    cursor.execute(reasons.TONIGHT, {"run_key": run_key})
    if cursor.rowcount != 1:
        raise LookupError(f"There is no run {run_key} in release.run.")
    cursor.execute(changes.report_changes())
    cursor.execute(reasons.CAUSES)
    cursor.execute(changes.contribution_changes())
    cursor.execute(reasons.BOUND_REASONS)


def _count_release(cursor: Any) -> list[Control]:
    """Tonight's facts against the rows that are open now: everything that was made is released, and nothing else."""
    cursor.execute(
        """select 'open contributions' as control, f.n_rows, o.n_rows, f.amount, o.amount
        from (select count(*) as n_rows, coalesce(sum(abs(value)), 0) as amount from facts.fct_contribution) as f
        cross join (
            select count(*) as n_rows, coalesce(sum(abs(value)), 0) as amount from release.contribution
            where closed_release is null
        ) as o
        union all
        select 'open reports', f.n_rows, o.n_rows, f.n_owed, o.n_owed
        from (select count(*) as n_rows, count(*) filter (where is_owed) as n_owed from facts.fct_report) as f
        cross join (
            select count(*) as n_rows, count(*) filter (where is_owed) as n_owed from release.report
            where closed_release is null
        ) as o
        union all
        -- what the marts must show
        select 'rows of the roll-up', r.n_rows, r.n_rows, r.amount, r.amount
        from (
            select count(*) as n_rows, coalesce(sum(accepted) filter (where is_additive), 0) as amount from release.rollup_row
        ) as r"""
    )
    return [Control(*row) for row in cursor.fetchall()]


def _count_changes(cursor: Any) -> tuple[int, int]:
    """Rows to open and rows to close."""
    cursor.execute(
        """select count(*) filter (where is_new), count(old_key) from (
            select is_new, old_key from change_report union all select is_new, old_key from change_contribution) as c"""
    )
    return cursor.fetchone()


def _write_release(cursor: Any, release_number: int, run_key: int, as_of: datetime) -> None:
    """Number the release, close what it replaces, open what is new."""
    # The number is given here and not by the sequence, so that a rolled-back night leaves no gap.
    cursor.execute(
        """insert into release.release (release_number, run_key, as_of, release_hash)
        overriding system value values (%s, %s, %s, '')""",
        (release_number, run_key, as_of),
    )
    number = {"release_number": release_number}
    cursor.execute(changes.close_rows("report", "report_key"), number)
    cursor.execute(changes.close_rows("contribution", "contribution_key"), number)
    report = changes.REPORT_KEY + changes.REPORT_CONTENT + changes.REPORT_CARRIED_ALONG
    contribution = changes.CONTRIBUTION_KEY + changes.CONTRIBUTION_CONTENT + changes.CONTRIBUTION_CARRIED_ALONG
    cursor.execute(changes.open_rows("report", report), number)
    cursor.execute(changes.open_rows("contribution", contribution), number)


def find_release(connection: Connection, as_of: datetime | None = None, release: int | None = None) -> dict[str, Any]:
    """{release, as_of, release_hash} of a number, of the newest release known at a time, or of the newest.

    Raises LookupError with a sentence when there is none.
    """
    found = _rows(
        connection,
        """select release_number as release, as_of, release_hash from release.release
        where (%(release)s::bigint is null or release_number = %(release)s)
            and (%(as_of)s::timestamptz is null or as_of <= %(as_of)s)
        -- a night run again for an earlier moment has a later number and knows less
        order by case when %(as_of)s::timestamptz is not null then as_of end desc, release_number desc limit 1""",
        {"release": release, "as_of": as_of},
    )
    if not found:
        wanted = f"release {release}" if release is not None else "release"
        known = f" known at {as_of.isoformat()}" if as_of else ""
        raise LookupError(f"There is no {wanted}{known}. Run `kc nightly` first, or see `kc release list`.")
    return found[0]


def release_list(connection: Connection) -> list[dict[str, Any]]:
    """Every release, newest first: release, as_of, release_hash, run, contribution rows n_opened and n_closed."""
    return _rows(
        connection,
        """with opened as (
            select opened_release as release, count(*) as n_rows from release.contribution group by opened_release
        ), closed as (
            select closed_release as release, count(*) as n_rows from release.contribution group by closed_release
        )
        select r.release_number as release, r.as_of, r.release_hash, r.run_key as run,
            coalesce(o.n_rows, 0) as n_opened, coalesce(c.n_rows, 0) as n_closed
        from release.release as r
        left join opened as o on r.release_number = o.release
        left join closed as c on r.release_number = c.release
        order by r.release_number desc""",
        {},
    )


def release_show(connection: Connection, release: int) -> dict[str, Any] | None:
    """One release: release, as_of, release_hash, the `run` that opened it with the hashes of its code, register, rules and forms,
    its figures and reports by state, `reasons` with the contribution rows n_opened and n_closed of each, and `final`: the
    periods that are final, with what changed in them since. None when there is no such release.
    """
    try:
        head = find_release(connection, release=release)
    except LookupError:
        return None
    number = {"n": release}
    visible = "opened_release <= %(n)s and (closed_release is null or closed_release > %(n)s)"
    states = f"select state, count(*) as n_rows from release.{{}} where {visible} group by state order by state"
    return {
        **head,
        "run": _rows(
            connection,
            """select r.run_key as run, r.started_at, r.finished_at, r.code_hash, r.register_hash, r.rules_hash, r.forms_hash
            from release.run as r inner join release.release as n on r.run_key = n.run_key
            where n.release_number = %(n)s""",
            number,
        )[0],
        "contributions": _rows(connection, states.format("contribution"), number),
        "reports": _rows(connection, states.format("report"), number),
        "reasons": _rows(
            connection,
            """select reason, count(*) filter (where is_opened) as n_opened, count(*) filter (where not is_opened) as n_closed
            from (
                select reason, true as is_opened from release.contribution where opened_release = %(n)s
                union all
                select closed_reason, false from release.contribution where closed_release = %(n)s
            ) as moved
            group by reason order by reason""",
            number,
        ),
        "final": final_periods(connection, release),
    }


def _rows(connection: Connection, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows as dictionaries; times as ISO text of Viet Nam."""
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, parameters)
        return [
            {name: v.astimezone(TIMEZONE).isoformat() if isinstance(v, datetime) else v for name, v in row.items()}
            for row in cursor
        ]
