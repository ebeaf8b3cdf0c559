"""A warehouse and a backup of version 0.1.0, the last before its migrations were folded, in the hands of this code."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from crashes import SECOND, receive_first, receive_second
from schema_dump import schema_of, without_what_nights_build
from small_country import UNITS, Country
from test_backup import change

from khuyencong.backup.file import DUMP, MANIFEST, BackupRefused
from khuyencong.backup.restore import restore_backup
from khuyencong.night.nightly import run_nightly
from warehouse.address import WarehouseError, connect
from warehouse.dump import load
from warehouse.fold import BASELINE, folded
from warehouse.migrate import applied_migrations, migrate, read_migrations
from warehouse.opening import open_warehouse

# What the code of 0.1.0 said of it when it was made (version_0_1_0/README.md).
SAID = {
    "raw.receipt": 11, "review.decision": 7, "outbox.mail": 1, "checks.flag": 1, "release.contribution": 938, "release.release": 2,
}  # fmt: skip
RELEASE_HASH = "d7dcf184dc22e57021e718fb6814e07ace6b715576b6856718e8ed9cabf5b0f6"


def ask(warehouse, statement, *values):
    with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def old(cluster, old_backup, tmp_path):
    """A warehouse as the code of 0.1.0 left it."""
    with contextlib.closing(connect(cluster, dbname="postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute("create database khuyencong_0_1_0")
    warehouse = dataclasses.replace(cluster, dbname="khuyencong_0_1_0")
    with tarfile.open(old_backup) as archive:
        (tmp_path / "old.dump").write_bytes(archive.extractfile(DUMP).read())
    load(warehouse, tmp_path / "old.dump", [])
    yield warehouse
    with contextlib.closing(connect(cluster, dbname="postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute("drop database khuyencong_0_1_0 with (force)")


def test_the_backup_is_of_exactly_that_version(old_backup):
    with tarfile.open(old_backup) as archive:
        manifest = json.load(archive.extractfile(MANIFEST))["backup"]
    assert (manifest["khuyencong"], manifest["newest_migration"]) == ("0.1.0", "0082_pages_ask_for_signatures")
    assert manifest["migrations"] == folded("migration")
    assert not folded("migration").keys() & {migration.name for migration in read_migrations()}


def test_its_backup_is_restored_and_the_nights_go_on(old_backup, own_settings, tmp_path):
    country = Country(tmp_path / "country", units=(*UNITS, "trung-uong"))
    receive_first(country)
    receive_second(country)
    theirs = dataclasses.replace(
        own_settings(), inbox=country.inbox, register=country.register, rules=country.rules, dbt_project=country.project
    )
    done = restore_backup(theirs, old_backup)
    assert done["migrated"] == [migration.name for migration in read_migrations() if migration.name not in BASELINE]
    assert done["release_hash"] == RELEASE_HASH
    warehouse = open_warehouse(theirs)
    assert {table: ask(warehouse, f"select count(*) from {table}") for table in SAID} == {
        table: [(count,)] for table, count in SAID.items()
    }
    assert ask(warehouse, "select decided_by, reason from review.decision limit 1") == [
        ("lan_reviews", "Đã hỏi Sở Công Thương: số đúng.")
    ]
    before = roll_up(theirs)
    assert (before.returncode, before.stdout) == (1, "")
    assert "`kc nightly` builds what is missing" in before.stderr and "CONTEXT" not in before.stderr
    again = run_nightly(theirs, SECOND, lambda: SECOND, is_rebuild=True)
    after = roll_up(theirs)
    assert after.returncode == 0 and '"đồng"' in after.stdout, after.stderr
    assert again["release_hash"] == RELEASE_HASH, "the same bytes and words give the same release"


def roll_up(settings):
    """`kc rollup` in a process of its own."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("KC_")} | {"KC_HOME": str(settings.home)}
    command = [Path(sys.executable).parent / "kc", "rollup", "--period", "2025-01..2025-03", "--json"]
    return subprocess.run(command, env=known, capture_output=True, text=True, timeout=120)


def test_it_is_taken_over_where_it_stands(old, empty_database):
    figures = "select md5(string_agg(t::text, '|' order by t::text)) from marts.mart_national_rollup as t"
    before = ask(old, figures)
    assert applied_migrations_of(old) == folded("migration")
    assert migrate(old) == [migration.name for migration in read_migrations() if migration.name not in BASELINE]
    assert applied_migrations_of(old) == {migration.name: migration.checksum for migration in read_migrations()}
    assert (migrate(old), ask(old, figures)) == ([], before)
    without_what_nights_build(old, empty_database)
    # what is said of a database and not in it: its time, and default privileges, which a dump leaves to the restorer
    assert {block for block in schema_of(old) if "DEFAULT PRIVILEGES" not in block} == {
        block for block in schema_of(empty_database) if "DEFAULT PRIVILEGES" not in block
    }


def applied_migrations_of(warehouse):
    with contextlib.closing(connect(warehouse)) as connection:
        return applied_migrations(connection)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("delete from public.migration where name like '0082%'", "it lacks migration 0082_pages_ask_for_signatures"),
        ("update public.migration set checksum = '' where name = '0044_sources'", "its migration 0044_sources has another text"),
        ("insert into public.migration values ('0090_of_somebody', '')", "it holds migration 0090_of_somebody, which version"),
    ],
)  # fmt: skip
def test_any_other_list_of_that_age_is_refused_and_nothing_is_touched(old, old_backup, settings, statement, said):
    ask(old, statement)
    before = schema_of(old)
    with pytest.raises(WarehouseError, match=f"takes over version 0.1.0 alone: {said}.*nothing was changed"):
        migrate(old)
    assert schema_of(old) == before

    def edit(manifest):
        manifest["migrations"] = applied_migrations_of(old)

    other = change(old_backup, "other.tar", edit, folder=settings.home)
    with pytest.raises(BackupRefused, match=f"restores backups of version 0.1.0 alone: {said}.*Nothing was restored"):
        restore_backup(settings, other)
