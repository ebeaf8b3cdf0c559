"""`kc backup`: everything that cannot be made again, in one file, as it was at one moment.

The dump is one snapshot of the database. A receipt is written after its bytes lie in landing, so that every receipt of the
snapshot has its bytes, however many more land meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import tarfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khuyencong.backup.file import DUMP, FORMAT, BackupRefused, add_manifest, add_part
from khuyencong.night.turn import NIGHT_LOCK, NightInProgress
from warehouse.rows import single_row, single_value
from warehouse.settings import Settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


# Written by people, by provinces or by the release: what dbt builds is compared by the release's hash.
COUNTED_SCHEMAS = ("raw", "review", "release", "outbox")


def make_backup(settings: Settings, target: Path, made_at: datetime) -> dict[str, Any]:
    """Write a backup to `target`, a file, or a folder in which it is named by the time. Returns what `kc backup --json` prints:
    {file, bytes, made_at, newest_migration, run, release, release_hash, n_receipts, n_landed_files}.

    Raises FileExistsError when the file is there, NightInProgress while a night is at work, BackupRefused when a landed file is
    missing or damaged, WarehouseError. The file appears when it is whole, and only its owner reads it.
    """
    path = _path_of(target, made_at)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished, dumped = path.with_name(f".{path.name}.{os.getpid()}.part"), path.with_name(f".{path.name}.{os.getpid()}.dump")
    was_umask = os.umask(0o077)
    try:
        manifest, landed = _dump(settings, dumped)
        manifest = {"format": FORMAT, "made_at": made_at.isoformat(timespec="seconds"), **manifest}
        with unfinished.open("xb") as file:
            with tarfile.TarFile(fileobj=file, mode="w", copybufsize=1 << 20) as archive:
                parts = {DUMP: add_part(archive, DUMP, dumped, made_at.timestamp())}
                parts |= _add_landing(archive, settings, landed, made_at.timestamp())
                add_manifest(archive, {**manifest, "parts": parts}, made_at.timestamp())
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        os.umask(was_umask)
        unfinished.unlink(missing_ok=True)
        dumped.unlink(missing_ok=True)
    told = {name: manifest[name] for name in ("made_at", "newest_migration", "run", "release", "release_hash")}
    counts = {"n_receipts": manifest["counts"]["raw.receipt"], "n_landed_files": len(parts) - 1}
    return {"file": str(path), "bytes": path.stat().st_size, **told, **counts}


def _path_of(target: Path, made_at: datetime) -> Path:
    path = target / f"khuyencong-{made_at:%Y%m%d-%H%M%S}.tar" if target.is_dir() or not target.suffix else target
    if path.exists():
        raise FileExistsError(f"{path} is there already, and a backup never takes the place of another file.")
    return path


def _dump(settings: Settings, path: Path) -> tuple[dict[str, Any], list[tuple[str, str, int]]]:
    """Dump the warehouse to `path`; what the manifest says of it, and (sha256, extension, bytes) of its receipts."""
    from warehouse.address import connect
    from warehouse.dump import dump
    from warehouse.opening import find_warehouse

    warehouse = find_warehouse(settings)  # not migrated: what is backed up before an upgrade is as it was before
    with contextlib.closing(connect(warehouse)) as connection, connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock_shared(%s), to_regclass('release.run') is null", (NIGHT_LOCK,))
        is_free, is_empty = single_row(cursor)
        connection.commit()
        if not is_free:
            raise NightInProgress("A night is running on this warehouse. Make the backup when it is done, see `kc status`.")
        if is_empty:
            raise BackupRefused("This warehouse is empty: there is nothing to back up.")
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        cursor.execute("select pg_export_snapshot()")
        (snapshot,) = single_row(cursor)
        dump(warehouse, path, snapshot)
        manifest = _describe(cursor)
        # What landing is known to have lost is asked for again; a backup does not wait for it.
        cursor.execute(
            """select sha256, file_extension, min(byte_count) from raw.receipt
            group by sha256, file_extension having not bool_or(is_asked_again) order by 1, 2"""
        )
        landed = cursor.fetchall()
        cursor.execute("select pg_advisory_unlock_shared(%s)", (NIGHT_LOCK,))
        return manifest, landed


def _describe(cursor: Cursor) -> dict[str, Any]:
    """What the snapshot holds: versions, migrations, newest run and release, rows of the tables, logins."""
    from psycopg2 import sql

    from warehouse.dump import SCHEMAS

    cursor.execute("select name, checksum from public.migration order by name")
    migrations = dict(cursor.fetchall())
    cursor.execute("select current_setting('server_version'), (select max(run_key) from release.run)")
    server_version, run = single_row(cursor)
    cursor.execute("select release_number, release_hash from release.release order by release_number desc limit 1")
    release, release_hash = cursor.fetchone() or (None, None)
    cursor.execute(
        "select schemaname, tablename from pg_tables where schemaname = any (%s) order by 1, 2", (list(COUNTED_SCHEMAS),)
    )
    counts = {}
    for schema, table in cursor.fetchall():
        cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table)))
        counts[f"{schema}.{table}"] = single_value(cursor)
    cursor.execute(read_statement(__package__, "granted_roles"), {"schemas": [*SCHEMAS]})
    granted = dict(cursor.fetchall())
    groups = [name for name, is_login in granted.items() if not is_login]
    cursor.execute(read_statement(__package__, "members_of_groups"), {"groups": groups})
    members = [list(row) for row in cursor]
    return {
        "khuyencong": version("khuyencong"),
        "server_version": server_version,
        "migrations": migrations,
        "newest_migration": max(migrations),
        "run": run,
        "release": release,
        "release_hash": release_hash,
        "counts": counts,
        "granted": sorted(granted),
        "members": members,
    }


def _add_landing(
    archive: tarfile.TarFile, settings: Settings, landed: list[tuple[str, str, int]], made_at: float
) -> dict[str, Any]:
    """The bytes of every receipt. Raises BackupRefused with the name of one that is missing or no longer what came."""
    from ingestion.landing.receipts import landed_path

    parts = {}
    for sha256, extension, byte_count in landed:
        path = landed_path(settings.landing, sha256, extension)
        name = f"landing/{sha256[:2]}/{path.name}"
        added = add_part(archive, name, path, made_at) if path.is_file() else {}
        if added != {"sha256": sha256, "bytes": byte_count}:
            raise BackupRefused(
                f"{name} is {'damaged' if added else 'missing'}, and a receipt speaks of it. Put it back from an older backup, "
                "which is a tar file; no backup was written."
            )
        parts[name] = added
    return parts
