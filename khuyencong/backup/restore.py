"""`kc restore`: a backup into a warehouse, all of it or nothing, after every part was compared with its hash."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khuyencong.backup.file import CHUNK, DUMP, LANDED, Backup, BackupRefused, open_backup
from khuyencong.backup.rights import afterwards, make_roles, missing_members
from khuyencong.night.tables import keep_traces_of_a_restore
from khuyencong.night.turn import NIGHT_LOCK, NightInProgress
from warehouse.address import Warehouse, connect
from warehouse.dump import load
from warehouse.fold import difference_from_0_1_0, is_of_0_1_0
from warehouse.migrate import applied_migrations, migrate, read_migrations
from warehouse.opening import find_warehouse
from warehouse.rows import single_row, single_value
from warehouse.settings import Settings

if TYPE_CHECKING:
    from warehouse.connections import Connection


class NotEmpty(RuntimeError):
    """The warehouse holds something, and nobody said that it may go."""


def restore_backup(
    settings: Settings, path: Path, *, is_replacing: bool = False, warn: Callable[[str], None] = lambda sentence: None
) -> dict[str, Any]:
    """Restore a backup; returns what `kc restore --json` prints: {file, made_at, run, release, release_hash, migrated, replaced,
    n_receipts, n_landed_files, logins_missing}.

    `is_replacing`: what the warehouse holds may go; `warn` is told before it does. `migrated`: migrations that are newer than
    the backup and were applied (functions whose text changed since are made again beside that); `replaced`: what the warehouse
    held, or None; `logins_missing`: [role, login] of members that this server does not know and a person makes again, with new
    passwords.
    Raises BackupRefused (damaged, or made by newer code), NotEmpty, NightInProgress, WarehouseError; the warehouse then stands
    as it did. Bytes that landed before stay where they are.
    """
    with open_backup(path) as backup:
        backup.verify()
        _refuse_other_code(backup)
        warehouse = find_warehouse(settings)
        with _alone(warehouse) as connection:
            _refuse_server(backup, connection)
            replaced = _content(connection)
            if replaced and not is_replacing:
                held = f"The warehouse is not empty: it holds {_words(replaced)}."
                raise NotEmpty(f"{held} `--replace` puts the backup in its place.")
            if replaced:
                warn(f"The warehouse holds {_words(replaced)}. All of it goes; the backup of {backup.manifest['made_at']} comes.")
            make_roles(backup, connection)
            _put_landing(backup, settings)
            with tempfile.TemporaryDirectory() as folder:
                dump = Path(folder) / DUMP
                with backup.open_part(DUMP) as stream, dump.open("wb") as file:
                    while chunk := stream.read(CHUNK):
                        file.write(chunk)
                load(warehouse, dump, afterwards(backup.manifest, warehouse.dbname, connection))
            with connection.cursor() as cursor:
                cursor.execute("analyze")
            logins_missing = missing_members(backup, connection)
        migrated = migrate(warehouse)
        with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor() as cursor:
            keep_traces_of_a_restore(cursor)
        told = {name: backup.manifest[name] for name in ("made_at", "run", "release", "release_hash")}
        n_receipts, n_landed = backup.manifest["counts"]["raw.receipt"], len(backup.manifest["parts"]) - 1
    return {
        "file": path.name, **told, "migrated": migrated, "replaced": replaced, "n_receipts": n_receipts,
        "n_landed_files": n_landed, "logins_missing": logins_missing,
    }  # fmt: skip


def _refuse_other_code(backup: Backup) -> None:
    """A backup of newer code, of migrations that were changed, or from before the baseline, version 0.1.0 excepted, is not for
    this code.
    """
    if is_of_0_1_0(backup.manifest["migrations"]):
        return
    difference = difference_from_0_1_0(backup.manifest["migrations"])
    if difference:
        raise BackupRefused(
            f"{backup.path.name} is older than version 0.2.0, and this code restores backups of version 0.1.0 alone: {difference}. "
            "Restore it with the code of version 0.1.0, make a backup with that, and restore that one. Nothing was restored."
        )
    known = {migration.name: migration.checksum for migration in read_migrations()}
    for name, checksum in backup.manifest["migrations"].items():
        if name not in known:
            raise BackupRefused(
                f"{backup.path.name} holds migration {name}, which this code does not know: newer code made it. Update the code."
            )
        if known[name] != checksum:
            raise BackupRefused(
                f"{backup.path.name} was made with another text of migration {name}. Restore it with the code of then."
            )


def _refuse_server(backup: Backup, connection: Connection) -> None:
    """An older PostgreSQL cannot hold the dump of a newer one."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version')")
        found = single_value(cursor)
    made = backup.manifest["server_version"]
    if int(found.split(".")[0]) < int(made.split(".")[0]):
        raise BackupRefused(
            f"{backup.path.name} comes from PostgreSQL {made}, and this server is {found}. Use a server at least as new."
        )


@contextlib.contextmanager
def _alone(warehouse: Warehouse) -> Iterator[Connection]:
    """A connection to the warehouse, each statement for itself, while no night works on it."""
    with contextlib.closing(connect(warehouse)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", (NIGHT_LOCK,))
            if not single_value(cursor):
                raise NightInProgress("A night or a backup is at work on this warehouse. Restore when it is done.")
            yield connection
            cursor.execute("select pg_advisory_unlock(%s)", (NIGHT_LOCK,))


def _content(connection: Connection) -> dict[str, int] | None:
    """What would be lost: {receipts, decisions, runs}; None of an empty warehouse, migrated or not."""
    if not applied_migrations(connection):
        return None
    tables = {"receipts": "raw.receipt", "decisions": "review.decision", "runs": "release.run"}
    with connection.cursor() as cursor:
        cursor.execute("select " + ", ".join(f"(select count(*) from {table})" for table in tables.values()))
        found = dict(zip(tables, single_row(cursor), strict=True))
    return found if any(found.values()) else None


def _words(content: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in content.items())


def _put_landing(backup: Backup, settings: Settings) -> None:
    """The bytes of every receipt into landing, each where its sha256 says; a file there that is damaged is mended."""
    from ingestion.landing.receipts import keep, landed_path

    for name in backup.manifest["parts"]:
        if name == DUMP:
            continue
        found = LANDED.fullmatch(name)
        if found is None:
            raise BackupRefused(f"{backup.path.name}: {name} is no place in landing. Nothing was restored.")
        with backup.open_part(name) as stream:
            data = stream.read()
        path = landed_path(settings.landing, found[2], found[3])
        if path.exists() and path.read_bytes() != data:
            path.unlink()
        keep(data, path.name, settings.landing)
