"""The record of a night: release.run, one row a run, and release.run_station, one row a station.

Nothing below the command line reads a clock: `as_of` comes in from outside; only the seconds a station took are measured here.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from khuyencong.clock import FutureMoment
from khuyencong.control_totals import count_station, keep_controls
from khuyencong.journal import say
from khuyencong.night_record import begin_station, drop_old_nodes, end_station, fail_station, seconds_since
from khuyencong.settings import PROJECT, TIMEZONE, Settings
from khuyencong.station_tables import MAKES, TablesLost, begin_tables, find_losses, losses_before, sentence_of

CODE_FOLDERS = ("khuyencong", "ingestion", "expectations", "dbt_project/models", "dbt_project/macros")
CODE_ENDINGS = {".py", ".sql"}
UNCHANGED = "unchanged"
NIGHT_LOCK = 20_120_705  # any fixed number, as in migration 0057: one night at a time on one warehouse
# A scheduler's night that gave no end after this long has none: its scheduler died, or somebody stopped it.
LONGEST_NIGHT = timedelta(hours=3)
LONGEST_BACKUP = "15min"
ONE_LOOK = timedelta(minutes=15)  # what a night sees so long after it began, it saw when it began


@dataclass(frozen=True)
class Night:
    """One night in progress: where it works and what it knows. `connection` is a psycopg2 connection.

    `seen_at` is the moment at which it sees what lies at the sources; `as_of` is that moment too, or one of the past. `station` and
    `try_number` say what is at work now; empty between stations. `is_foundation_lost`: the station did not find what the stations
    before it made, and has to make it again.
    """

    settings: Settings
    warehouse: Any
    connection: Any
    run_key: int
    as_of: datetime
    seen_at: datetime
    is_rebuild: bool = False
    station: str = ""
    try_number: int = 0
    is_foundation_lost: bool = False


@dataclass(frozen=True)
class StationCount:
    """What a station took in and gave out, in rows of its own kind."""

    rows_in: int
    rows_out: int
    note: str = ""


def hash_of_files(folder: Path, endings: set[str]) -> str:
    """sha256 over names and bytes of the files below a folder, in name order, without paths of the machine."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in endings and p.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class NightInProgress(RuntimeError):
    """Another night is at work on this warehouse; the message says which and what to do."""


@contextmanager
def only_night(warehouse: Any) -> Iterator[Any]:
    """A connection to the warehouse while nobody else works on a night there. Raises NightInProgress.

    The lock goes with a connection of its own, also on kill -9. A backup, which shares it, is waited for.
    """
    import psycopg2

    from khuyencong.warehouse import connect

    connection, lock = connect(warehouse), connect(warehouse)
    try:
        with lock.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s), release.is_night_running()", (NIGHT_LOCK,))
            is_ours, is_night = cursor.fetchone()
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


def refuse_during_a_night(connection: Any, now: datetime) -> None:
    """Raises NightInProgress while a night is at work or between two of its stations: figures and flags are changing."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select exists (
                select 1 from pg_locks
                where locktype = 'advisory' and mode = 'ExclusiveLock' and classid = 0 and objid = %s
                    and database = (select oid from pg_database where datname = current_database())
            ) or exists (
                select 1 from release.run where state = 'running' and scheduled_as is not null and started_at > %s
            )""",
            (NIGHT_LOCK, now - LONGEST_NIGHT),
        )
        if cursor.fetchone()[0]:
            raise NightInProgress("A night is changing figures and flags. Try again when it is done, see `kc status`.")


