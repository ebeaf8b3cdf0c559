"""Brings a warehouse to this version: each file of `migrations/` is applied once and never changed after, each file of `functions/`
again whenever its text changed; all of it in one transaction.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extras import execute_values

from warehouse.address import Warehouse, WarehouseError, connect
from warehouse.connections import Connection, Cursor
from warehouse.definitions import FUNCTIONS, Definition, applied_definitions, in_order, read_definitions
from warehouse.fold import BASELINE, difference_from_0_1_0, folded, is_of_0_1_0
from warehouse.ownership import claim
from warehouse.programme import Programme
from warehouse.remaking import put_up, take_down
from warehouse.settings import TIMEZONE, this_programme

MIGRATIONS = Path(__file__).with_name("migrations")
# Any number, as long as every version of this code uses the same one.
LOCK = 20450612


@dataclass(frozen=True)
class Migration:
    """One file: its name without the ending (begins with four digits), its text, and the sha256 of that text."""

    name: str
    text: str
    checksum: str


def read_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """The migrations of a folder, in the order of their numbers."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))}
    return [Migration(name, text, hashlib.sha256(text.encode()).hexdigest()) for name, text in texts.items()]


def migrate(
    warehouse: Warehouse, folder: Path = MIGRATIONS, functions: Path = FUNCTIONS, programme: Programme | None = None
) -> list[str]:
    """Apply the migrations that are missing and the definitions that changed; the names of the migrations applied now.

    A warehouse becomes that of `programme` (the one of this process) when it is made.

    All of it is one transaction. Raises WarehouseError when an applied migration was changed or is unknown to this code, when
    definitions form a circle, when the warehouse is another programme's, or when a file fails: the database then stands where it
    stood before.
    """
    migrations, definitions = read_migrations(folder), read_definitions(functions)
    with contextlib.closing(connect(warehouse)) as connection, connection.cursor() as cursor:
        own = programme or this_programme()
        if _is_current(cursor, migrations, definitions, own):
            return []
        # Held until the connection closes, so that a second process waits and then finds nothing to do.
        cursor.execute("select pg_advisory_lock(%s)", (LOCK,))
        connection.commit()
        with connection:
            done = _bring_up_to_date(cursor, warehouse, migrations, definitions)
            if folder == MIGRATIONS:
                claim(cursor, own)
            return done


def _is_current(cursor: Cursor, migrations: list[Migration], definitions: list[Definition], own: Programme) -> bool:
    """Whether all stands as these files say; in one question, because every command asks it."""
    try:
        cursor.execute(
            """select name, checksum from public.migration union all select name, checksum from public.definition
            union all select programme_code, concat_ws(' ', nation_key, smallest_part) from public.programme"""
        )
    except psycopg2.errors.UndefinedTable:
        cursor.connection.rollback()
        return False
    wanted = [(each.name, each.checksum) for each in migrations] + [(each.name, each.checksum) for each in definitions]
    wanted.append((own.programme_code, f"{own.nation_key} {own.smallest_part}"))
    return sorted(cursor.fetchall()) == sorted(wanted)


def _bring_up_to_date(
    cursor: Cursor, warehouse: Warehouse, migrations: list[Migration], definitions: list[Definition]
) -> list[str]:
    done, standing = applied_migrations(cursor.connection), applied_definitions(cursor.connection)
    is_folded = is_of_0_1_0(done)
    if is_folded:
        done, standing = {each.name: each.checksum for each in migrations if each.name in BASELINE}, folded("definition")
    _refuse_changes(migrations, done)
    ordered = in_order(definitions)
    missing = [migration for migration in migrations if migration.name not in done]
    wanted = {definition.name: definition.checksum for definition in definitions}
    known = standing.keys() | wanted.keys()
    # A migration may change what any definition stands on, so all of them are made again after it.
    changed = known if missing else {name for name in known if standing.get(name) != wanted.get(name)}
    if not (missing or changed or is_folded):
        return []  # another process was faster
    with _named("The table public.migration"):
        _act_as_owner(cursor)
        cursor.execute("create table if not exists public.migration (name text primary key, checksum text not null)")
        database = sql.Identifier(warehouse.dbname)
        cursor.execute(sql.SQL("alter database {} set timezone = {}").format(database, sql.Literal(TIMEZONE.key)))
        if is_folded:
            cursor.execute("delete from public.migration")
            execute_values(cursor, "insert into public.migration (name, checksum) values %s", list(done.items()))
    with _named("Taking down what changes"):
        taken = take_down(cursor, changed, known)
    for migration in missing:
        with _named(f"Migration {migration.name}"):
            cursor.execute(migration.text)
            cursor.execute("insert into public.migration values (%s, %s)", (migration.name, migration.checksum))
    with _named("Making again what was taken down"):
        put_up(cursor, ordered, taken)
    return [migration.name for migration in missing]


def applied_migrations(connection: Connection) -> dict[str, str]:
    """Name → checksum of what was applied to this database."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('public.migration') is not null")
        if cursor.fetchone() == (False,):
            return {}
        cursor.execute("select name, checksum from public.migration order by name")
        return dict(cursor.fetchall())


def recreate_database(warehouse: Warehouse) -> None:
    """Drop the database, whoever is connected to it, and create it empty. Raises WarehouseError."""
    name = sql.Identifier(warehouse.dbname)
    with contextlib.closing(connect(warehouse, dbname="postgres")) as connection:
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("drop database if exists {} with (force)").format(name))
                cursor.execute(sql.SQL("create database {}").format(name))
        except psycopg2.Error as error:
            reason = str(error).strip()
            raise WarehouseError(f"The database {warehouse.dbname} cannot be made anew: {reason}") from error


@contextlib.contextmanager
def _named(what: str) -> Iterator[None]:
    """WarehouseError with the name of what failed."""
    try:
        yield
    except psycopg2.errors.InsufficientPrivilege as error:
        reason = str(error).splitlines()[0]
        raise WarehouseError(
            f"The warehouse is not of this code's version yet, and this login may not change it ({reason}). Let its owner open it "
            "once (`kc status`)."
        ) from error
    except psycopg2.Error as error:
        raise WarehouseError(f"{what} failed: {str(error).strip()}") from error


def _act_as_owner(cursor: Cursor) -> None:
    """Whoever migrates, what they make belongs to the owner of the warehouse: functions act with the rights of their owner."""
    cursor.execute(
        """select tableowner from pg_tables where schemaname = 'public' and tablename = 'migration'
        and tableowner <> current_user and pg_has_role(current_user, tableowner, 'set')"""
    )
    for (owner,) in cursor.fetchall():
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))


def _refuse_changes(migrations: list[Migration], done: dict[str, str]) -> None:
    difference = difference_from_0_1_0(done)
    if difference:
        raise WarehouseError(
            f"The warehouse is older than version 0.2.0, and this code takes over version 0.1.0 alone: {difference}. Open it "
            "with the code of version 0.1.0 (`kc status` does), then with this; nothing was changed."
        )
    known = {migration.name: migration.checksum for migration in migrations}
    for name, checksum in done.items():
        if name not in known:
            raise WarehouseError(
                f"The warehouse holds migration {name}, which this code does not know: the code is older than the "
                "warehouse. Update the code."
            )
        if known[name] != checksum:
            raise WarehouseError(
                f"Migration {name} was changed after it had been applied to this warehouse. Put the file back as it "
                "was and write the change as a new migration; a warehouse that may be lost is removed by `make clean`."
            )
