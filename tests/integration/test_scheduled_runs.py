"""Who may begin a night, and which night may go on: a scheduler's stations are tasks, with moments between them."""

import contextlib
from datetime import datetime, timedelta

import pytest

from khuyencong.night.nightly import open_run, run_one_station
from khuyencong.night.runs import start_night
from khuyencong.night.turn import LONGEST_NIGHT, NightInProgress, only_night
from warehouse.address import connect

AS_OF = datetime.fromisoformat("2025-05-01T01:00:00+07:00")


@pytest.fixture
def runs(database):
    def read():
        with contextlib.closing(connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute("select run_key, state, failed_reason from release.run order by run_key")
            return cursor.fetchall()

    return read


def test_a_task_that_is_tried_again_opens_the_same_night(settings, runs):
    first = open_run(settings, AS_OF, AS_OF, "scheduled__1")
    assert open_run(settings, AS_OF + timedelta(minutes=3), AS_OF + timedelta(minutes=3), "scheduled__1") == first
    assert runs() == [(first, "running", None)]


def test_a_night_that_died_is_written_down_when_the_next_begins(settings, runs):
    first = open_run(settings, AS_OF, AS_OF, "scheduled__1")
    second = open_run(settings, AS_OF, AS_OF + timedelta(minutes=5), "scheduled__2")
    assert runs() == [(first, "failed", f"It had no end when run {second} began."), (second, "running", None)]


def test_a_scheduler_does_not_begin_a_night_beside_one_that_it_works_on(settings, runs):
    first = open_run(settings, AS_OF, AS_OF, "scheduled__1")
    with pytest.raises(NightInProgress, match="scheduled__1"):
        open_run(settings, AS_OF, AS_OF, "backfill__1", lambda name: name == "scheduled__1")
    assert runs() == [(first, "running", None)]
    assert open_run(settings, AS_OF, AS_OF, "backfill__1", lambda name: False) > first


def test_a_night_that_was_built_over_cannot_go_on(settings):
    first = open_run(settings, AS_OF, AS_OF, "scheduled__1")
    second = open_run(settings, AS_OF, AS_OF, "scheduled__2")
    with pytest.raises(RuntimeError, match=f"Run {first} cannot go on: run {second} has built over it"):
        run_one_station(settings, first, "read", AS_OF)
    assert run_one_station(settings, second, "read", AS_OF).rows_in == 0


def test_a_command_waits_for_a_scheduled_night_but_not_for_a_dead_one(settings, database):
    open_run(settings, AS_OF, AS_OF, "scheduled__1")
    with only_night(database) as connection:
        with pytest.raises(NightInProgress, match="scheduled__1"):
            start_night(settings, database, connection, AS_OF, AS_OF + timedelta(minutes=20))
        start_night(settings, database, connection, AS_OF, AS_OF + LONGEST_NIGHT)


def test_nobody_else_gets_in_while_a_station_works(settings, database):
    with only_night(database), pytest.raises(NightInProgress, match="Another night is running"):
        open_run(settings, AS_OF, AS_OF, "scheduled__1")


def test_a_failed_station_that_is_tried_again_makes_the_night_running_again(settings, database, runs):
    key = open_run(settings, AS_OF, AS_OF, "scheduled__1")
    with contextlib.closing(connect(database)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("update release.run set state = 'failed', failed_station = 'read', failed_reason = 'x'")
    run_one_station(settings, key, "read", AS_OF)
    assert [state for _, state, _ in runs()] == ["running"]
