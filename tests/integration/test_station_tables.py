"""A station's tables and what was done to them since: each way to lose them is seen, and nothing else is."""

import contextlib

import pytest

from khuyencong.night.stations import STATIONS
from khuyencong.night.tables import (
    MAKES,
    TablesLost,
    begin_tables,
    end_tables,
    find_losses,
    keep_traces_of_a_restore,
    losses_before,
)
from warehouse.address import connect

TABLES = ("staging.one", "checks.two", "checks.chk_mention_x", "facts.three", "marts.four", "marts.five")


@pytest.fixture
def cursor(empty_database):
    with contextlib.closing(connect(empty_database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"create table {table} as select n, n % 3 as m from generate_series(1, 10) as n")
            cursor.execute("create view marts.a_view as select 1 as n")
            cursor.execute("create table marts.three__dbt_backup as select 1 as n")
            yield cursor


@pytest.fixture
def run(cursor):
    """Opens a run; the stations given are done in it."""

    def run(*names):
        cursor.execute(
            """insert into release.run (as_of, started_at, register_hash, rules_hash, forms_hash)
            values (now(), now(), '', '', '') returning run_key""",
        )
        (run_key,) = cursor.fetchone()
        for name in names:
            work(cursor, run_key, name)
        return run_key

    return run


def work(cursor, run_key, name, *, is_cut_off=False):
    position = [known for known, _ in STATIONS].index(name) + 1
    cursor.execute(
        """insert into release.run_station (run_key, station, position, state) values (%s, %s, %s, 'running')
        on conflict (run_key, station) do update set state = 'running'""",
        (run_key, name, position),
    )
    begin_tables(cursor, run_key, name)
    if not is_cut_off:
        end_tables(cursor, run_key, name)
        cursor.execute(
            "update release.run_station set state = 'done' where run_key = %s and station = %s", (run_key, name)
        )


def sentences(losses):
    return [loss.sentence for loss in losses]


def test_what_nobody_touched_stands(cursor, run):
    run(*MAKES)
    cursor.execute("vacuum (full, freeze) checks.two")
    cursor.execute("analyze")
    assert find_losses(cursor) == []
    assert find_losses(cursor, only=["marts"]) == []


@pytest.mark.parametrize(
    ("taking", "says"),
    [
        ("truncate checks.two", "checks.two holds 0 rows, and reconcile of run 1 left 10"),
        ("delete from checks.two where n = 4", "checks.two holds 9 rows"),
        ("drop table checks.two", "checks.two is gone"),
        ("update checks.two set m = 7 where n = 4", "checks.two was written to since reconcile of run 1 ended"),
        ("delete from checks.two where n = 4; insert into checks.two values (4, 1)", "checks.two was written to"),
        ("create table x as table checks.two; truncate checks.two; insert into checks.two table x", "checks.two was written to"),
    ],
)  # fmt: skip
def test_each_way_to_lose_a_table_is_seen(cursor, run, taking, says):
    run_key = run("door", "build", "reconcile")
    assert losses_before(cursor, run_key, "facts") == []
    cursor.execute(taking)
    with pytest.raises(TablesLost) as refused:
        losses_before(cursor, run_key, "facts")
    assert says in str(refused.value) and "clear the task build" in str(refused.value)


def test_reconcile_makes_again_what_it_does_not_find(cursor, run):
    run_key = run("door", "build")
    assert losses_before(cursor, run_key, "reconcile") == []
    cursor.execute("truncate staging.one")
    assert sentences(losses_before(cursor, run_key, "reconcile")) == [
        "staging.one holds 0 rows, and build of run 1 left 10"
    ]


def test_a_station_that_was_cut_off_leaves_nothing_to_stand_on(cursor, run):
    run_key = run("door", "build", "reconcile", "facts", "release")
    assert losses_before(cursor, run_key, "marts") == []
    work(cursor, run_key, "facts", is_cut_off=True)
    with pytest.raises(
        TablesLost, match=r"facts of run 1 did not come to its end.*facts\.three was left half made by facts"
    ):
        losses_before(cursor, run_key, "release")
    assert losses_before(cursor, run_key, "facts") == []  # its own tables it makes anew


def test_what_follows_falls_when_an_earlier_station_works_again_but_marts_stand(cursor, run):
    run_key = run(*MAKES)
    work(cursor, run_key, "build")
    with pytest.raises(TablesLost, match=r"checks\.\w+ was made by build of run 1"):
        losses_before(cursor, run_key, "facts")
    with pytest.raises(TablesLost, match=r"facts\.three was left half made"):
        losses_before(cursor, run_key, "release")
    assert find_losses(cursor, only=["marts"]) == []


def test_tables_of_another_run_are_no_foundation(cursor, run):
    run(*MAKES)
    second = run("door")
    for name in ("build", "reconcile"):  # done, and nothing made
        cursor.execute(
            "insert into release.run_station (run_key, station, position) values (%s, %s, 4)", (second, name)
        )
    with pytest.raises(TablesLost, match=r"checks\.\w+ was made by reconcile of run 1"):
        losses_before(cursor, second, "facts")


def test_rows_that_a_night_cannot_make_again_are_a_matter_of_the_backup(cursor, run):
    receipt = (
        "insert into raw.receipt (source_code, location, received_at, sha256, byte_count, file_extension) "
        "values ('x', %s, now(), 's', 1, 'xlsx')"
    )
    cursor.execute(receipt, ("a",))
    run_key = run("door")
    cursor.execute(receipt, ("b",))
    assert losses_before(cursor, run_key, "build") == []  # more came between two nights
    cursor.execute("delete from raw.receipt")
    for station in ("build", "reconcile"):
        with pytest.raises(TablesLost, match=r"raw\.receipt holds 0 rows, and door of run 1 left 1.*put a backup back"):
            losses_before(cursor, run_key, station)


def test_rows_that_came_out_of_a_backup_stand_where_they_are_all_there(cursor, run):
    run(*MAKES)
    for table in ("marts.four", "marts.five"):
        cursor.execute(
            f"create table kept as table {table}; truncate {table}; insert into {table} table kept; drop table kept"
        )
    cursor.execute("delete from marts.five where n = 1")
    assert len(find_losses(cursor)) == 2
    keep_traces_of_a_restore(cursor)
    assert sentences(find_losses(cursor)) == ["marts.five holds 9 rows, and marts of run 1 left 10"]
