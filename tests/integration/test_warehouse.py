"""The warehouse starts, stops, survives, and keeps people where they belong."""

import asyncio
import contextlib
import dataclasses
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from warehouse import place
from warehouse.address import Warehouse, WarehouseError, connect
from warehouse.migrate import MIGRATIONS, migrate, read_migrations
from warehouse.opening import close_warehouse, discard_warehouse, find_warehouse, open_warehouse, reset_warehouse
from warehouse.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account for the server")

OPEN = """
import sys
from pathlib import Path
from warehouse.settings import Settings
from warehouse.opening import open_warehouse
print(open_warehouse(Settings(home=Path(sys.argv[1]), database_url=None, inbox=None)).dsn)
"""


def ask(warehouse: Warehouse, statement: str) -> list[tuple]:
    with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def server_pid(settings: Settings) -> int:
    folder = place.known_folder(settings.home)
    assert folder is not None
    return int((folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


def test_what_was_written_is_there_after_stop_and_start(own_settings):
    settings = own_settings("a folder with spaces, dấu và 'nháy'")
    first = open_warehouse(settings)
    ask(first, "create table public.kept as select 1 as one")
    assert close_warehouse(settings) is True
    with pytest.raises(WarehouseError, match="does not answer"):
        connect(first)
    assert close_warehouse(settings) is False
    second = open_warehouse(settings)
    assert ask(second, "select one from public.kept") == [(1,)]
    assert second.dsn == first.dsn, "a restart keeps the address"


def test_a_killed_server_comes_back(own_settings):
    settings = own_settings()
    ask(open_warehouse(settings), "create table public.kept as select 1 as one; checkpoint")
    os.kill(server_pid(settings), signal.SIGKILL)
    assert ask(open_warehouse(settings), "select one from public.kept") == [(1,)]


def test_a_pid_file_whose_number_now_belongs_to_another_process_is_no_obstacle(own_settings):
    settings = own_settings()
    open_warehouse(settings)
    pid_file = place.known_folder(settings.home) / "data" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    close_warehouse(settings)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        os.chown(pid_file, pid_file.parent.stat().st_uid, pid_file.parent.stat().st_gid)
        assert ask(open_warehouse(settings), "select 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_processes_that_start_together_share_one_server_and_leave_no_pipe_open(own_settings):
    settings = own_settings()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(settings.home)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT,
        )
        for _ in range(3)
    ]  # fmt: skip
    # communicate() ends only when every holder of the pipes has let go: a server that kept them would hang it.
    answers = [process.communicate(timeout=60) for process in started]
    assert {error for _, error in answers} == {""}
    assert len({answer for answer, _ in answers}) == 1


def test_a_home_too_deep_for_a_socket_works(own_settings):
    settings = own_settings("/".join(["a-rather-long-name-of-a-folder"] * 5))
    warehouse = open_warehouse(settings)
    assert len(warehouse.host) < 100
    assert ask(warehouse, "select 1") == [(1,)]
    discard_warehouse(settings)
    assert not Path(warehouse.host).exists()


@as_root
def test_root_with_a_home_that_nobody_else_may_enter(own_settings, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    settings = own_settings("closed/home")
    assert ask(open_warehouse(settings), "select 1") == [(1,)]
    folder = place.known_folder(settings.home)
    assert folder.parent == place.OUTSIDE
    assert (folder.stat().st_mode & 0o777) == 0o700
    assert folder.stat().st_uid != 0
    assert (closed.stat().st_mode & 0o777) == 0o700, "no parent folder is opened"
    # A home that was deleted starts afresh, and the place it left behind goes.
    shutil.rmtree(settings.home)
    assert ask(open_warehouse(settings), "select 1") == [(1,)]
    assert place.known_folder(settings.home) != folder
    assert not folder.exists()
    discard_warehouse(settings)
    assert place.outside_folders(settings.home) == []


@as_root
def test_root_with_programs_that_nobody_else_may_reach(own_settings, tmp_path, monkeypatch):
    package = place.packaged_binaries().parent.parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package / "pginstall18", closed / package.name / "pginstall18")
    libraries = package.with_name(package.name + ".libs")
    shutil.copytree(libraries, closed / libraries.name)
    monkeypatch.setattr(place, "packaged_binaries", lambda: closed / package.name / "pginstall18" / "bin")
    warehouse = open_warehouse(own_settings("closed/home"))
    assert ask(warehouse, "select 1") == [(1,)]


def test_every_address_leads_to_the_same_database(database):
    import asyncpg
    from sqlalchemy import create_engine, text

    with create_engine(database.sqlalchemy_url).connect() as connection:
        assert connection.execute(text("select current_database()")).scalar() == database.dbname

    async def by_tcp() -> str:
        connection = await asyncpg.connect(database.tcp_url)
        try:
            return await connection.fetchval("select current_database()")
        finally:
            await connection.close()

    assert asyncio.run(by_tcp()) == database.dbname
    assert database.password not in repr(database)


def test_tcp_wants_the_password(database):
    stranger = dataclasses.replace(database, host="127.0.0.1", password="guess")
    with pytest.raises(WarehouseError, match="password"):
        connect(stranger)


def test_a_server_by_url_is_used_migrated_and_never_stopped(settings, database):
    by_url = dataclasses.replace(settings, database_url=database.tcp_url)
    warehouse = open_warehouse(by_url)
    assert warehouse.is_embedded is False
    assert close_warehouse(by_url) is False
    assert ask(warehouse, "select count(*) from release.tonight") == [(0,)]
    assert not settings.home.exists()


@pytest.mark.parametrize("url", ["postgresql://", "dbname=x user=y", "no address at all"])
def test_an_address_that_says_too_little_is_refused(url):
    with pytest.raises(WarehouseError, match="KC_DATABASE_URL"):
        find_warehouse(Settings(home=Path("unused"), database_url=url, inbox=None))


def test_reset_makes_an_empty_database_again(settings, database):
    ask(database, "create table public.kept as select 1 as one")
    warehouse = reset_warehouse(settings)
    assert ask(warehouse, "select to_regclass('public.kept') is null, to_regclass('raw.cell') is not null") == [(True, True)]


def test_migrations_are_applied_once(database):
    assert [name for (name,) in ask(database, "select name from public.migration order by name")] == [
        migration.name for migration in read_migrations()
    ]
    assert migrate(database) == []


def test_a_changed_migration_is_refused(database, tmp_path):
    folder = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    first = min(folder.glob("*.sql"))
    first.write_text(first.read_text(encoding="utf-8") + "-- changed\n", encoding="utf-8")
    with pytest.raises(WarehouseError, match=f"{first.stem} was changed"):
        migrate(database, folder)


def test_a_warehouse_newer_than_the_code_is_refused(database, tmp_path):
    folder = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    max(folder.glob("*.sql")).unlink()
    with pytest.raises(WarehouseError, match="does not know"):
        migrate(database, folder)


def test_a_failing_migration_leaves_nothing_behind(database, tmp_path):
    folder = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    (folder / "9998_good.sql").write_text("create table public.good (a integer);")
    (folder / "9999_bad.sql").write_text("create table public.half (a integer); select 1 / 0;")
    with pytest.raises(WarehouseError, match="9999_bad failed: division by zero"):
        migrate(database, folder)
    assert ask(database, "select to_regclass('public.good') is null, to_regclass('public.half') is null") == [(True, True)]
    (folder / "9999_bad.sql").write_text("create table public.half (a integer);")
    assert migrate(database, folder) == ["9998_good", "9999_bad"]


def test_the_database_lives_in_vietnamese_time(database):
    with contextlib.closing(psycopg2.connect(database.dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("show timezone")
        assert cursor.fetchone() == ("Asia/Ho_Chi_Minh",)


def test_tonight_is_the_newest_run(database):
    ask(database, "insert into release.run (as_of, started_at) values ('2025-04-26 06:00', now()), ('2025-05-26', now())")
    assert ask(database, "select run_key, as_of::text from release.tonight") == [(2, "2025-05-26 00:00:00+07")]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("bi_reader", "select * from raw.receipt"),
        ("bi_reader", "select * from review.decision"),
        ("bi_reader", "create table marts.mine (a integer)"),
        ("reviewer", "update review.decision set reason = 'another'"),
        ("reviewer", "delete from raw.receipt"),
        ("loader", "delete from raw.receipt"),
        ("loader", "insert into review.decision (flag_id) values ('x')"),
    ],
)
def test_a_role_may_not(database, role, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(database, f"set role {role}; {statement}")


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("bi_reader", "select * from marts.shown"),
        ("reviewer", "select * from raw.receipt"),
        ("loader", "select * from raw.receipt"),
        ("transformer", "select * from raw.cell; create table facts.mine (a integer)"),
    ],
)
def test_a_role_may(database, role, statement):
    ask(database, "create table marts.shown (a integer)")
    ask(database, f"set role {role}; {statement}")
