"""Final periods: a period is frozen at a release until a person reopens it; what changes later is shown as after final."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.extras import RealDictCursor

from warehouse.rows import single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection

AFTER_FINAL = {"accepted": "accepted_after_final", "disputed": "disputed_after_final"}
FINAL_RELEASE = "select release.final_release(register.budget_year_of(%(period_end)s), %(period_end)s, %(known_at)s)"


class FinalError(ValueError):
    """A period that cannot be finalised or reopened; the message says why."""


def sign(
    connection: Connection, act: str, budget_year: int, period_end: date, reason: str, decided_at: datetime
) -> dict[str, Any]:
    """Finalise or reopen a period; returns {budget_year, period_end, act, release_number, reason, decided_by, decided_at}.

    Who signs is the database login, and the database refuses one that decided on a flag of the period. Raises FinalError.
    """
    if not reason.strip():
        raise FinalError("A sign-off needs its reason (--reason).")
    try:
        with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
            values = {"budget_year": budget_year, "period_end": period_end, "act": act, "reason": reason, "decided_at": decided_at}
            cursor.execute(read_statement(__package__, "sign_period"), values)
            return dict(cursor.fetchall()[0])
    except psycopg2.errors.RaiseException as error:
        raise FinalError(error.diag.message_primary or str(error)) from error


def final_release(connection: Connection, period_end: date, known_at: datetime | None = None) -> int | None:
    """The release at which the period of a budget year's own month-end is final, as known at a moment; None when open."""
    with connection, connection.cursor() as cursor:
        values = {"period_end": period_end, "known_at": known_at}
        cursor.execute(FINAL_RELEASE, values)
        release: int | None = single_value(cursor)
        return release


def final_periods(connection: Connection, release: int) -> list[dict[str, Any]]:
    """Periods that are final now, with the figures that changed in releases after theirs, up to `release`.

    Rows: budget_year, period_end, release_number (frozen), decided_by, decided_at, reason, n_opened_after, n_closed_after
    (contributions of the period, by later releases).
    """
    with connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(read_statement(__package__, "final_periods"), {"release": release})
        return [dict(row) for row in cursor]


def freeze(
    frozen: list[dict[str, Any]], newest: list[dict[str, Any]], key: tuple[str, ...], release: int
) -> list[dict[str, Any]]:
    """Rows of a roll-up as the final release says, each with what the newest release says more: the after-final difference.

    A row that only the newest release has is shown with nothing in it and the status `after_final`.
    """
    later = {tuple(row[name] for name in key): row for row in newest}
    rows = []
    for row in frozen:
        now = later.pop(tuple(row[name] for name in key), None)
        rows.append({**row, "final_release": release, **{
            after: None if row[name] is None or now and now[name] is None else (now[name] if now else 0) - row[name]
            for name, after in AFTER_FINAL.items()
        }})  # fmt: skip
    for row in later.values():
        nothing = {
            name: 0 if isinstance(value, int | float) and not isinstance(value, bool) and name not in key else value
            for name, value in row.items()
        }
        differences = {after: row[name] for name, after in AFTER_FINAL.items()}
        rows.append({**nothing, "status": "after_final", "final_release": release, **differences})
    return rows
