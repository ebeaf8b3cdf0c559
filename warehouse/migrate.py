"""Versioned migrations: each file of `migrations/` is applied once, in one transaction, and never changed after."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from warehouse.address import Warehouse, WarehouseError, connect
from warehouse.settings import TIMEZONE

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


def migrate(warehouse: Warehouse, folder: Path = MIGRATIONS) -> list[str]:
    """Apply the migrations that are missing; the names of those applied now.

    Raises WarehouseError when an applied file was changed or is unknown to this code, or when one fails: the database
    then stands where it stood before that file.
    """
    migrations = read_migrations(folder)
    with contextlib.closing(connect(warehouse)) as connection, connection.cursor() as cursor:
        if applied_migrations(connection) == {migration.name: migration.checksum for migration in migrations}:
            return []
        # Held until the connection closes, so that a second process waits and then finds nothing to do.
        cursor.execute("select pg_advisory_lock(%s)", (LOCK,))
        connection.commit()
        done = applied_migrations(connection)
        _refuse_changes(migrations, done)
        missing = [migration for migration in migrations if migration.name not in done]
        database, timezone = sql.Identifier(warehouse.dbname), sql.Literal(TIMEZONE.key)
        _apply(connection, "public.migration", [
            "create table if not exists public.migration (name text primary key, checksum text not null)",
            sql.SQL("alter database {} set timezone = {}").format(database, timezone),
        ])  # fmt: skip
        for migration in missing:
            record = sql.SQL("insert into public.migration values ({}, {})").format(
                sql.Literal(migration.name), sql.Literal(migration.checksum)
            )
            _apply(connection, migration.name, [migration.text, record])
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


def _apply(connection: Connection, name: str, statements: list[str | sql.Composed]) -> None:
    """Statements in one transaction; WarehouseError with the migration's name when one fails."""
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.commit()
    except psycopg2.Error as error:
        connection.rollback()
        raise WarehouseError(f"Migration {name} failed: {str(error).strip()}") from error


def _refuse_changes(migrations: list[Migration], done: dict[str, str]) -> None:
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
