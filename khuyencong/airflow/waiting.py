"""The wait for an Airflow that was started: until its parts are well and it has read the DAGs."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
import urllib.error
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from khuyencong.airflow.api import AirflowAddress, files_read, token_of, unwell
from khuyencong.airflow.home import AirflowTrouble, airflow_home, password_file
from warehouse.settings import Settings


class PortTaken(AirflowTrouble):
    """Somebody else took the port between our look and our start."""


@dataclass(frozen=True)
class Start:
    """How Airflow was started, as start.json of its home keeps it: its port, its folder of DAGs, since when (ISO time in UTC)."""

    port: int
    dags_folder: str
    since: str


def wait_until_well(
    settings: Settings, start: Start, supervisor: subprocess.Popen[bytes] | None, patience: float
) -> AirflowAddress:
    """Where Airflow answers, once all of it is well and every file of DAGs is read.

    supervisor  the process that was started for it, None where it ran before
    Raises AirflowTrouble when that takes more than `patience` seconds, with the component, the last line of its log and where
    that is; PortTaken when something else answers.
    """
    home, began = airflow_home(settings), time.monotonic()
    waiting_for = ["api-server"]
    while time.monotonic() < began + patience:
        with contextlib.suppress(OSError):
            waiting_for = _unwell(home, start)
            if not waiting_for:
                waiting_for = ["api-server"]
                address = _address(settings, start)
                unread = dag_files(Path(start.dags_folder)) - _read(address, start) - set(address.import_errors)
                if not unread:
                    return address
                waiting_for = ["dag-processor"]
        if supervisor is not None and supervisor.poll() is not None:
            waiting_for = ["supervisor"]
            break
        time.sleep(0.5)
    logs = [home / "logs" / f"{name}.log" for name in waiting_for]
    said = "; ".join(f"{log.stem} ({log}) said last: {_last_line(log)}" for log in logs)
    raise AirflowTrouble(f"Airflow is not well after {time.monotonic() - began:.0f} s. {said}")


def _unwell(home: Path, start: Start) -> list[str]:
    """Airflow's parts that are not well yet. Raises OSError while nothing answers, PortTaken when it is not Airflow that does."""
    url = f"http://127.0.0.1:{start.port}"
    try:
        return unwell(url, start.since)
    except OSError as error:
        if isinstance(error, urllib.error.HTTPError) and error.code < 500:
            raise PortTaken(f"What answers at {url} is not the Airflow of {home}.") from error
        raise
    except (HTTPException, ValueError, KeyError, TypeError) as error:
        raise PortTaken(f"What answers at {url} is not the Airflow of {home}.") from error


def _address(settings: Settings, start: Start) -> AirflowAddress:
    """Where the running Airflow answers. Raises OSError while it does not yet."""
    home, url = airflow_home(settings), f"http://127.0.0.1:{start.port}"
    [(username, password), *_] = json.loads(password_file(settings).read_text(encoding="utf-8")).items()
    state = json.loads((home / "state.json").read_text(encoding="utf-8"))
    pids = {"supervisor": state["supervisor"], **{name: part["pid"] for name, part in state["components"].items()}}
    try:
        token = token_of(url, username, password)
    except urllib.error.HTTPError as error:
        raise PortTaken(f"What answers at {url} is not the Airflow of {home}.") from error
    _, errors = files_read(url, token, start.since)
    return AirflowAddress(url, username, password, pids, errors)


def _read(address: AirflowAddress, start: Start) -> set[str]:
    return files_read(address.url, token_of(address.url, address.username, address.password), start.since)[0]


def dag_files(folder: Path) -> set[str]:
    """The files that Airflow takes for DAGs: those that speak of `dag` and of `airflow`."""
    texts = {str(path.relative_to(folder)): path.read_bytes().lower() for path in folder.rglob("*.py")}
    return {name for name, text in texts.items() if b"dag" in text and b"airflow" in text}


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
