"""The record of a night: release.run, one row a run, and release.run_station, one row a station.

Nothing below the command line reads a clock: `as_of` comes in from outside; only the seconds a station took are measured here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from khuyencong.clock.clock import FutureMoment
from khuyencong.night.inputs import hashes_of, inputs_hash
from khuyencong.night.night import Night
from khuyencong.night.record import drop_old_nodes
from khuyencong.night.tables import TablesLost, find_losses, sentence_of
from khuyencong.night.turn import LONGEST_NIGHT, NightInProgress
from warehouse.journal import say
from warehouse.rows import single_row, single_value
from warehouse.settings import TIMEZONE, Settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.address import Warehouse
    from warehouse.connections import Connection


ONE_LOOK = timedelta(minutes=15)  # what a night sees so long after it began, it saw when it began


def start_night(
    settings: Settings,
    warehouse: Warehouse,
    connection: Connection,
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
    from khuyencong.clock.sample_home import take_up_sample

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
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into release.run (as_of, started_at, scheduled_as, code_hash, register_hash, rules_hash, forms_hash)
            values (%s, %s, %s, %s, %s, %s, %s) returning run_key""",
            (as_of, started_at, scheduled_as, *hashes_of(settings)),
        )
        run_key = single_value(cursor)
        cursor.execute(
            "update release.run set state = 'failed', failed_reason = %s where state = 'running' and run_key < %s",
            (f"It had no end when run {run_key} began.", run_key),
        )
        drop_old_nodes(cursor, settings, run_key)
    say("night_began", run=run_key, as_of=as_of.astimezone(TIMEZONE).isoformat())
    return Night(settings, warehouse, connection, run_key, as_of, started_at)


def resume_night(settings: Settings, warehouse: Warehouse, connection: Connection, run_key: int, now: datetime) -> Night:
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
            read_statement(__package__, "finish_run"),
            {"finished_at": finished_at, "inputs_hash": inputs, "run_key": night.run_key},
        )
        release_number, release_hash = single_row(cursor)
    say("night_done", run=night.run_key, release=release_number, release_hash=release_hash)
