"""The memory of sources: raw.source_attempt, one row a pull, and raw.source_file, the last look at a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import execute_values

from ingestion.transports import Source, Trouble

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
def only_pull(connection: Any, source_code: str) -> Iterator[None]:
    """Hold a source for this connection: a slower pull of it must not land older bytes after newer ones."""
    with connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, hashtext(%s))", (SOURCE_LOCK, source_code))
    try:
        yield
    finally:
        connection.rollback()
        with connection, connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, hashtext(%s))", (SOURCE_LOCK, source_code))


def taken_files(connection: Any, source_code: str) -> dict[str, TakenFile]:
    """Location → the version of it that lies in landing, for the files of a source that have versions."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select location, version, sha256, byte_count from raw.source_file
            where source_code = %s and file_state = 'taken'""",
            (source_code,),
        )
        return {location: TakenFile(*rest) for location, *rest in cursor}


def looks_before(connection: Any, source_code: str) -> Looks:
    """What the looks at a source before this one left known."""
    with connection, connection.cursor() as cursor:
        cursor.execute("select last_reached_at from raw.source_standing where source_code = %s", (source_code,))
        reached = cursor.fetchone()
        cursor.execute("select location from raw.source_file where source_code = %s and file_state <> 'taken'", (source_code,))
        return Looks(reached and reached[0], frozenset(location for (location,) in cursor))


def write_attempt(
    cursor: Any,
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
    cursor.execute(
        """insert into raw.source_attempt (source_code, transport, unit_key, run_key, attempted_at, outcome, trouble_code, n_tries,
            n_seen, n_new, n_waiting, n_failed, sentence_vi, sentence_en)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning attempt_key""",
        (source.source_code, source.transport, source.unit_key, run_key, attempted_at, outcome, trouble and trouble.code, n_tries,
         n_seen, n_new, n_waiting, n_failed, trouble and trouble.vi, trouble and trouble.en),
    )  # fmt: skip
    attempt_key = cursor.fetchone()[0]
    _write_files(
        cursor,
        (
            (source.source_code, location, FILE_STATES[each.outcome], None, None, byte_count, attempt_key, each.code, each.vi,
             each.en)
            for location, (each, byte_count) in file_troubles.items()
        ),
    )  # fmt: skip
    return attempt_key


def write_taken(cursor: Any, source_code: str, attempt_key: int, taken: Mapping[str, TakenFile]) -> None:
    """Remember the versions that were taken."""
    _write_files(
        cursor,
        (
            (source_code, location, "taken", each.version, each.sha256, each.byte_count, attempt_key, None, None, None)
            for location, each in taken.items()
        ),
    )


def _write_files(cursor: Any, rows: Iterable[tuple]) -> None:
    """One row a location, replaced by a newer look; after trouble a file is fetched again, whatever its version."""
    execute_values(
        cursor,
        """insert into raw.source_file as known (source_code, location, file_state, version, sha256, byte_count, attempt_key,
            trouble_code, sentence_vi, sentence_en)
        values %s on conflict (source_code, location) do update set file_state = excluded.file_state, version = excluded.version,
            sha256 = excluded.sha256, byte_count = excluded.byte_count, attempt_key = excluded.attempt_key,
            trouble_code = excluded.trouble_code, sentence_vi = excluded.sentence_vi, sentence_en = excluded.sentence_en""",
        list(rows),
    )