def start_night(
    settings: Settings,
    warehouse: Any,
    connection: Any,
    as_of: datetime | None,
    started_at: datetime,
    scheduled_as: str | None = None,
    is_at_work: Callable[[str], bool] = lambda scheduler_name: False,
) -> Night:
    """Open the run row of a night, with the hashes of the code, register, rules and forms that it will use.

    `started_at` is now; `as_of` lies before it, or is None for a night of now. Raises FutureMoment.

    `scheduled_as` is a scheduler's name of the run: asked again under the same name while unfinished, it is the same night, and
    until it is done no command starts another; nor does the scheduler while it says that it works on it (`is_at_work`). Raises
    NightInProgress then. A night that died is written down as failed.
    """
    from khuyencong.sample_home import take_up_sample

    if as_of is not None and as_of > started_at:
        raise FutureMoment(as_of, started_at)
    as_of = as_of or started_at
    take_up_sample(connection, settings, as_of, as_of)
    with connection, connection.cursor() as cursor:
        cursor.execute("select run_key, as_of, started_at, scheduled_as from release.run where state = 'running' order by run_key")
        unfinished = cursor.fetchall()
    if scheduled_as and unfinished and unfinished[-1][3] == scheduled_as:
        return resume_night(settings, warehouse, connection, unfinished[-1][0], started_at)
    for run_key, _, began, other in unfinished:
        if other and (is_at_work(other) if scheduled_as else started_at - began < LONGEST_NIGHT):
            raise NightInProgress(
                f"The scheduler's night (run {run_key}, {other}) is between two stations. Wait for it, see `kc status`."
            )
    code = hashlib.sha256()
    for folder in CODE_FOLDERS:
        code.update(hash_of_files(PROJECT / folder, CODE_ENDINGS).encode())
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into release.run (as_of, started_at, scheduled_as, code_hash, register_hash, rules_hash, forms_hash)
            values (%s, %s, %s, %s, %s, %s, %s) returning run_key""",
            (
                as_of,
                started_at,
                scheduled_as,
                code.hexdigest(),
                hash_of_files(settings.register, {".csv"}),
                hash_of_files(settings.rules, {".yml"}),
                hash_of_files(settings.forms, {".yml"}),
            ),
        )
        run_key = cursor.fetchone()[0]
        cursor.execute(
            "update release.run set state = 'failed', failed_reason = %s where state = 'running' and run_key < %s",
            (f"It had no end when run {run_key} began.", run_key),
        )
        drop_old_nodes(cursor, settings, run_key)
    say("night_began", run=run_key, as_of=as_of.astimezone(TIMEZONE).isoformat())
    return Night(settings, warehouse, connection, run_key, as_of, started_at)


def resume_night(settings: Settings, warehouse: Any, connection: Any, run_key: int, now: datetime) -> Night:
    """The night of an existing run, for a station that is run (again) on its own `now`. Only the newest night can go on."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select as_of, (select max(run_key) from release.run), started_at from release.run where run_key = %s", (run_key,)
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"There is no run {run_key} in release.run.")
    if row[1] > run_key:
        raise RuntimeError(f"Run {run_key} cannot go on: run {row[1]} has built over it since. Start a new night instead.")
    with connection, connection.cursor() as cursor:
        cursor.execute("update release.run set state = 'running' where run_key = %s and state = 'failed'", (run_key,))
    return Night(settings, warehouse, connection, run_key, row[0], row[2] if now - row[2] <= ONE_LOOK else now)


def run_station(night: Night, name: str, position: int, work: Callable[[Night], StationCount]) -> StationCount:
    """Do one station's work and record its counts and seconds; a failure is recorded on the run and raised again.

    A station after the first has nothing to do when the night before was made from the same inputs and all that it made still
    stands, unless the night is a rebuild. Before it works, it looks whether the stations before it left what it stands on, and
    raises TablesLost where they did not.
    """
    began = time.perf_counter()
    night = replace(night, station=name, try_number=begin_station(night, name, position))
    is_made = False
    try:
        if position > 1 and _is_unchanged(night, position):
            count = StationCount(0, 0, UNCHANGED)
        else:
            with night.connection, night.connection.cursor() as cursor:
                losses = losses_before(cursor, night.run_key, name) if position > 1 else []
                begin_tables(cursor, night.run_key, name)
            if losses:
                say("built_again", level="warning", run=night.run_key, station=name, reason=sentence_of(losses))
            count, is_made = _work_and_account(replace(night, is_foundation_lost=bool(losses)), work), True
    except BaseException as error:  # a scheduler's time limit, or a person's Ctrl-C, is no Exception
        fail_station(night, error, seconds_since(began))
        raise
    end_station(night, count, seconds_since(began), is_made=is_made)
    return count


