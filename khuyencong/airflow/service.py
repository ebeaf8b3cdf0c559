"""`make airflow` and `make airflow-stop`: the same DAGs without Docker, on the embedded PostgreSQL.

`start_airflow` returns when all of Airflow is well and has read the DAGs; `stop_airflow` when no process is left.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from khuyencong.airflow.api import AirflowAddress
from khuyencong.airflow.home import (
    MARK,
    AirflowTrouble,
    airflow_environment,
    airflow_home,
    make_passwords,
    prepare_metadata,
    write_private,
)
from khuyencong.airflow.processes import end_processes
from khuyencong.airflow.waiting import PortTaken, Start, wait_until_well
from khuyencong.review.reviewers import add_first_reviewers
from warehouse.address import connect
from warehouse.opening import open_warehouse
from warehouse.settings import PROJECT, Settings

USUAL_PORT = 8080
PATIENCE = 180.0  # seconds for a start on a small, busy machine


def start_airflow(
    settings: Settings,
    dags_folder: Path | None = None,
    extra_env: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> AirflowAddress:
    """Start Airflow's four components and wait until they are well and every DAG file is read; where they answer.

    extra_env  goes before every other setting, for the components and the tasks, and is kept for those started again
    Raises AirflowTrouble, with the component, the last line of its log and where that is, when it does not become well within
    `patience` seconds; what was started is stopped then. Raises WarehouseError when the database does not start.
    An Airflow of this home that runs already is left as it is, whatever else is asked for.
    """
    home = airflow_home(settings)
    (home / "logs").mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    with _only_one(home):
        if is_running(home):
            return wait_until_well(settings, _started(home), None, patience)
        for port in (_port(home), _port(home, is_any=True)):
            supervisor = _start(settings, home, port, dags_folder or PROJECT / "dags", extra_env or {})
            try:
                return wait_until_well(settings, _started(home), supervisor, patience)
            except PortTaken:
                end_processes(home)
            except AirflowTrouble:
                end_processes(home)
                raise
        raise AirflowTrouble("Others take each port before Airflow listens on it. Try again.")


def _start(
    settings: Settings, home: Path, port: int, dags_folder: Path, extra_env: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    end_processes(home)  # what a supervisor that was killed left behind
    open_warehouse(settings)
    start = Start(port, str(dags_folder.resolve()), datetime.now(UTC).isoformat().replace("+00:00", "Z"))
    environment = airflow_environment(settings, port, dags_folder.resolve(), extra_env)
    logins = make_passwords(settings, environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"])
    if settings.database_url is None:
        _let_review(settings, logins)
    prepare_metadata(settings, environment)
    (home / "state.json").unlink(missing_ok=True)
    write_private(home / "start.json", json.dumps(asdict(start)))
    with (home / "logs" / "supervisor.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "khuyencong.airflow.supervisor"],
            cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip


def _let_review(settings: Settings, logins: Iterable[str]) -> None:
    """On a warehouse of our own the logins of Airflow answer its review page; another server's owner says who may."""
    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        add_first_reviewers(connection, logins)


def stop_airflow(settings: Settings) -> list[str]:
    """Stop Airflow's supervisor, components and tasks, also those of a supervisor that was killed; what was stopped.

    Running tasks are ended; they are tried again after the next start. PostgreSQL goes on. Raises RuntimeError when a process
    does not end.
    """
    home = airflow_home(settings)
    if not home.is_dir():
        return []
    with _only_one(home):
        stopped = end_processes(home)
        (home / "state.json").unlink(missing_ok=True)
    return stopped


def environment_of_running(settings: Settings) -> dict[str, str]:
    """What a program of Airflow needs in its environment to work on the Airflow that runs; it is no part of it."""
    start = _started(airflow_home(settings))
    environment = airflow_environment(settings, start.port, Path(start.dags_folder))
    return {name: value for name, value in environment.items() if name != MARK}


def is_running(home: Path) -> bool:
    """Whether a supervisor of this home lives: the lock that it holds goes with it, also on kill -9."""
    if not (home / "lock").exists():
        return False
    with (home / "lock").open(encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Two that start or stop the Airflow of one home do it one after the other."""
    with (home / "starting.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _started(home: Path) -> Start:
    return Start(**json.loads((home / "start.json").read_text(encoding="utf-8")))


def _port(home: Path, *, is_any: bool = False) -> int:
    """The port of last time, else the usual one, else (or at once when `is_any`) one that is free on loopback."""
    known = _started(home).port if (home / "start.json").exists() else USUAL_PORT
    for wanted in (0,) if is_any else (known, USUAL_PORT, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", wanted))
            return int(probe.getsockname()[1])
    raise AirflowTrouble("No TCP port is free on 127.0.0.1 for Airflow.")
