"""Functions, views, triggers and row policies: a file each, made again with all that stands on them when a text changes."""

import contextlib
import dataclasses
import re
import shutil
from pathlib import Path

import pytest
from schema_dump import schema_of, without_what_nights_build

from khuyencong.backup.restore import restore_backup
from warehouse.address import WarehouseError, connect
from warehouse.definitions import FUNCTIONS, in_order, read_definitions
from warehouse.fold import BASELINE
from warehouse.migrate import MIGRATIONS, migrate, read_migrations
from warehouse.settings import Settings

KINDS = "function|procedure|view|trigger|policy"
MAKES = re.compile(rf"(?im)^\s*create\s+(?:or\s+replace\s+)?(?:recursive\s+)?({KINDS})\s+(\S+?)(?=[\s(])")

# What PostgreSQL holds: (kind, the file that it belongs to, its own name).
CATALOGUE = """
select 'function', pronamespace::regnamespace || '.' || proname, proname from pg_proc
where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
union all
select 'view', relnamespace::regnamespace || '.' || relname, relname from pg_class
where relkind in ('v', 'm') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
union all
select 'trigger', pronamespace::regnamespace || '.' || proname, tgname from pg_trigger
inner join pg_proc on tgfoid = pg_proc.oid where not tgisinternal
union all
select 'policy', relnamespace::regnamespace || '.' || polname, polname from pg_policy
inner join pg_class on polrelid = pg_class.oid"""

# Every function, view, trigger and policy with the transaction that wrote it.
WRITTEN = """
select 'f', oid, xmin::text from pg_proc where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
union all select 'c', oid, xmin::text from pg_class where relkind in ('v', 'm') and oid > 16383
union all select 't', oid, xmin::text from pg_trigger where not tgisinternal
union all select 'p', oid, xmin::text from pg_policy
union all select 'm', 0, xmin::text from public.migration
union all select 'd', 0, xmin::text from public.definition
order by 1, 2, 3"""


def ask(warehouse, statement, *values):
    with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def functions(tmp_path):
    """A copy of the files, to be changed."""
    return Path(shutil.copytree(FUNCTIONS, tmp_path / "functions"))


@pytest.fixture(scope="module")
def filled_template(cluster, tmp_path_factory, old_backup):
    """A warehouse with two nights in it, taken over from version 0.1.0."""
    filled = dataclasses.replace(cluster, dbname="khuyencong_filled")
    _execute(cluster, "create database khuyencong_filled")
    restore_backup(Settings(home=tmp_path_factory.mktemp("filled"), database_url=filled.dsn, inbox=None), old_backup)
    yield filled
    _execute(cluster, "drop database khuyencong_filled with (force)")


@pytest.fixture
def filled(cluster, filled_template):
    name = "khuyencong_filled_copy"
    _execute(cluster, f"create database {name} template khuyencong_filled")
    yield dataclasses.replace(cluster, dbname=name)
    _execute(cluster, f"drop database {name} with (force)")


