"""One station of a night: whether it has anything to do, what it stands on, its work, and whether its totals close."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from khuyencong.night.inputs import inputs_hash, inputs_of_run_before
from khuyencong.night.night import Night, StationCount
from khuyencong.night.record import begin_station, end_station, fail_station, seconds_since
from khuyencong.night.tables import MAKES, begin_tables, find_losses, losses_before, sentence_of
from khuyencong.release.control_totals import count_station, keep_controls
from warehouse.journal import say

UNCHANGED = "unchanged"


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
    if night.is_rebuild or is_first and inputs_hash(night) != inputs_of_run_before(night):
        return False
    with night.connection, night.connection.cursor() as cursor:
        cursor.execute("select note from release.run_station where run_key = %s and position = %s", (night.run_key, position - 1))
        if not is_first and cursor.fetchone() != (UNCHANGED,):
            return False
        losses = find_losses(cursor, only=list(MAKES) if is_first else [night.station])
    if losses:
        say("built_again", level="warning", run=night.run_key, station=night.station, reason=sentence_of(losses))
    return not losses
