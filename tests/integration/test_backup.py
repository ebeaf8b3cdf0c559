"""Backup and restore: the same figures to the cell, guards that still guard, and refusals that leave everything as it was."""

import contextlib
import dataclasses
import json
import shutil
import tarfile
import threading
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest
from nation_slice import AS_OF

from ingestion.landing.receipts import Arrival, keep, land
from khuyencong.backup import restore
from khuyencong.backup.backup import make_backup
from khuyencong.backup.file import DUMP, MANIFEST, BackupRefused, add_manifest
from khuyencong.backup.restore import NotEmpty, restore_backup
from khuyencong.figures.explain import explain
from khuyencong.figures.rollup import rollup
from khuyencong.night.nightly import run_nightly
from khuyencong.night.shown_release import shown_release
from khuyencong.night.turn import NIGHT_LOCK, NightInProgress, only_night
from warehouse.address import WarehouseError, connect
from warehouse.dump import SCHEMAS
from warehouse.migrate import MIGRATIONS, migrate, read_migrations
from warehouse.opening import discard_warehouse, find_warehouse, open_warehouse
from warehouse.settings import Settings

PERIOD = "2025-01..2025-09"
DECISION = """insert into review.decision (flag_id, figure_key, rule_id, rule_terms_hash, decision, reason, decided_at)
    values ('a flag', 'a figure', 'a rule', 'its terms', 'waive', 'a word that must not be lost', '2025-10-01')"""


def ask(settings, query, *values):
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def figures(settings):
    """The national figures and one unit's way to its cells, as JSON."""
    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        rows = rollup(connection, PERIOD)
        cells = explain(connection, PERIOD, "KC-E05", fund="KCDP-T", unit="ha-noi")
    return json.dumps([rows, cells], default=str, sort_keys=True)


def arrive(settings, *texts):
    """Files that land: their bytes, and then a receipt each."""
    arrivals = [
        Arrival("submit", f"{text}.txt", None, None, AS_OF, keep(text.encode(), f"{text}.txt", settings.landing), len(text))
        for text in texts
    ]
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection, connection.cursor() as cursor:
        land(cursor, arrivals, None)


def landed(settings):
    return {path.name: path.read_bytes() for path in settings.landing.rglob("*.*")}


def change(path, name, edit, folder=None):
    """A copy of a backup, beside it or in `folder`, whose manifest says something else, with a hash that fits."""
    changed = (folder or path.parent) / name
    changed.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path) as old, tarfile.open(changed, "w") as new:
        for member in old:
            if member.name != MANIFEST:
                new.addfile(member, old.extractfile(member))
        manifest = json.load(old.extractfile(MANIFEST))["backup"]
        edit(manifest)
        add_manifest(new, manifest, 0)
    return changed


def flip(path, name, part):
    """A copy of a backup with one bit of one part changed."""
    with tarfile.open(path) as archive:
        member = archive.getmember(part)
        place = member.offset_data + member.size // 2
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    changed = path.with_name(name)
    changed.write_bytes(data)
    return changed


@pytest.fixture
def lan(own_settings):
    """Makes the login of a reviewer on an embedded server."""

    def make(settings):
        ask(settings, "create role lan_keeps login in role reviewer")
        return dataclasses.replace(open_warehouse(settings), user="lan_keeps", password=None)

    return make


