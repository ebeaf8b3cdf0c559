"""The life cycle of the embedded PostgreSQL 18: made once, started when needed, running between commands."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from khuyencong.warehouse.account import find_account
from khuyencong.warehouse.address import Warehouse, WarehouseError, connect
from khuyencong.warehouse.place import (
    Place,
    known_folder,
    known_place,
    outside_folders,
    packaged_binaries,
    prepare_place,
    socket_folder,
)

USER = DATABASE = "khuyencong"

# dbt's commits need not wait for the disk, what they hold can be built again; `address.connect` waits.
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
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "Asia/Ho_Chi_Minh",
}


def start(home: Path) -> Warehouse:
    """The address of the embedded server of this home, made and started if need be. Raises WarehouseError."""
    running = _running(home)
    if running:
        return running
    with _only_one(home):
        running = _running(home)
        if running:
            return running
        place = prepare_place(home)
        if not (place.data / "PG_VERSION").exists():
            _remove_forgotten(home, place)
            _make_cluster(place)
        if _server_lives(place):
            return _wait_for(home, place)
        return _start_server(place)


def stop(home: Path) -> bool:
    """Stop the server of this home; True when one was running."""
    if not os.path.exists(home):
        return False
    with _only_one(home):
        place = known_place(home)
        return place is not None and _stop_server(place)


def discard(home: Path) -> None:
    """Stop the server of this home and delete its data, wherever they lie."""
    if not home.exists():
        return
    with _only_one(home):
        place = known_place(home)
        if place:
            _stop_server(place)
            link = place.folder / "socket.place"
            if link.exists():
                shutil.rmtree(link.read_text(encoding="utf-8").strip(), ignore_errors=True)
        for folder in [home / "postgres", *outside_folders(home)]:
            shutil.rmtree(folder, ignore_errors=True)
        (home / "postgres.place").unlink(missing_ok=True)


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Two processes that start or stop the server of one home do it one after the other."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = open(home / "postgres.lock", "w", encoding="utf-8")  # noqa: SIM115
    except PermissionError as error:
        raise WarehouseError(f"{home} belongs to another user. Put KC_HOME where you may write.") from error
    with lock:
        if os.geteuid() == 0:
            os.fchown(lock.fileno(), home.stat().st_uid, home.stat().st_gid)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _running(home: Path) -> Warehouse | None:
    """The server that answers, as its own pid file describes it; None when there is none yet."""
    folder = known_folder(home)
    if folder is None:
        return None
    try:
        lines = (folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        password = (folder / "password").read_text(encoding="utf-8").strip()
        port, host = int(lines[3]), lines[4]
    except (OSError, IndexError, ValueError):
        return None
    warehouse = Warehouse(host, port, USER, password, DATABASE, "127.0.0.1", is_embedded=True)
    try:
        connect(warehouse).close()
    except WarehouseError:
        return None
    return warehouse


def _make_cluster(place: Place) -> None:
    """initdb into a folder of another name, so that a half-made cluster is never taken for a whole one."""
    unfinished = place.folder / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    made = place.account.run([
        place.binaries / "initdb", "--pgdata", unfinished, "--username", USER, "--encoding", "UTF8", "--locale", "C",
        "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--auth-local", "trust",
        "--auth-host", "scram-sha-256", "--no-instructions",
    ])  # fmt: skip
    if made.returncode != 0:
        raise WarehouseError(f"initdb failed in {unfinished}: {_reason(made.stderr or made.stdout)}")
    unfinished.rename(place.data)


def _start_server(place: Place) -> Warehouse:
    host, port = socket_folder(place), _port(place)
    password = _password(place)
    settings = {**SETTINGS, "port": str(port), "unix_socket_directories": str(host), "unix_socket_permissions": "0700"}
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()]
    (place.data / "postgresql.conf").write_text("".join(lines), encoding="utf-8")
    place.account.own(place.data / "postgresql.conf", 0o600)
    place.log.touch()
    place.account.own(place.log, 0o600)
    _remove_lock_files(place, host)
    pg_ctl = [place.binaries / "pg_ctl", "start", "--wait", "--timeout=60", "--silent"]
    # After a kill -9 the old server's children hold its memory for a moment: try again for a while.
    for _ in range(20):
        before = place.log.stat().st_size
        if place.account.run([*pg_ctl, "-D", place.data, "-l", place.log]).returncode == 0:
            break
        said = place.log.read_bytes()[before:].decode(errors="replace")
        if "pre-existing shared memory" not in said:
            raise WarehouseError(f"PostgreSQL does not start: {_reason(said)} (log: {place.log})")
        time.sleep(0.5)
    warehouse = Warehouse(str(host), port, USER, password, DATABASE, "127.0.0.1", is_embedded=True)
    with contextlib.closing(connect(warehouse, dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"alter role {USER} password %s", (password,))
            cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f"create database {DATABASE}")
    return warehouse


def _stop_server(place: Place) -> bool:
    if not (place.data / "postmaster.pid").exists():
        return False
    stopped = place.account.run(
        [place.binaries / "pg_ctl", "stop", "--mode=fast", "--wait", "--timeout=60", "--silent", "-D", place.data]
    )
    return stopped.returncode == 0


def _password(place: Place) -> str:
    """The server's password for TCP, made once, in a file that only its owner reads."""
    if not place.password_file.exists():
        descriptor = os.open(place.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(24))
        place.account.own(place.password_file, 0o600)
    return place.password_file.read_text(encoding="utf-8").strip()


def _server_lives(place: Place) -> bool:
    """Whether the process of the pid file is this cluster's server. The number alone says nothing: it may belong to
    any process by now, above all in containers, where numbers are low and come again."""
    try:
        pid = int((place.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        return os.fsencode(place.data) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return False


def _wait_for(home: Path, place: Place) -> Warehouse:
    """A server that lives and does not answer is on its way up, or down: give it a minute."""
    for _ in range(120):
        if not _server_lives(place):
            return _start_server(place)
        running = _running(home)
        if running:
            return running
        time.sleep(0.5)
    raise WarehouseError(f"PostgreSQL runs and does not answer. `make stop` stops it; its log is {place.log}.")


def _remove_lock_files(place: Place, host: Path) -> None:
    """Remove what a dead server left: PostgreSQL itself keeps it while any live process has the same number."""
    if Path("/proc/self/cmdline").exists():
        for path in [place.data / "postmaster.pid", *host.glob(".s.PGSQL.*")]:
            path.unlink(missing_ok=True)


def _remove_forgotten(home: Path, present: Place) -> None:
    """A home that was deleted leaves its outside place behind: stop and remove it before a new one is filled."""
    for folder in outside_folders(home):
        if folder != present.folder:
            _stop_server(Place(folder, find_account(folder), packaged_binaries()))
            shutil.rmtree(folder, ignore_errors=True)


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


def _reason(said: str) -> str:
    """The line of a log, or of a program's complaint, that says why."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it says nothing"]
    fatal = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:"))]
    return (fatal or lines)[-1]
