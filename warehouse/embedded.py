"""The life cycle of the embedded PostgreSQL 18: made once, started when needed, running between commands."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from warehouse.account import find_account
from warehouse.address import Warehouse, WarehouseError, connect
from warehouse.place import (
    Place,
    known_folder,
    known_place,
    outside_folders,
    packaged_binaries,
    prepare_place,
)
from warehouse.starting import DATABASE, PATIENCE, USER, reason_of, server_lives, start_server


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
        if server_lives(place):
            return _wait_for(home, place)
        return start_server(place)


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
        connect(warehouse, patience=0).close()
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
        raise WarehouseError(f"initdb failed in {unfinished}: {reason_of(made.stderr or made.stdout)}")
    unfinished.rename(place.data)


def _stop_server(place: Place) -> bool:
    if not (place.data / "postmaster.pid").exists():
        return False
    stopped = place.account.run(
        [place.binaries / "pg_ctl", "stop", "--mode=fast", "--wait", "--timeout=60", "--silent", "-D", place.data]
    )
    return stopped.returncode == 0


def _wait_for(home: Path, place: Place) -> Warehouse:
    """A server that lives and does not answer is on its way up, or down: give it time."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not server_lives(place):
            return start_server(place)
        running = _running(home)
        if running:
            return running
        time.sleep(0.5)
    raise WarehouseError(f"PostgreSQL runs and does not answer. `make stop` stops it; its log is {place.log}.")


def _remove_forgotten(home: Path, present: Place) -> None:
    """A home that was deleted leaves its outside place behind: stop and remove it before a new one is filled."""
    for folder in outside_folders(home):
        if folder != present.folder:
            _stop_server(Place(folder, find_account(folder), packaged_binaries()))
            shutil.rmtree(folder, ignore_errors=True)
