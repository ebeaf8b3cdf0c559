"""PostgreSQL is killed: no figure is lost, nothing is released from tables that are not what the night made, and it starts again.

A story: the tests go on where the one before ended. `make test-survival` kills at every station, many times.
"""

import contextlib
import dataclasses
import shutil
from datetime import timedelta

import psycopg2
import pytest
from crashes import FIRST, SECOND, ask, embedded, kill_postgres, marts, receive_first, receive_second, releases
from small_country import Country

from kc.doctor import checks
from khuyencong.night import stations
from khuyencong.night.nightly import close_run, open_run, run_nightly, run_one_station
from khuyencong.night.record import build_and_record
from khuyencong.night.shown_release import shown_release
from khuyencong.night.stations import STATIONS
from khuyencong.night.tables import TablesLost
from warehouse.address import connect
from warehouse.opening import discard_warehouse, find_warehouse, open_warehouse

NAMES = [name for name, _ in STATIONS]
NEXT_DAY = SECOND + timedelta(days=1)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """The country on a server of its own, after its first night, with the inbox of the second."""
    country = Country(tmp_path_factory.mktemp("crashing") / "home")
    settings = embedded(country)
    receive_first(country)
    run_nightly(settings, FIRST, lambda: FIRST)
    receive_second(country)
    yield settings
    discard_warehouse(settings)


@pytest.fixture(scope="module")
def undisturbed(settings, tmp_path_factory):
    """Releases and marts of the second night without a crash, in a copy of the first."""
    home = tmp_path_factory.mktemp("undisturbed")
    shutil.copytree(settings.landing, home / "landing")
    server = find_warehouse(settings)
    with contextlib.closing(connect(server, dbname="postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"create database undisturbed template {server.dbname}")
    copied = dataclasses.replace(settings, home=home, database_url=dataclasses.replace(server, dbname="undisturbed").dsn)
    run_nightly(copied, SECOND, lambda: SECOND)
    return releases(copied), marts(copied)


def finding(settings, name):
    return next(check for check in checks(settings) if check.name == name)


def run(settings, statement):
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)


def run_stations(settings, run_key, names):
    for name in names:
        run_one_station(settings, run_key, name, SECOND)


def test_killed_between_two_stations_the_night_comes_to_the_same_release(settings, undisturbed):
    before = marts(settings)
    assert before["mart_national_rollup"][0] > 0 and before["mart_held_figures"][0] > 0
    run_key = open_run(settings, SECOND, SECOND, "scheduled__2")
    for name in NAMES[:-1]:
        run_one_station(settings, run_key, name, SECOND)
        if name in ("reconcile", "facts"):
            assert kill_postgres(settings) > 1
            assert marts(settings) == before  # BI reads last night's
    assert releases(settings) == undisturbed[0]
    assert not finding(settings, "marts").ok  # a new release, and the marts still show the one before
    run_one_station(settings, run_key, "marts", SECOND)
    assert close_run(settings, run_key, SECOND)["release_hash"] == undisturbed[0][-1][1]
    assert marts(settings) == undisturbed[1]


def test_after_a_crash_the_marts_are_there_and_the_same_night_has_nothing_to_do(settings, undisturbed):
    kill_postgres(settings)
    assert marts(settings) == undisturbed[1]
    assert finding(settings, "marts").ok
    run_nightly(settings, SECOND, lambda: SECOND)
    assert ask(settings, "select note from release.run_station order by run_key desc, position desc limit 1") == [("unchanged",)]


def test_what_was_taken_away_is_told_and_the_same_night_makes_it_again(settings, undisturbed):
    run(settings, "delete from facts.fct_figure where measure = 'ytd'")
    assert finding(settings, "marts").ok
    for taking in ("truncate marts.mart_national_rollup", "drop table marts.mart_coverage"):
        run(settings, taking)
        check = finding(settings, "marts")
        assert not check.ok and "kc nightly" in check.remedy and taking.split(" ")[-1] in check.message
    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        assert not shown_release(connection).is_whole
    run_nightly(settings, SECOND, lambda: SECOND)
    assert (releases(settings), marts(settings)) == undisturbed
    assert finding(settings, "marts").ok


def test_a_station_refuses_what_is_not_as_the_run_left_it_and_each_mart_is_whole(settings, undisturbed, monkeypatch):
    run_key = open_run(settings, NEXT_DAY, NEXT_DAY, "scheduled__3")
    run_stations(settings, run_key, NAMES[: NAMES.index("facts")])
    run(settings, "truncate checks.chk_verdict")
    for _ in range(2):  # a scheduler tries again
        with pytest.raises(TablesLost, match=r"checks\.chk_verdict holds 0 rows.*clear the task build"):
            run_one_station(settings, run_key, "facts", NEXT_DAY)
    with pytest.raises(TablesLost, match=r"facts of run \d+ did not come to its end"):
        run_one_station(settings, run_key, "release", NEXT_DAY)  # somebody marked the failed task as done
    run_stations(settings, run_key, NAMES[NAMES.index("build") : -1])  # what the sentence says
    assert releases(settings) == undisturbed[0]

    before = marts(settings)
    with monkeypatch.context() as patched:
        patched.setattr(stations, "build_and_record", lambda *of, **more: killed_in_the_middle(settings, *of, **more))
        with pytest.raises(Exception, match=r"."):
            run_one_station(settings, run_key, "marts", NEXT_DAY)
    left = marts(settings)
    assert left.keys() == before.keys()
    assert {name for name in left if left[name] != before[name]} <= {"mart_coverage", "mart_held_figures"}
    assert "half made by marts" in finding(settings, "marts").message
    run_one_station(settings, run_key, "marts", NEXT_DAY)
    close_run(settings, run_key, NEXT_DAY)
    assert finding(settings, "marts").ok and releases(settings) == undisturbed[0]


def killed_in_the_middle(settings, night, select, **options):
    build_and_record(night, ["mart_coverage", "mart_held_figures"], **options)
    kill_postgres(settings)
    return build_and_record(night, select, **options)


def test_a_night_over_a_lost_raw_table_asks_for_the_backup(settings, undisturbed):
    """Last of the story: what provinces sent is gone, and no night may release a nation without it."""
    moment = NEXT_DAY + timedelta(days=1)
    run(settings, "truncate raw.cell cascade")
    with pytest.raises(TablesLost, match=r"raw\.cell holds 0 rows.*put a backup back"):
        run_nightly(settings, moment, lambda: moment)
    assert releases(settings) == undisturbed[0]


def test_the_first_start_after_a_kill_succeeds(own_settings):
    """Also when a transaction that made an unlogged table was cut off: PostgreSQL's first recovery then meets its own file."""
    settings = own_settings()
    for number in range(4):
        warehouse = find_warehouse(settings)
        with contextlib.suppress(psycopg2.Error), contextlib.closing(connect(warehouse)) as connection:
            cursor = connection.cursor()
            cursor.execute(f"create unlogged table cut_off_{number} as select generate_series(1, 50000) as n")
            cursor.execute("select pg_sleep(0.5)")
            kill_postgres(settings, "postmaster")
            cursor.execute("select 1")
        with contextlib.closing(connect(find_warehouse(settings))) as connection:
            assert connection.cursor().execute("select 1") is None


def test_no_table_that_dbt_makes_is_emptied_by_a_crash(settings):
    assert ask(settings, "select relname from pg_class where relpersistence = 'u'") == []
