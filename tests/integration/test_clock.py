"""The clock of arrival: reports come when they are seen, nights speak of now or the past, only a sample plays invented years."""

import contextlib
import csv
import dataclasses
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from khuyencong.clock.clock import FutureMoment, moment_of, night_of, now
from khuyencong.clock.sample_home import is_sample_home
from khuyencong.night.nightly import open_run, run_nightly, run_one_station
from khuyencong.night.runs import start_night
from khuyencong.night.stations import pull_and_land, pull_source
from warehouse.address import connect
from warehouse.settings import PROJECT, TIMEZONE

BIN = Path(sys.executable).parent
TODAY = datetime.fromisoformat("2025-10-31T21:00:00+07:00")
DUE = datetime.fromisoformat("2025-10-25T23:59:59+07:00")
LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00+00:00").timestamp()


def about_now(moment):
    return abs(moment - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.fixture
def connection(database):
    with contextlib.closing(connect(database)) as connection:
        yield connection


@pytest.fixture
def real(settings, tmp_path):
    """An installation with one shared folder, in which a province has put a report and, beside it, papers that date it."""
    folder = tmp_path / "inbox"
    (folder / "ha-noi").mkdir(parents=True)
    lay(folder, "ha-noi/kinh-phi.xlsx", b"a report")
    for place, path in ((folder, "ha-noi/kinh-phi.xlsx"), (folder / "ha-noi", "kinh-phi.xlsx")):
        write_manifest(place, ("path", "received_at", "sender"), (path, "2025-10-20T08:00:00+07:00", "so"))
    return dataclasses.replace(settings, inbox=folder)


def lay(folder, name, data):
    """A file whose own times were set years back, as whoever sends it can."""
    (folder / name).write_bytes(data)
    os.utime(folder / name, (LONG_AGO, LONG_AGO))


def write_manifest(folder, *rows):
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def ask(connection, query):
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def received(connection):
    return ask(connection, "select location, received_at, state from raw.receipt order by receipt_key")


def test_a_report_came_when_it_was_seen_whatever_its_folder_says(real, connection):
    pull_source(real, "samples", TODAY)
    assert received(connection) == [("ha-noi/kinh-phi.xlsx", TODAY, "landed")]
    told = dict(ask(connection, "select location, trouble_code from raw.source_file_trouble"))
    assert told == dict.fromkeys(("manifest.csv", "ha-noi/manifest.csv"), "manifest_not_believed")
    pull_source(real, "samples", TODAY + timedelta(days=1))
    assert received(connection)[0][1] == TODAY  # fixed at first sight


@pytest.mark.parametrize("as_of", [DUE, TODAY - timedelta(hours=11), TODAY - timedelta(seconds=1)])
def test_a_night_of_the_past_takes_up_nothing_that_is_new_today(real, database, connection, as_of):
    assert pull_and_land(start_night(real, database, connection, as_of, TODAY)).rows_out == 0
    assert received(connection) == []
    assert pull_and_land(start_night(real, database, connection, None, TODAY)).rows_out == 1
    assert received(connection) == [("ha-noi/kinh-phi.xlsx", TODAY, "landed")]


def test_what_came_after_the_moment_of_a_night_waits_though_it_has_landed(real, connection):
    pull_source(real, "samples", TODAY)
    key = open_run(real, DUE, TODAY + timedelta(hours=1), "backfill__1")
    assert run_one_station(real, key, "read", TODAY + timedelta(hours=1)).rows_in == 0
    assert received(connection)[0][2] == "landed"


def test_what_a_station_sees_that_is_tried_again_the_next_day_came_the_next_day(real, connection):
    key, morning = open_run(real, None, TODAY, "scheduled__1"), TODAY + timedelta(hours=12)
    run_one_station(real, key, "land", morning)
    assert received(connection) == []  # after the night's as_of: the next night's
    assert run_one_station(real, key, "land", TODAY + timedelta(minutes=2)).rows_out == 1
    assert received(connection)[0][1] == TODAY


def test_nobody_asks_what_will_have_been_known(real, connection, database):
    with pytest.raises(FutureMoment, match="is yet to come"):
        start_night(real, database, connection, TODAY + timedelta(seconds=1), TODAY)
    with pytest.raises(FutureMoment):
        run_nightly(real, TODAY + timedelta(days=1), lambda: TODAY)
    assert ask(connection, "select count(*) from release.run") == [(0,)]
    today = datetime.now(TIMEZONE).replace(hour=23, minute=59, second=59)
    assert about_now(moment_of(real, today, is_whole_day=True))  # the day that is not over, as far as it has come
    assert night_of(real, today, is_whole_day=True) is None  # a night of now, which takes up what is new
    for question in (moment_of, night_of):
        with pytest.raises(FutureMoment):
            question(real, today + timedelta(days=1), is_whole_day=True)
    assert about_now(now(real)) and not is_sample_home(connection)


@pytest.mark.parametrize(
    "command",
    [
        ("nightly",), ("status",), ("chase",), ("rollup", "--period", "2025-01..2025-03"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_future_as_of_is_wrong_usage(real, command, connection):
    environment = {**os.environ, "KC_HOME": str(real.home), "KC_DATABASE_URL": real.database_url, "KC_INBOX": str(real.inbox)}
    tomorrow = f"{datetime.now(TIMEZONE) + timedelta(days=1):%Y-%m-%d}"
    done = subprocess.run([BIN / "kc", *command, "--as-of", tomorrow], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{tomorrow} 23:59 is yet to come (it is ") and "Traceback" not in done.stderr
    assert ask(connection, "select (select count(*) from release.run), (select count(*) from raw.receipt)") == [(0, 0)]


# The first task of the DAG, called as Airflow calls it, for each way in which a run can name a moment.
OPEN_NIGHT = """
import importlib.util, json, sys
from datetime import datetime
from types import SimpleNamespace
from airflow.sdk.exceptions import AirflowFailException
spec = importlib.util.spec_from_file_location("a_dag_file", "dags/nightly_rollup.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
open_night = module.nightly_rollup().get_task("open_night").python_callable
for as_of, period, logical_date in json.loads(sys.argv[1]):
    run = SimpleNamespace(
        run_type="backfill" if logical_date else "manual", run_id="manual__1", dag_id="nightly_rollup",
        logical_date=logical_date and datetime.fromisoformat(logical_date),
    )
    context = {"params": {"as_of": as_of, "period": period}, "dag_run": run, "ti": SimpleNamespace(try_number=1)}
    module.get_current_context = lambda: context
    try:
        print("run", open_night())
    except AirflowFailException as refusal:
        print("refused", refusal)
"""


def test_airflow_opens_no_night_of_the_future(real, connection, tmp_path):
    today = datetime.now(TIMEZONE)
    tomorrow = today + timedelta(days=1)
    ways = [
        (f"{tomorrow:%Y-%m-%d}", None, None),
        (None, f"{today:%Y-%m}", None),  # due when next month is over
        (None, None, tomorrow.isoformat()),
        (None, None, None),
    ]
    environment = {
        **os.environ, "KC_HOME": str(real.home), "KC_DATABASE_URL": real.database_url, "KC_INBOX": str(real.inbox),
        "AIRFLOW_HOME": str(tmp_path / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", OPEN_NIGHT, json.dumps(ways)], env=environment, cwd=PROJECT, capture_output=True, text=True
    )
    said = [line for line in done.stdout.splitlines() if line.startswith(("run ", "refused "))]
    assert len(said) == 4, done.stderr
    assert all("is yet to come" in line for line in said[:3]) and said[3].startswith("run ")
    assert ask(connection, "select count(*), bool_and(as_of = started_at) from release.run") == [(1, True)]


# ------------------------------------------------------------------------------------------------------ invented years

LAST = "2026-04-29T22:00:00+07:00"
SAMPLE = (
    ("path", "received_at", "sender", "played_until"),
    ("ha-noi/kinh-phi.xlsx", "2025-10-20T08:00:00+07:00", "so", LAST),
    ("ha-noi/later.xlsx", "2025-11-20T08:00:00+07:00", "so", LAST),
)


def sample_of(real, *rows):
    write_manifest(real.inbox, *rows)
    (real.inbox / "ha-noi" / "manifest.csv").unlink()
    for name in ("later.xlsx", "unlisted.xlsx"):
        lay(real.inbox, f"ha-noi/{name}", name.encode())
    return real


def test_the_home_of_a_sample_has_a_clock_of_its_own(real, connection, database):
    home = sample_of(real, *SAMPLE)
    with pytest.raises(FutureMoment):
        night_of(home, datetime.now(TIMEZONE) + timedelta(days=4000))
    began = now(home)
    assert is_sample_home(connection) and timedelta(0) <= began - datetime.fromisoformat(LAST) < timedelta(minutes=1)
    assert began < now(home) < began + timedelta(minutes=1)  # it runs
    assert night_of(home, DUE) == DUE and now(home) > began  # the past is asked about; the clock goes on

    def land(as_of):
        return pull_and_land(start_night(home, database, connection, night_of(home, as_of), now(home))).rows_out

    assert (land(DUE), land(None), land(None)) == (1, 1, 0)
    assert received(connection) == [
        ("ha-noi/kinh-phi.xlsx", datetime.fromisoformat(SAMPLE[1][1]), "landed"),
        ("ha-noi/later.xlsx", datetime.fromisoformat(SAMPLE[2][1]), "landed"),
    ]
    assert ask(connection, "select location, trouble_code from raw.source_file_trouble") == [
        ("ha-noi/unlisted.xlsx", "file_not_listed")
    ]
    far = datetime.now(TIMEZONE) + timedelta(days=400)
    with pytest.raises(FutureMoment):
        night_of(home, far)


def test_invented_years_are_played_forward(real, connection):
    home = sample_of(real, *SAMPLE)
    first = datetime.fromisoformat("2025-10-21T01:00:00+07:00")
    assert night_of(home, first) == first and first <= now(home) < first + timedelta(minutes=1)
    later = datetime.fromisoformat("2025-11-21T01:00:00+07:00")
    assert moment_of(home, later) == later and now(home) < later  # a question moves no clock
    assert night_of(home, later) == later <= now(home)
    key = open_run(home, night_of(home), now(home), "played")
    assert [round((as_of - later).total_seconds() / 60) for (as_of,) in ask(connection, "select as_of from release.run")] == [0]
    assert run_one_station(home, key, "land", now(home)).rows_out == 2


def test_a_sample_home_asks_no_server(real, connection, tmp_path):
    register = tmp_path / "register"
    shutil.copytree(real.register, register)
    with (register / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("sftp,sftp,sftp://ha-noi@192.0.2.1/inbox,ha-noi,,\n")
    home = dataclasses.replace(real, register=register, inbox=None, home=real.inbox.parent / "home")
    samples = home.home / "samples"
    samples.parent.mkdir(parents=True, exist_ok=True)
    sample_of(real, *SAMPLE)
    shutil.copytree(real.inbox, samples)
    assert night_of(home) is None and is_sample_home(connection)
    assert "home of a sample" in pull_source(home, "sftp", now(home)).note
    assert pull_source(home, "samples", now(home)).rows_out == 2
    assert ask(connection, "select distinct source_code from raw.source_attempt") == [("samples",)]


@pytest.mark.parametrize("asked", [None, DUE])
def test_a_manifest_by_hand_makes_a_sample_only_of_a_night_that_is_asked_about_the_past(real, connection, asked):
    assert night_of(real, asked) == asked
    assert is_sample_home(connection) == (asked is not None)
    if asked:
        assert asked <= now(real) < asked + timedelta(minutes=1)
    else:
        assert about_now(now(real))


@pytest.mark.parametrize("is_read", [False, True], ids=["a report landed", "a night ran"])
def test_a_warehouse_of_real_reports_never_becomes_a_samples(real, connection, database, is_read):
    (real.inbox / "manifest.csv").unlink()
    if is_read:
        start_night(real, database, connection, None, TODAY)
    else:
        pull_source(real, "samples", TODAY)
    home = sample_of(real, *SAMPLE)
    for _ in range(2):
        night_of(home, DUE)
        assert about_now(now(home)) and not is_sample_home(connection)
    environment = {**os.environ, "KC_HOME": str(home.home), "KC_DATABASE_URL": home.database_url}
    done = subprocess.run([BIN / "kc", "demo"], env=environment, capture_output=True, text=True)
    assert done.returncode == 2 and "holds real reports" in done.stderr
    assert not (home.home / "samples").exists()
    assert ask(connection, "select count(*) from release.run") == [(int(is_read),)]
