"""The memory of sources: raw.source_attempt, one row a pull, and raw.source_file, the last look at a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from psycopg2.extras import execute_batch

from ingestion.transports import Source, Trouble
from warehouse.rows import single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


SOURCE_LOCK = 20_120_706  # any fixed number: one pull at a time of one source
FILE_STATES = {"file_waiting": "waiting", "file_failed": "failed", "file_refused": "refused"}


@dataclass(frozen=True)
class TakenFile:
    """A version of a file whose bytes are kept."""

    version: str
    sha256: str
    byte_count: int


@dataclass(frozen=True)
class Looks:
    """What earlier looks at a source leave known: when it was last reached, and the files seen there that were not taken."""

    reached_at: datetime | None
    untaken: frozenset[str]


@contextmanager
def only_pull(connection: Connection, source_code: str) -> Iterator[None]:
    """Hold a source for this connection: a slower pull of it must not land older bytes after newer ones."""
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, hashtext(%s))", (SOURCE_LOCK, source_code))
    try:
        yield
    finally:
        connection.rollback()
        with connection, connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, hashtext(%s))", (SOURCE_LOCK, source_code))


def taken_files(connection: Connection, source_code: str) -> dict[str, TakenFile]:
    """Location → the version of it that lies in landing, for the files of a source that have versions."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select location, version, sha256, byte_count from raw.source_file
            where source_code = %s and file_state = 'taken'""",
            (source_code,),
        )
        return {location: TakenFile(*rest) for location, *rest in cursor}


def looks_before(connection: Connection, source_code: str) -> Looks:
    """What the looks at a source before this one left known."""
    with connection, connection.cursor() as cursor:
        cursor.execute("select last_reached_at from raw.source_standing where source_code = %s", (source_code,))
        reached = cursor.fetchone()
        cursor.execute("select location from raw.source_file where source_code = %s and file_state <> 'taken'", (source_code,))
        return Looks(reached[0] if reached else None, frozenset(location for (location,) in cursor))


def write_attempt(
    cursor: Cursor,
    source: Source,
    run_key: int | None,
    attempted_at: datetime,
    trouble: Trouble | None,
    file_troubles: Mapping[str, tuple[Trouble, int | None]],
    n_tries: int,
    n_seen: int,
    n_new: int,
) -> int:
    """One row for a pull, and one for each file with trouble (location → trouble, bytes); returns its attempt_key."""
    states = [FILE_STATES[each.outcome] for each, _ in file_troubles.values()]
    n_waiting = states.count("waiting")
    n_failed = len(states) - n_waiting
    outcome = trouble.outcome if trouble else "partly" if n_failed else "done"
    attempt = {
        "source_code": source.source_code, "transport": source.transport, "unit_key": source.unit_key, "run_key": run_key,
        "attempted_at": attempted_at, "outcome": outcome, "trouble_code": trouble and trouble.code, "n_tries": n_tries,
        "n_seen": n_seen, "n_new": n_new, "n_waiting": n_waiting, "n_failed": n_failed,
        "sentence_vi": trouble and trouble.vi, "sentence_en": trouble and trouble.en,
    }  # fmt: skip
    cursor.execute(read_statement(__package__, "write_attempt"), attempt)
    attempt_key: int = single_value(cursor)
    looks = [
        {
            "source_code": source.source_code, "location": location, "file_state": FILE_STATES[each.outcome], "version": None,
            "sha256": None, "byte_count": byte_count, "attempt_key": attempt_key, "trouble_code": each.code,
            "sentence_vi": each.vi, "sentence_en": each.en,
        }
        for location, (each, byte_count) in file_troubles.items()
    ]  # fmt: skip
    _write_files(cursor, looks)
    return attempt_key


def write_taken(cursor: Cursor, source_code: str, attempt_key: int, taken: Mapping[str, TakenFile]) -> None:
    """Remember the versions that were taken."""
    looks = [
        {
            "source_code": source_code, "location": location, "file_state": "taken", "version": each.version,
            "sha256": each.sha256, "byte_count": each.byte_count, "attempt_key": attempt_key, "trouble_code": None,
            "sentence_vi": None, "sentence_en": None,
        }
        for location, each in taken.items()
    ]  # fmt: skip
    _write_files(cursor, looks)


def _write_files(cursor: Cursor, looks: Sequence[Mapping[str, object]]) -> None:
    """One row a location, replaced by a newer look; after trouble a file is fetched again, whatever its version."""
    execute_batch(cursor, read_statement(__package__, "look_at_file"), looks)