def _execute(server, *statements):
    with contextlib.closing(connect(server, dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def edit(folder, name, old, new):
    path = folder / f"{name.replace('.', '/')}.sql"
    text = path.read_text(encoding="utf-8")
    assert old in text, (name, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def made_by(text):
    """(kind, name) of what a file creates, comments left out."""
    return [(kind.lower(), name) for kind, name in MAKES.findall(re.sub(r"--[^\n]*", "", text))]


def test_each_function_view_trigger_and_policy_has_exactly_one_file(database):
    found = sorted(ask(database, CATALOGUE))
    files = {definition.name: made_by(definition.text) for definition in read_definitions()}
    said = [(kind, file, name.split(".")[-1]) for file, made in files.items() for kind, name in made]
    assert sorted(said) == found and len(found) > 60
    # and a file makes what it is named after, besides triggers nothing else
    for file, made in files.items():
        schema = file.split(".")[0]
        named = {f"{schema}.{name}" if kind == "policy" else name for kind, name in made if kind != "trigger"}
        assert named == {file}, file
    assert dict(ask(database, "select name, checksum from public.definition")) == {
        definition.name: definition.checksum for definition in read_definitions()
    }


def test_no_migration_makes_what_belongs_into_functions():
    for migration in read_migrations():
        assert made_by(migration.text) == [], migration.name
    assert made_by("create  or replace\n  view a.b as select 1;\ncreate trigger c before insert on d") == [
        ("view", "a.b"), ("trigger", "c"),
    ]  # fmt: skip
    assert set(BASELINE) <= {migration.name for migration in read_migrations()}


def test_comments_of_files_are_their_own(database):
    """A view or function that is made again has its comment again only when its file says it."""
    described = ask(database, f"""
        select file from ({CATALOGUE}) as made (kind, file, name)
        where kind = 'view' and obj_description(file::regclass, 'pg_class') is not null
            or kind = 'function' and obj_description(file::regproc, 'pg_proc') is not null""")  # fmt: skip
    commented = {(definition.name,) for definition in read_definitions() if re.search(r"(?m)^comment on ", definition.text)}
    assert commented == set(described)


def test_where_nothing_changed_nothing_is_written(database):
    before = ask(database, WRITTEN)
    assert migrate(database) == []
    assert ask(database, WRITTEN) == before


def test_a_changed_text_is_applied_again_and_nothing_else(database, functions):
    before = ask(database, "select oid::regprocedure::text, oid from pg_proc where pronamespace = 'release'::regnamespace")
    edit(functions, "release.first_reason", "create function", "-- said anew\ncreate function")
    assert migrate(database, functions=functions) == []
    after = ask(database, "select oid::regprocedure::text, oid from pg_proc where pronamespace = 'release'::regnamespace")
    assert {name for name, _ in set(before) ^ set(after)} == {"release.first_reason(text[])"}
    was = ask(database, WRITTEN)
    migrate(database, functions=functions)
    assert ask(database, WRITTEN) == was


def test_a_changed_signature_takes_its_dependants_along(filled, functions):
    """On a filled warehouse: a function and a view that dbt's views and ours stand on, each with another signature."""
    _execute(filled, "drop role if exists an_auditor", "create role an_auditor login")
    ask(filled, """
        grant select on facts.fct_run to an_auditor with grant option;
        grant select (run_key) on facts.fct_run to public;
        revoke select on facts.fct_run from reviewer;
        grant select on release.tonight to an_auditor;
        create schema desk;
        create view desk.running with (security_barrier = true) as
            select run_key as number, release.is_night_running() as "is running" from facts.fct_run;
        comment on column desk.running.number is 'Số hiệu của đêm.';
        alter view desk.running owner to an_auditor""")  # fmt: skip
    views = "select oid::regclass::text, oid from pg_class where relkind = 'v' and oid > 16383"
    tables = "select oid, relfilenode from pg_class where relkind = 'r' and oid > 16383 order by 1"
    before, oids, was_in = schema_of(filled), dict(ask(filled, views)), ask(filled, tables)
    read = sorted(oids.keys() - {definition.name for definition in read_definitions()})
    assert {"facts.fct_run", "marts.mart_night", "desk.running"} <= set(read), "what dbt and a person made"

    def rows():
        digest = "select count(*), md5(string_agg(t::text, '|' order by t::text)) from {} as t"
        return {name: ask(filled, digest.format(name)) for name in read}

    shown = rows()
    assert shown["facts.fct_run"][0][0] > 10 and shown["marts.mart_night"][0][0] == 2

    edit(functions, "release.is_night_running", "is_night_running()", "is_night_running(of_database text default null)")
    edit(functions, "release.tonight", "    run_key,\n    as_of\n", "    as_of,\n    run_key,\n    code_hash\n")
    edit(functions, "review.is_reviewer", "asked_login text", "asked_login name")
    migrate(filled, functions=functions)

    now = dict(ask(filled, views))
    assert now.keys() == oids.keys()
    made_again = {name for name in now if now[name] != oids[name]}
    assert {"facts.fct_run", "desk.running", "release.tonight", "review.decision_in_force", "checks.in_sight"} <= made_again
    assert ask(filled, tables) == was_in
    changed = before.symmetric_difference(schema_of(filled))
    names = {re.search(r"(FUNCTION|VIEW) (\S+?)[( ]", block)[2] for block in changed if not block.startswith("GRANT")}
    assert names == {"release.is_night_running", "release.tonight", "review.is_reviewer"}, "all else is as it was, rights too"
    assert not [block for block in changed if block.startswith("GRANT")]
    assert rows() == shown
    # and back
    migrate(filled)
    assert schema_of(filled) == before


def test_what_lost_its_file_is_dropped(database, functions):
    (functions / "release" / "run_of_the_past.sql").unlink()
    (functions / "review" / "refuse_signer.sql").unlink()
    migrate(database, functions=functions)
    gone = [("release.run_of_the_past",), ("review.refuse_signer",)]
    assert ask(database, "select to_regclass('release.run_of_the_past'), to_regproc('review.refuse_signer')") == [(None, None)]
    assert ask(database, "select tgname from pg_trigger where tgname = 'refuse_signer'") == []
    assert ask(database, "select name from public.definition where name = any(%s)", [name for (name,) in gone]) == []
    migrate(database)
    assert sorted(ask(database, "select name from public.definition where name = any(%s)", [name for (name,) in gone])) == gone


def test_a_broken_file_is_named_and_leaves_the_warehouse_as_it_was(database, functions, tmp_path):
    before, written = schema_of(database), ask(database, WRITTEN)
    folder = Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))
    (folder / "9998_good.sql").write_text("create table public.good (a integer);")
    edit(functions, "release.figures", "select", "select select")
    edit(functions, "release.first_reason", "create function", "-- said anew\ncreate function")
    with pytest.raises(WarehouseError, match=r"warehouse/functions/release/figures\.sql failed: syntax error"):
        migrate(database, folder, functions)
    assert (schema_of(database), ask(database, WRITTEN)) == (before, written)


def test_a_circle_is_named(database, functions):
    written = ask(database, WRITTEN)
    edit(functions, "release.share_of", "create function", "-- release.movement is named in a comment\ncreate function")
    assert in_order(read_definitions(functions)), "a comment needs nothing"
    (functions / "release" / "share_of.sql").write_text("create view release.share_of as select * from release.year_before;")
    (functions / "release" / "year_before.sql").write_text("create view release.year_before as select * from release.share_of;")
    with pytest.raises(WarehouseError, match=r"in a circle: release\.(share_of|year_before) → release\.(share_of|year_before) → "):
        migrate(database, functions=functions)
    assert ask(database, WRITTEN) == written


def test_definitions_see_what_a_migration_changed(database, tmp_path):
    """A view that selects all columns of a table has the new one, and a column whose type changes is no obstacle."""
    folder = Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))
    (folder / "9998_wider.sql").write_text(
        "alter table release.contribution add column weight integer;"
        "alter table review.decision alter column flag_id type varchar(40);"
    )
    assert migrate(database, folder) == ["9998_wider"]
    column = "select format_type(atttypid, atttypmod) from pg_attribute where attrelid = %s::regclass and attname = %s"
    assert ask(database, column, "release.movement", "weight") == [("integer",)]
    assert ask(database, column, "review.decision_in_force", "flag_id") == [("character varying(40)",)]


