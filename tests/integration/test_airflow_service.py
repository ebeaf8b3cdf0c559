"""`make airflow` for real: four components well, a scheduler that is killed comes back, and nothing is left afterwards."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from khuyencong.airflow.api import call, unwell
from khuyencong.airflow.home import MARK, AirflowTrouble, airflow_home, metadata_database, password_file
from khuyencong.airflow.processes import marked_processes
from khuyencong.airflow.service import environment_of_running, is_running, start_airflow, stop_airflow
from khuyencong.airflow.supervisor import COMPONENTS
from warehouse.opening import close_warehouse
from warehouse.settings import PROJECT

pytestmark = pytest.mark.long


@pytest.fixture
def installation(own_settings):
    settings = own_settings()
    yield settings
    stop_airflow(settings)


def with_this_home(home):
    """Processes whose environment names this Airflow home, by Airflow's own variable, whoever started them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"AIRFLOW_HOME={home}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder.name, (folder / "cmdline").read_text(errors="replace").replace("\0", " ")))
    return found


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if true():
                return
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s")


def n_connections(settings):
    with contextlib.closing(psycopg2.connect(metadata_database(settings).dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*), current_setting('max_connections')::int from pg_stat_activity")
        return cursor.fetchone()


def workers(home):
    """pids of the scheduler's processes that run tasks."""
    return [pid for pid, command in marked_processes(home, "scheduler").items() if "LocalExecutor" in command]


def test_airflow_runs_heals_and_leaves_nothing_behind(installation):
    home = airflow_home(installation)
    address = start_airflow(installation, extra_env={"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "desk:admin,lan:user"})
    port = urlsplit(address.url).port
    assert set(address.pids) == {"supervisor", *COMPONENTS} and address.import_errors == {}
    assert unwell(address.url, "") == []
    dags = {dag["dag_id"]: dag["is_paused"] for dag in call(address, "GET", "/api/v2/dags")["dags"]}
    assert dags == {path.stem: True for path in (PROJECT / "dags").glob("*.py")}
    assert {pool["name"]: pool["slots"] for pool in call(address, "GET", "/api/v2/pools")["pools"]}["inboxes"] == 4
    assert set(json.loads(password_file(installation).read_text(encoding="utf-8"))) == {"desk", "lan"}
    used, most = n_connections(installation)
    assert used < most / 2

    # The second `make airflow` leaves it as it is.
    assert start_airflow(installation).pids == address.pids

    # Airflow's own command line works on it, and is no part of it.
    pools = subprocess.run(
        [sys.executable, "-m", "kc.airflow", "airflow", "pools", "list", "--output", "json"],
        cwd=PROJECT, env={**os.environ, "KC_HOME": str(installation.home)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "inboxes" in pools.stdout
    assert MARK not in environment_of_running(installation)

    killed_at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 1))
    orphans = set(workers(home))
    os.kill(address.pids["scheduler"], signal.SIGKILL)
    wait_until(lambda: not unwell(address.url, killed_at) and len(workers(home)) == 4)
    assert not orphans & set(workers(home)) and len(orphans) == 4
    healed = start_airflow(installation)
    assert {name for name in healed.pids if healed.pids[name] != address.pids[name]} == {"scheduler"}

    assert len(stop_airflow(installation)) >= 9
    assert (marked_processes(home), with_this_home(home), is_running(home), listens(port)) == ({}, [], False, False)

    # The data are still there; a supervisor that is killed leaves its components, and stopping finds them.
    again = start_airflow(installation)
    assert (urlsplit(again.url).port, again.password) == (port, address.password)
    os.kill(again.pids["supervisor"], signal.SIGKILL)
    wait_until(lambda: not is_running(home))
    assert marked_processes(home) and listens(port)
    stop_airflow(installation)
    assert (marked_processes(home), with_this_home(home), listens(port)) == ({}, [], False)
    assert listens(database := metadata_database(installation).port)
    assert close_warehouse(installation) and not listens(database)


@contextlib.contextmanager
def taken_port(home):
    """Somebody who takes the port that Airflow chose, before Airflow listens on it, and serves pages there; the port taken."""
    taken, servers, is_over = [], [], threading.Event()

    def take():
        while not is_over.wait(0.02) and not taken:
            with contextlib.suppress(OSError, ValueError):
                port = json.loads((home / "start.json").read_text(encoding="utf-8"))["port"]
                servers.append(ThreadingHTTPServer(("127.0.0.1", port), SimpleHTTPRequestHandler))
                taken.append(port)
                servers[0].serve_forever(0.1)

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        is_over.set()
        for server in servers:
            server.shutdown()
            server.server_close()


def test_a_taken_port_a_dag_that_cannot_be_read_and_a_component_that_does_not_start_are_named(installation, tmp_path):
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "broken.py").write_text("from airflow.sdk import dag\nraise ValueError('a dag of ours')\n")
    with taken_port(airflow_home(installation)) as taken:
        address = start_airflow(installation, dags_folder=folder)
        assert taken and urlsplit(address.url).port not in taken
    assert list(address.import_errors) == ["broken.py"] and "a dag of ours" in address.import_errors["broken.py"]
    stop_airflow(installation)

    with pytest.raises(AirflowTrouble, match=r"triggerer \(.*triggerer\.log\) said last: .*not-a-class"):
        start_airflow(installation, dags_folder=folder, patience=30, extra_env={
            "AIRFLOW__TRIGGERER__DEFAULT_CAPACITY": "not-a-class",
        })  # fmt: skip
    assert marked_processes(airflow_home(installation)) == {}