def test_a_warehouse_that_was_lost_comes_back_to_the_cell(slice_installed, slice_inbox, own_settings, lan, tmp_path):
    installed, _ = slice_installed
    wanted = figures(installed)
    first = make_backup(installed, tmp_path / "backups", AS_OF)
    assert Path(first["file"]).name == f"khuyencong-{AS_OF:%Y%m%d-%H%M%S}.tar"
    assert Path(first["file"]).stat().st_mode & 0o077 == 0, "personal data are in it"
    [(release_hash,)] = ask(installed, "select release_hash from release.release order by release_number desc limit 1")
    assert first["release_hash"] == release_hash

    settings = dataclasses.replace(own_settings("another home"), inbox=slice_inbox)
    done = restore_backup(settings, Path(first["file"]))
    assert (done["replaced"], done["migrated"], done["logins_missing"]) == (None, [], [])
    assert figures(settings) == wanted
    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        assert shown_release(connection).is_whole, "what came out of the backup is what the night left"

    # A decision, a reviewer's login and the unit that it acts for; then this warehouse is lost as well.
    lan(settings)
    ask(settings, DECISION)
    ask(settings, "insert into review.login_unit (login, unit_key) values ('lan_keeps', 'ha-noi')")
    second = make_backup(settings, tmp_path / "second.tar", AS_OF + timedelta(days=1))
    discard_warehouse(settings)
    shutil.rmtree(settings.landing)
    done = restore_backup(settings, Path(second["file"]))
    assert done["logins_missing"] == [["reviewer", "lan_keeps"]]
    assert figures(settings) == wanted
    assert landed(settings) == {name: data for name, data in landed(installed).items() if name in landed(settings)}
    assert len(landed(settings)) == second["n_landed_files"] > 30
    again = run_nightly(settings, AS_OF, lambda: AS_OF, is_rebuild=True)
    assert again["release_hash"] == release_hash
    assert again["stations"]["land"]["rows_out"] == 0

    # Roles, grants, row level security and triggers hold.
    for statement in ("update review.decision set reason = 'another'", "truncate review.decision cascade"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="Decisions are kept"):
            ask(settings, statement)
    assert ask(settings, "select reason from review.decision") == [("a word that must not be lost",)]
    ask(settings, "create table marts.mart_of_tomorrow ()")
    with contextlib.closing(connect(lan(settings))) as connection:
        for statement, error in (
            (DECISION, psycopg2.errors.InsufficientPrivilege),  # row level security: no such flag
            ("delete from raw.receipt", psycopg2.errors.InsufficientPrivilege),
            ("insert into review.login_unit (login, sender) values ('x', 'y')", psycopg2.errors.InsufficientPrivilege),
        ):
            with pytest.raises(error), connection, connection.cursor() as cursor:
                cursor.execute(statement)
        with connection, connection.cursor() as cursor:
            cursor.execute("select count(*) from review.decision")
            assert cursor.fetchone() == (1,)
            cursor.execute("select * from marts.mart_of_tomorrow")  # default privileges
            cursor.execute("show timezone")
            assert cursor.fetchone() == ("Asia/Ho_Chi_Minh",)
    rights = "select has_table_privilege(%s, %s, 'select')"
    for role, table, may in (
        ("bi_reader", "marts.mart_national_rollup", True), ("bi_reader", "raw.receipt", False),
        ("transformer", "raw.receipt", True), ("loader", "release.run", False), ("reviewer", "public.migration", True),
    ):  # fmt: skip
        assert ask(settings, rights, role, table) == [(may,)], (role, table)