def test_what_cannot_be_made_again_is_named(database, functions):
    (functions / "register" / "shown.sql").write_text(
        "create function register.shown(written text) returns text language sql immutable as 'select lower(written)';"
    )
    migrate(database, functions=functions)
    ask(database, "create index shown_place on raw.receipt (register.shown(location))")
    edit(functions, "register.shown", "create function", "-- said anew\ncreate function")
    written = ask(database, WRITTEN)
    with pytest.raises(WarehouseError, match=r"index raw\.shown_place stands on a definition that changes"):
        migrate(database, functions=functions)
    assert ask(database, WRITTEN) == written
    ask(database, "drop index raw.shown_place")

    # A view of a person is refused by name, wherever it stands, and one that dbt builds is left to the next night.
    ask(database, "create schema desk; create view desk.clocks as select release.clock() as now")
    ask(database, "create view marts.clocks as select release.clock() as now")
    ask(database, "create view facts.fct_run as select release.clock() as now")
    (functions / "release" / "clock.sql").unlink()
    for view in ("desk.clocks", "marts.clocks"):
        with pytest.raises(WarehouseError, match=r"The view (desk|marts)\.clocks stands on .* and cannot be made again"):
            migrate(database, functions=functions)
        ask(database, "select release.clock() from facts.fct_run")
        ask(database, f"drop view {view}")
    migrate(database, functions=functions)
    assert ask(database, "select to_regclass('facts.fct_run'), to_regproc('release.clock')") == [(None, None)]


def test_what_a_stranger_migrates_belongs_to_the_owner(cluster, functions):
    """A superuser's command on a warehouse of another login makes no functions that act with a superuser's rights."""
    _execute(
        cluster, "create role plain_owner login createrole", "grant answer_carrier to plain_owner with inherit true",
        "create database khuyencong_owned owner plain_owner",
    )  # fmt: skip
    try:
        migrate(dataclasses.replace(cluster, dbname="khuyencong_owned", user="plain_owner", password=None))
        owned = dataclasses.replace(cluster, dbname="khuyencong_owned")
        edit(functions, "review.sent_by", "create function", "-- said anew\ncreate function")
        edit(functions, "release.tonight", "create view", "-- said anew\ncreate view")
        migrate(owned, functions=functions)
        owners = """select pg_get_userbyid(proowner) from pg_proc where pronamespace::regnamespace::text in ('review', 'release')
            union select pg_get_userbyid(relowner) from pg_class where oid = 'release.tonight'::regclass"""
        assert ask(owned, owners) == [("plain_owner",)]
    finally:
        _execute(cluster, "drop database khuyencong_owned with (force)", "drop role plain_owner")


def test_a_reader_opens_what_is_current_and_is_told_who_may_change_it(cluster, database, functions):
    _execute(cluster, "create role a_reader login in role reviewer")
    try:
        reader = dataclasses.replace(database, user="a_reader", password=None)
        assert migrate(reader) == []
        edit(functions, "release.clock", "create function", "-- said anew\ncreate function")
        with pytest.raises(WarehouseError, match=r"this login may not change it \(permission denied.*Let its owner open it once"):
            migrate(reader, functions=functions)
    finally:
        _execute(cluster, "drop role a_reader")


def test_fresh_and_taken_over_are_the_same(filled, empty_database):
    without_what_nights_build(filled, empty_database)
    assert schema_of(filled) == schema_of(empty_database)
