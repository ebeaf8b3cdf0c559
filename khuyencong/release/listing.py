"""Releases as they are numbered: the newest, the one known at a time, all of them, or one with what it opened and closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg2.extras import RealDictCursor

from khuyencong.release.final import final_periods
from warehouse.settings import TIMEZONE
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


def find_release(connection: Connection, as_of: datetime | None = None, release: int | None = None) -> dict[str, Any]:
    """{release, as_of, release_hash} of a number, of the newest release known at a time, or of the newest.

    Raises LookupError with a sentence when there is none.
    """
    found = _rows(
        connection,
        "find_release",
        {"release": release, "as_of": as_of},
    )
    if not found:
        wanted = f"release {release}" if release is not None else "release"
        known = f" known at {as_of.isoformat()}" if as_of else ""
        raise LookupError(f"There is no {wanted}{known}. Run `kc nightly` first, or see `kc release list`.")
    return found[0]


def release_list(connection: Connection) -> list[dict[str, Any]]:
    """Every release, newest first: release, as_of, release_hash, run, contribution rows n_opened and n_closed."""
    return _rows(connection, "releases", {})


def release_show(connection: Connection, release: int) -> dict[str, Any] | None:
    """One release: release, as_of, release_hash, the `run` that opened it with the hashes of its code, register, rules and forms,
    its figures and reports by state, `reasons` with the contribution rows n_opened and n_closed of each, and `final`: the
    periods that are final, with what changed in them since. None when there is no such release.
    """
    try:
        head = find_release(connection, release=release)
    except LookupError:
        return None
    number = {"release": release}
    return {
        **head,
        "run": _rows(connection, "run_of_release", number)[0],
        "contributions": _rows(connection, "contribution_states", number),
        "reports": _rows(connection, "report_states", number),
        "reasons": _rows(connection, "reasons_of_release", number),
        "final": final_periods(connection, release),
    }


def _rows(connection: Connection, statement: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
    """Rows as dictionaries; times as ISO text."""
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(read_statement(__package__, statement), parameters)
        return [
            {name: v.astimezone(TIMEZONE).isoformat() if isinstance(v, datetime) else v for name, v in row.items()}
            for row in cursor
        ]
