"""Starting the embedded PostgreSQL, also after a crash: what a dead server left is removed, and a start that fails is tried again.

A start after a kill can fail for reasons that pass: children of the dead server still hold its memory, another program has
taken its port, or recovery meets a file that it made itself and removes it the next time ("could not create file … File
exists", of unlogged tables). So a start is tried more than once, and what lives and does not answer yet is waited for.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import socket
import time
from pathlib import Path

from warehouse.address import Warehouse, WarehouseError, connect
from warehouse.place import Place, socket_folder
from warehouse.settings import TIMEZONE

USER = DATABASE = "khuyencong"

# dbt's commits need not wait for the disk, what they hold can be built again; `address.connect` waits, and makes all that was
# committed before it as safe as itself. With wal_level minimal a table that one transaction makes is written once, to its file.
# No parallel workers: two dbt threads fill two cores, and small containers have little /dev/shm.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "1GB",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %d ",
    "timezone": TIMEZONE.key,
    "log_timezone": TIMEZONE.key,
}

STARTS = 4  # how often a start is tried that fails for another reason than memory which is still held
PATIENCE = 120.0  # seconds for recovery, and for the children of a dead server to end
PATIENCE_WITH_ORPHANS = 5.0  # they end by themselves when they notice; one deep in a query does not


def start_server(place: Place) -> Warehouse:
    """Start the server of a place where none lives, and return its address. Raises WarehouseError with the log's sentence."""
    deadline, starts, said = time.monotonic() + PATIENCE, 0, ""
    ending_orphans_at = time.monotonic() + PATIENCE_WITH_ORPHANS
    while starts < STARTS and time.monotonic() < deadline:
        warehouse, said = _try_start(place)
        if warehouse is not None:
            return warehouse
        if "pre-existing shared memory" not in said:
            starts += 1
        elif time.monotonic() > ending_orphans_at:
            _end_orphans(place)
        time.sleep(0.5)
    raise WarehouseError(f"PostgreSQL does not start: {reason_of(said)} (log: {place.log})")


def _try_start(place: Place) -> tuple[Warehouse | None, str]:
    """One start: the address, or None and what the log said."""
    host, port = socket_folder(place), _port(place)
    password = _password(place)
    settings = {**SETTINGS, "port": str(port), "unix_socket_directories": str(host), "unix_socket_permissions": "0700"}
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()]
    (place.data / "postgresql.conf").write_text("".join(lines), encoding="utf-8")
    place.account.own(place.data / "postgresql.conf", 0o600)
    place.log.touch()
    place.account.own(place.log, 0o600)
    _remove_lock_files(place, host)
    before = place.log.stat().st_size
    pg_ctl: list[str | Path] = [
        place.binaries / "pg_ctl", "start", "--wait", "--timeout=60", "--silent", "-D", place.data, "-l", place.log,
    ]  # fmt: skip
    started = place.account.run(pg_ctl)
    said = place.log.read_bytes()[before:].decode(errors="replace")
    # A long recovery outlasts pg_ctl: the connection waits for it.
    if started.returncode != 0 and not server_lives(place):
        return None, said or started.stderr
    warehouse = Warehouse(str(host), port, USER, password, DATABASE, "127.0.0.1", is_embedded=True)
    try:
        _make_database(warehouse, password)
    except WarehouseError as error:
        return None, str(error)
    return warehouse, said


def _make_database(warehouse: Warehouse, password: str) -> None:
    with contextlib.closing(connect(warehouse, dbname="postgres", patience=PATIENCE)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"alter role {USER} password %s", (password,))
            cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f"create database {DATABASE}")


def server_lives(place: Place) -> bool:
    """Whether the process of the pid file is this cluster's server. The number alone says nothing: it may belong to
    any process by now, above all in containers, where numbers are low and come again."""
    try:
        pid = int((place.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        return _is_postmaster(place, pid)
    except (OSError, ValueError):
        return False


def _is_postmaster(place: Place, pid: int) -> bool:
    return os.fsencode(place.data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def reason_of(said: str) -> str:
    """The line of a log, or of a program's complaint, that says why; clients that were sent away are not why."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it says nothing"]
    fatal = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:"))]
    own = [line for line in fatal if "the database system is " not in line]
    return (own or fatal or lines)[-1]


def _end_orphans(place: Place) -> None:
    """End the children of a server that is dead: PostgreSQL runs each in the folder of its data, under that folder's account."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_ours = os.readlink(entry / "cwd") == str(place.data) and entry.stat().st_uid == place.account.uid
            if is_ours and not _is_postmaster(place, int(entry.name)):
                os.kill(int(entry.name), signal.SIGKILL)


def _password(place: Place) -> str:
    """The server's password for TCP, made once, in a file that only its owner reads."""
    if not place.password_file.exists():
        descriptor = os.open(place.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(24))
        place.account.own(place.password_file, 0o600)
    return place.password_file.read_text(encoding="utf-8").strip()


def _remove_lock_files(place: Place, host: Path) -> None:
    """Remove what a dead server left: PostgreSQL itself keeps it while any live process has the same number."""
    if Path("/proc/self/cmdline").exists():
        for path in [place.data / "postmaster.pid", *host.glob(".s.PGSQL.*")]:
            path.unlink(missing_ok=True)


def _port(place: Place) -> int:
    """The port of last time if it is free, so that saved addresses and dbt's parsed project stay good; else any."""
    configuration = place.data / "postgresql.conf"
    found = re.search(r"^port = '(\d+)'", configuration.read_text(encoding="utf-8"), re.MULTILINE)
    for wanted in [int(found.group(1)), 0] if found else [0]:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", wanted))
            return int(probe.getsockname()[1])
    raise WarehouseError("No TCP port is free on 127.0.0.1 for PostgreSQL.")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
