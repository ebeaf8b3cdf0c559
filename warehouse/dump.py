"""PostgreSQL's own pg_dump, pg_restore and psql, from the installed wheel, on any warehouse.

They are clients: they run as the caller, who also owns their files, and the password goes by the environment.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg2.extensions import make_dsn

from warehouse.address import Warehouse, WarehouseError
from warehouse.place import packaged_binaries

SCHEMAS = ("raw", "register", "review", "staging", "checks", "facts", "marts", "release", "outbox")
# Who else is at work gets a minute to finish before the old schemas go.
PATIENCE = "60s"


def dump(warehouse: Warehouse, path: Path, snapshot: str) -> None:
    """The schemas of the warehouse as one exported snapshot sees them, in pg_dump's custom format. Raises WarehouseError."""
    schemas = [f"--schema={name}" for name in (*SCHEMAS, "public")]
    made = subprocess.run(
        [_program("pg_dump"), "--format=custom", f"--snapshot={snapshot}", *schemas, "--file", path, "--dbname", _dsn(warehouse)],
        env=_environment(warehouse), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if made.returncode != 0:
        raise WarehouseError(f"pg_dump could not read the whole warehouse: {_reason(made.stderr)}")


def load(warehouse: Warehouse, path: Path, afterwards: Sequence[str]) -> None:
    """Put a dump in the place of the warehouse's schemas, in one transaction: whatever fails, the old ones stay.

    afterwards  statements at the end of that transaction; one that raises undoes all of it

    Everything belongs to the login that restores; rights of the group roles are as in the dump. Raises WarehouseError.
    """
    before = [
        "begin;",
        f"set lock_timeout = '{PATIENCE}';",
        f"drop schema if exists {', '.join(SCHEMAS)} cascade;",
        "drop table if exists public.migration, public.definition, public.programme;",
    ]
    with tempfile.TemporaryDirectory() as folder, open(Path(folder, "said"), "w+b") as said:
        contents = Path(folder, "contents")
        contents.write_text("\n".join(_wanted_contents(path)), encoding="utf-8")
        restoring = subprocess.Popen(
            [_program("pg_restore"), "--no-owner", f"--use-list={contents}", "--file=-", path],
            env=_environment(None), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said,
        )  # fmt: skip
        running = subprocess.Popen(
            [
                _program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output", os.devnull, "--file=-",
                _dsn(warehouse),
            ],
            env=_environment(warehouse), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
        is_whole = _feed(running, restoring, before, afterwards)
        if not is_whole:
            running.kill()  # without its `commit` the server undoes everything
        if running.wait() != 0 or not is_whole:
            said.seek(0)
            reason = _reason(said.read().decode(errors="replace"))
            if "lock timeout" in reason:
                reason = f"somebody has worked on the warehouse for {PATIENCE} (pg_stat_activity says who); let that end first"
            raise WarehouseError(f"The dump could not be put back, and the warehouse is as it was: {reason}")


def _feed(psql: Any, pg_restore: Any, before: Sequence[str], afterwards: Sequence[str]) -> bool:
    """One script to psql: our statements, the dump, our statements, commit. False when pg_restore or psql gave up.

    The commit is the last line, so that a script that breaks off, because this process died, changes nothing.
    """
    is_head = True
    try:
        psql.stdin.write("\n".join(before).encode() + b"\n")
        for line in pg_restore.stdout:
            # A setting of newer servers, which an older one refuses.
            if is_head and line.startswith(b"SET transaction_timeout"):
                continue
            is_head = is_head and not line.startswith(b"CREATE")
            psql.stdin.write(line)
        if pg_restore.wait() != 0:
            return False
        psql.stdin.write("\n".join([*afterwards, "commit;"]).encode() + b"\n")
        psql.stdin.close()
    except BrokenPipeError:  # psql met an error and ended; it says which
        pg_restore.kill()
        pg_restore.wait()
        return False
    return True


def _wanted_contents(path: Path) -> list[str]:
    """The lines of a dump's list of contents that are ours. Default privileges name the login that made the dump; migrations
    say them again for the one that restores.
    """
    listed = subprocess.run(
        [_program("pg_restore"), "--list", path], env=_environment(None), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, errors="replace", check=False,
    )  # fmt: skip
    if listed.returncode != 0:
        raise WarehouseError(f"The dump cannot be read: {_reason(listed.stderr)}")
    lines = [line for line in listed.stdout.splitlines() if re.match(r"\d+; ", line) and " DEFAULT ACL " not in line]
    is_public, is_ours = r" public | SCHEMA - public| SCHEMA public", r" public .*\b(migration|definition|programme)\b"
    return [line for line in lines if not re.search(is_public, line) or re.search(is_ours, line)]


def _program(name: str) -> Path:
    return packaged_binaries() / name


def _dsn(warehouse: Warehouse) -> str:
    """Where the database is, without the password, which a list of processes would show."""
    options = {name: value for name, value in warehouse.options if name != "password"}
    dsn: str = make_dsn(
        host=warehouse.host, port=warehouse.port, user=warehouse.user, dbname=warehouse.dbname, **options
    )
    return dsn


def _environment(warehouse: Warehouse | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    if warehouse and warehouse.password:
        kept["PGPASSWORD"] = warehouse.password
    if warehouse and warehouse.is_embedded:
        kept["PGOPTIONS"] = "-c synchronous_commit=on"
    return {**kept, "LC_ALL": "C"}


def _reason(said: str) -> str:
    """The first complaint: what comes after it follows from it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it says nothing"]
    return next((line for line in lines if "ERROR" in line or "error:" in line or "FATAL" in line), lines[-1])
