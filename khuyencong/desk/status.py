"""`kc status`: owed × received, who is late by how many days, what is held or under review, which projects vanished, what ran."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from khuyencong.flags.undecided_words import undecided_sentences
from khuyencong.night.shown_release import shown_release
from warehouse.rows import rows_by_name, single_value
from warehouse.settings import TIMEZONE
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor

# A night is due every 24 hours; two more are left for a slow one.
STALE_AFTER = timedelta(hours=26)

# The lists of the document that only a night fills, each a statement of that name in sql/.
OF_A_NIGHT = (
    "coverage", "late", "returned", "nil", "under_review", "held", "vanished_projects", "undecided", "rates", "chased",
)  # fmt: skip


def status(connection: Connection, as_of: datetime) -> dict[str, Any]:
    """What is owed and what came, as the last night saw it, with days counted to `as_of`.

    Returns {as_of, is_stale, last_good_run: {run, as_of, release, age_hours} or None, last_run, marts: {release, newest_release,
    is_whole, is_night_needed, sentence}, sources_not_reached, files_not_taken, files_not_read, taken_out, mail_not_sent, coverage,
    late, returned, nil, under_review, held, vanished_projects, undecided, rates, chased}; all but the first five are lists of
    rows. is_stale: no good run within 26 hours before as_of. Before the first night all but the sources, the files and the mail is
    empty, and is_stale is true.
    """
    with connection, connection.cursor() as cursor:
        good = _rows(cursor, "last_good_run", as_of)
        last = _rows(cursor, "last_run", as_of)
        is_judged = bool(good) and _are_marts_built(cursor)
        sources, files, unsent, not_read, taken_out = (
            _rows(cursor, name, as_of)
            for name in ("sources_not_reached", "files_not_taken", "mail_not_sent", "files_not_read", "taken_out")
        )
        found = {name: _rows(cursor, name, as_of) if is_judged else [] for name in OF_A_NIGHT}
    for row in found["undecided"]:
        row["sentence_vi"], row["sentence_en"] = undecided_sentences(row["reason"])
    marts = asdict(shown_release(connection))
    age = as_of - datetime.fromisoformat(good[0]["as_of"]) if good else None
    return {
        "as_of": as_of.astimezone(TIMEZONE).isoformat(),
        "is_stale": age is None or age > STALE_AFTER,
        "last_good_run": None if age is None else {**good[0], "age_hours": round(age / timedelta(hours=1), 1)},
        "last_run": last[0] if last else None,
        "marts": marts,
        "sources_not_reached": sources,
        "files_not_taken": files,
        "files_not_read": not_read,
        "taken_out": taken_out,
        "mail_not_sent": unsent,
        **found,
    }


def last_good_run(connection: Connection, as_of: datetime) -> dict[str, Any] | None:
    """{run, as_of, release} of the newest run that is done and speaks of a moment up to `as_of`, or None."""
    return _one(connection, "last_good_run", as_of)


def last_run(connection: Connection, as_of: datetime) -> dict[str, Any] | None:
    """{run, as_of, state, started_at, finished_at, failed_station, failed_reason} of the newest run, done or not, or None."""
    return _one(connection, "last_run", as_of)


def trouble_of_sources(
    connection: Connection, as_of: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Sources that were not reached and files that were not taken, as the newest pulls left them; files that were not read."""
    with connection.cursor() as cursor:
        sources, files = _rows(cursor, "sources_not_reached", as_of), _rows(cursor, "files_not_taken", as_of)
        return sources, files, _rows(cursor, "files_not_read", as_of)


def _are_marts_built(cursor: Cursor) -> bool:
    cursor.execute("select to_regclass('marts.mart_coverage') is not null")
    return bool(single_value(cursor))


def _one(connection: Connection, name: str, as_of: datetime) -> dict[str, Any] | None:
    with connection.cursor() as cursor:
        return next(iter(_rows(cursor, name, as_of)), None)


def _rows(cursor: Cursor, name: str, as_of: datetime) -> list[dict[str, Any]]:
    """The rows of a statement of sql/ as dictionaries, times and dates as ISO text."""
    cursor.execute(read_statement(__package__, name), {"as_of": as_of})
    return [{column: _plain(value) for column, value in row.items()} for row in rows_by_name(cursor)]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(TIMEZONE).isoformat()
    return value.isoformat() if isinstance(value, date | time) else value