def test_a_damaged_or_cut_backup_is_refused_by_name_and_nothing_changes(settings, tmp_path):
    arrive(settings, "first", "second")
    made = Path(make_backup(settings, tmp_path / "whole.tar", AS_OF)["file"])
    with tarfile.open(made) as archive:
        parts = [member.name for member in archive]
    assert parts[0] == DUMP and parts[-1] == MANIFEST and len(parts) == 4
    shutil.rmtree(settings.landing)
    for part in parts:
        with pytest.raises(BackupRefused, match=rf"damaged.*{part}|its {part} cannot be read"):
            restore_backup(settings, flip(made, "flipped.tar", part), is_replacing=True)
    whole = made.read_bytes()
    for end in (len(whole) // 2, 100, 0):
        (tmp_path / "cut.tar").write_bytes(whole[:end])
        with pytest.raises(BackupRefused, match=r"cut\.tar"):
            restore_backup(settings, tmp_path / "cut.tar", is_replacing=True)
    assert not settings.landing.exists()
    assert ask(settings, "select count(*) from raw.receipt") == [(2,)]


def test_what_the_warehouse_holds_goes_only_when_somebody_says_so(settings, tmp_path):
    arrive(settings, "kept")
    made = Path(make_backup(settings, tmp_path / "kept.tar", AS_OF)["file"])
    arrive(settings, "later")
    warnings = []
    with pytest.raises(NotEmpty, match=r"holds 2 receipts, 0 decisions, 0 runs"):
        restore_backup(settings, made, warn=warnings.append)
    assert ask(settings, "select location from raw.receipt order by 1") == [("kept.txt",), ("later.txt",)]

    # What fails at the last moment, here a count that differs, leaves the warehouse as it was.
    wrong = change(made, "wrong.tar", lambda manifest: manifest["counts"].update({"raw.receipt": 2}))
    with pytest.raises(WarehouseError, match=r"raw\.receipt is not what was backed up"):
        restore_backup(settings, wrong, is_replacing=True, warn=warnings.append)
    assert ask(settings, "select location from raw.receipt order by 1") == [("kept.txt",), ("later.txt",)]
    assert len(warnings) == 1 and "holds 2 receipts" in warnings[0]

    restore_backup(settings, made, is_replacing=True)
    assert ask(settings, "select location from raw.receipt") == [("kept.txt",)]
    assert sorted(landed(settings).values()) == [b"kept", b"later"], "bytes that landed stay"


def test_an_ordinary_owner_restores_what_another_backed_up(settings, cluster, tmp_path):
    """As under Compose: the login owns its database and makes roles, and is no superuser."""
    arrive(settings, "a file")
    made = Path(make_backup(settings, tmp_path / "b.tar", AS_OF)["file"])
    ask(settings, "create role an_analyst login")
    ask(settings, "grant usage on schema facts to an_analyst")
    granted = Path(make_backup(settings, tmp_path / "granted.tar", AS_OF)["file"])
    ask(settings, "drop owned by an_analyst")
    ask(settings, "drop role an_analyst")
    _on(
        cluster, "create role plain_owner login createrole", "grant answer_carrier to plain_owner with inherit true",
        "create database khuyencong_plain owner plain_owner",
    )  # fmt: skip
    try:
        warehouse = dataclasses.replace(cluster, dbname="khuyencong_plain", user="plain_owner", password=None)
        plain = Settings(home=tmp_path / "plain", database_url=warehouse.dsn, inbox=None)
        with pytest.raises(BackupRefused, match="granted to an_analyst, whom this server does not know"):
            restore_backup(plain, granted)
        assert not plain.landing.exists()
        restore_backup(plain, made)
        restore_backup(plain, made, is_replacing=True)
        assert ask(plain, "select location from raw.receipt") == [("a file.txt",)]
        owners = "select distinct tableowner from pg_tables where schemaname = any (%s)"
        assert ask(plain, owners, list(SCHEMAS)) == [("plain_owner",)]
        ask(plain, "create table marts.mart_of_tomorrow ()")
        assert ask(plain, "select has_table_privilege('bi_reader', 'marts.mart_of_tomorrow', 'select')") == [(True,)]
        make_backup(plain, tmp_path / "again.tar", AS_OF)
    finally:
        _on(cluster, "drop database khuyencong_plain with (force)", "drop role plain_owner")


def test_an_older_backup_is_migrated_and_a_newer_one_refused(settings, cluster, tmp_path, monkeypatch):
    newest = max(MIGRATIONS.glob("*.sql")).stem
    newer = Path(shutil.copytree(MIGRATIONS, tmp_path / "newer"))
    (newer / "9000_of_the_next_version.sql").write_text("create table raw.of_the_next_version (a integer);")
    _on(cluster, "create database khuyencong_old")
    try:
        warehouse = dataclasses.replace(cluster, dbname="khuyencong_old")
        migrate(warehouse)
        old = dataclasses.replace(settings, database_url=warehouse.dsn)
        made = make_backup(old, tmp_path / "old.tar", AS_OF)
        assert made["newest_migration"] == newest
        with monkeypatch.context() as next_version:
            next_version.setattr(restore, "migrate", lambda warehouse: migrate(warehouse, newer))
            next_version.setattr(restore, "read_migrations", lambda: read_migrations(newer))
            done = restore_backup(settings, Path(made["file"]))
        assert done["migrated"] == ["9000_of_the_next_version"]
        with contextlib.closing(connect(find_warehouse(settings))) as connection, connection.cursor() as cursor:
            cursor.execute("select to_regclass('raw.of_the_next_version') is not null, count(*) > 50 from public.definition")
            assert cursor.fetchone() == (True, True)

        _on(warehouse, "insert into public.migration values ('9999_of_tomorrow', '')")
        made = make_backup(old, tmp_path / "new.tar", AS_OF)
        with pytest.raises(BackupRefused, match=r"9999_of_tomorrow, which this code does not know: newer code made it"):
            restore_backup(settings, Path(made["file"]))
        _on(warehouse, "delete from public.migration where name like '9999%'", "update public.migration set checksum = ''")
        made = make_backup(old, tmp_path / "other.tar", AS_OF)
        with pytest.raises(BackupRefused, match=rf"another text of migration {min(MIGRATIONS.glob('*.sql')).stem}"):
            restore_backup(settings, Path(made["file"]))
    finally:
        _on(cluster, "drop database khuyencong_old with (force)")


def _on(warehouse, *statements):
    with contextlib.closing(connect(warehouse)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def test_receipts_that_land_during_a_backup_leave_it_whole(settings, database, tmp_path):
    arrive(settings, "before")
    is_done, numbers = threading.Event(), iter(range(10_000))

    def keep_landing():
        while not is_done.is_set():
            arrive(settings, f"file {next(numbers)}")

    thread = threading.Thread(target=keep_landing)
    thread.start()
    try:
        made = [make_backup(settings, tmp_path / f"{n}.tar", AS_OF) for n in range(3)]
    finally:
        is_done.set()
        thread.join()
    assert made[0]["n_receipts"] < made[2]["n_receipts"], "files landed meanwhile"
    target = dataclasses.replace(settings, home=tmp_path / "another home")
    restore_backup(target, Path(made[2]["file"]), is_replacing=True)
    texts = {location.removesuffix(".txt").encode() for (location,) in ask(target, "select location from raw.receipt")}
    assert len(texts) == made[2]["n_receipts"]
    assert texts == set(landed(target).values())


def test_a_night_and_a_backup_do_not_meet(settings, database, tmp_path):
    with only_night(database), pytest.raises(NightInProgress, match="A night is running"):
        make_backup(settings, tmp_path, AS_OF)
    made = Path(make_backup(settings, tmp_path / "empty.tar", AS_OF)["file"])
    with only_night(database), pytest.raises(NightInProgress, match="A night or a backup"):
        restore_backup(settings, made)

    # A night that begins during a backup waits for it.
    began = threading.Event()

    def night():
        with only_night(database):
            began.set()

    with contextlib.closing(connect(database)) as backing_up, backing_up.cursor() as cursor:
        cursor.execute("select pg_advisory_lock_shared(%s)", (NIGHT_LOCK,))
        thread = threading.Thread(target=night)
        thread.start()
        assert not began.wait(0.5)
    assert began.wait(10)
    thread.join()


def test_a_backup_takes_no_files_place_and_leaves_nothing_when_it_fails(settings, tmp_path):
    arrive(settings, "precious")
    folder = tmp_path / "backups"
    made = make_backup(settings, folder, AS_OF)
    with pytest.raises(FileExistsError, match="is there already"):
        make_backup(settings, folder, AS_OF)
    [path] = settings.landing.rglob("*.txt")
    path.write_bytes(b"precioux")
    with pytest.raises(BackupRefused, match=rf"landing/../{path.name} is damaged"):
        make_backup(settings, folder / "another.tar", AS_OF)
    path.unlink()
    with pytest.raises(BackupRefused, match=rf"landing/../{path.name} is missing"):
        make_backup(settings, folder / "another.tar", AS_OF)
    assert [str(each) for each in folder.iterdir()] == [made["file"]]


def test_a_backup_holds_all_schemas_and_names_no_place(settings, database, tmp_path):
    arrive(settings, "a file")
    query = "select nspname from pg_namespace where nspname !~ '^pg_|^information_schema$|^public$'"
    assert {name for (name,) in ask(settings, query)} == set(SCHEMAS)
    made = Path(make_backup(settings, tmp_path / "b.tar", AS_OF)["file"])
    with tarfile.open(made) as archive:
        text = archive.extractfile(MANIFEST).read().decode()
        assert {(member.uid, member.uname, member.mode) for member in archive} == {(0, "", 0o600)}
    for secret in (str(tmp_path), str(settings.home), database.host, database.password):
        assert secret not in text