def _work_and_account(night: Night, work: Callable[[Night], StationCount]) -> StationCount:
    """Do a station's work, then count what it took in against what it accounts for; raises ControlError where these differ."""
    count = work(night)
    with night.connection, night.connection.cursor() as cursor:
        controls = count_station(cursor, night.station)
        if controls:
            keep_controls(cursor, night.run_key, night.station, controls)
    return count


def _is_unchanged(night: Night, position: int) -> bool:
    """Whether this night has nothing to do. The first station after the pull decides, for all: it looks at everything that the
    night before left, and the others follow it while what they make is there.
    """
    is_first = position == 2
    if night.is_rebuild or is_first and inputs_hash(night) != _inputs_of_run_before(night):
        return False
    with night.connection, night.connection.cursor() as cursor:
        cursor.execute("select note from release.run_station where run_key = %s and position = %s", (night.run_key, position - 1))
        if not is_first and cursor.fetchone() != (UNCHANGED,):
            return False
        losses = find_losses(cursor, only=list(MAKES) if is_first else [night.station])
    if losses:
        say("built_again", level="warning", run=night.run_key, station=night.station, reason=sentence_of(losses))
    return not losses


def finish_night(night: Night, finished_at: datetime, *, is_whole: bool = True) -> None:
    """Close the run row: this night is done. A night that had nothing to build shows the newest release.

    A run that did only some stations (`is_whole` false) leaves its inputs open, so that the next night builds. Raises TablesLost
    when the marts of a whole night are not as they were left.
    """
    inputs = inputs_hash(night) if is_whole else None
    with night.connection, night.connection.cursor() as cursor:
        if is_whole and (losses := find_losses(cursor, only=["marts"])):
            raise TablesLost(f"The night has no end: {sentence_of(losses)}. Start it over: `kc nightly`.")
        cursor.execute(
            """update release.run set state = 'done', finished_at = %s, failed_station = null, failed_reason = null,
                inputs_hash = %s,
                release_number = coalesce(run.release_number, newest.release_number),
                release_hash = coalesce(run.release_hash, newest.release_hash)
            from (select max(release_number) as release_number from release.release) as last
            left join release.release as newest on last.release_number = newest.release_number
            where run.run_key = %s returning run.release_number, run.release_hash""",
            (finished_at, inputs, night.run_key),
        )
        release_number, release_hash = cursor.fetchone()
    say("night_done", run=night.run_key, release=release_number, release_hash=release_hash)


def inputs_hash(night: Night) -> str:
    """sha256 of all that a night is made from: as_of, code, register, rules, forms, the newest receipt, words of reviewers and
    withdrawal, and how many files wait to be read.
    """
    with night.connection, night.connection.cursor() as cursor:
        cursor.execute(
            """select as_of, code_hash, register_hash, rules_hash, forms_hash,
                (select max(receipt_key) from raw.receipt), (select max(decision_key) from review.decision),
                (select count(*) from review.signature), (select count(*) from review.revocation),
                (select max(withdrawal_key) from review.withdrawal),
                (select count(*) from raw.receipt where state = 'landed' and received_at <= as_of)
            from release.run where run_key = %s""",
            (night.run_key,),
        )
        return hashlib.sha256("|".join(map(str, cursor.fetchone())).encode()).hexdigest()


def _inputs_of_run_before(night: Night) -> str | None:
    """None when the run before failed or was no whole night: then what it left in staging and checks is not to be trusted."""
    with night.connection, night.connection.cursor() as cursor:
        cursor.execute(
            "select inputs_hash from release.run where run_key < %s order by run_key desc limit 1",
            (night.run_key,),
        )
        row = cursor.fetchone()
    return row and row[0]
