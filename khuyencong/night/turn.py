"""One at a time: a night has the warehouse to itself, and a backup waits for it or is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from warehouse.rows import single_row, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.address import Warehouse
    from warehouse.connections import Connection


NIGHT_LOCK = 20_120_705  # any fixed number, as in release.is_night_running: one night at a time on one warehouse
# A scheduler's night that gave no end after this long has none: its scheduler died, or somebody stopped it.
LONGEST_NIGHT = timedelta(hours=3)
LONGEST_BACKUP = "15min"


class NightInProgress(RuntimeError):
    """Another night is at work on this warehouse; the message says which and what to do."""


@contextmanager
def only_night(warehouse: Warehouse) -> Iterator[Connection]:
    """A connection to the warehouse while nobody else works on a night there. Raises NightInProgress.

    The lock goes with a connection of its own, also on kill -9. A backup, which shares it, is waited for.
    """
    import psycopg2

    from warehouse.address import connect

    connection, lock = connect(warehouse), connect(warehouse)
    try:
        with lock.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s), release.is_night_running()", (NIGHT_LOCK,))
            is_ours, is_night = single_row(cursor)
            if not is_ours and is_night:
                raise NightInProgress("Another night is running on this warehouse. Wait for it, or see `kc status`.")
            if not is_ours:
                cursor.execute(f"set lock_timeout = '{LONGEST_BACKUP}'")
                cursor.execute("select pg_advisory_lock(%s)", (NIGHT_LOCK,))
            lock.commit()
            try:
                yield connection
            finally:
                # A closed connection gives its locks back a moment later; what comes next must not find this one.
                with suppress(psycopg2.Error):
                    cursor.execute("select pg_advisory_unlock(%s)", (NIGHT_LOCK,))
    finally:
        lock.close()
        connection.close()


def refuse_during_a_night(connection: Connection, now: datetime) -> None:
    """Raises NightInProgress while a night is at work or between two of its stations: figures and flags are changing."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            read_statement(__package__, "is_night_at_work"),
            {"lock": NIGHT_LOCK, "begun_after": now - LONGEST_NIGHT},
        )
        if single_value(cursor):
            raise NightInProgress("A night is changing figures and flags. Try again when it is done, see `kc status`.")
