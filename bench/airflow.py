"""One month of the sample nation through Airflow, beside the same night by `kc nightly`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.nightly import before_month, nation_until
from khuyencong.airflow.api import AirflowAddress, call, switch_on
from khuyencong.airflow.service import start_airflow, stop_airflow
from khuyencong.night.nightly import run_nightly
from warehouse.address import connect
from warehouse.opening import open_warehouse
from warehouse.rows import single_row
from warehouse.settings import Settings


def compare(settings: Settings, period: str) -> dict[str, Any]:
    """{period, files, command: {…}, airflow: {…}, overhead_seconds, ratio}, each way with its seconds and those of its stations.

    Each way has a home of its own whose warehouse knows what arrived until the period ended; what is measured takes up the
    month after. `command` is `kc nightly` by the clock, its start included; `airflow` is the run of nightly_rollup from its start
    to its end on a scheduler that has run one before, the pull of all sources apart. Raises RuntimeError when the releases
    differ: then the two did not do the same work.
    """
    with nation_until(settings, period, "command", "airflow") as (homes, as_of):
        first = before_month(as_of)
        for home in homes.values():
            run_nightly(home, first, lambda: first)
        airflow = homes["airflow"]
        try:
            # No schedule of its own: a DAG that is switched on would make up for its last 01:00.
            address = start_airflow(airflow, extra_env={"AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False"})
            switch_on(address, ["nightly_rollup", "pull_submissions"])
            _run(address, "nightly_rollup", {"as_of": first.isoformat()})  # nothing is new: it warms the scheduler
            pull_seconds, _ = _run(address, "pull_submissions", {})
            airflow_seconds, tasks = _run(address, "nightly_rollup", {"as_of": as_of.isoformat()})
        finally:
            stop_airflow(airflow)
        began = time.perf_counter()
        subprocess.run(
            [Path(sys.executable).parent / "kc", "nightly", "--as-of", as_of.isoformat(), "--json"],
            env={**os.environ, "KC_HOME": str(homes["command"].home), "KC_INBOX": str(homes["command"].inbox)},
            stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        command_seconds = time.perf_counter() - began
        found = {way: _last_night(home) for way, home in homes.items()}
    if found["command"]["release_hash"] != found["airflow"]["release_hash"]:
        raise RuntimeError("The two ways gave different releases.")
    return {
        "period": period,
        "files": found["command"]["files"],
        "command": {"seconds": command_seconds, "stations": found["command"]["stations"]},
        "airflow": {
            "seconds": airflow_seconds,
            "stations": found["airflow"]["stations"],
            "tasks": tasks,
            "pull_seconds": pull_seconds,
        },
        "overhead_seconds": airflow_seconds - command_seconds,
        "ratio": airflow_seconds / command_seconds,
    }


def _run(address: AirflowAddress, dag_id: str, conf: dict[str, Any]) -> tuple[float, dict[str, float]]:
    """Trigger a run and wait for its end: its seconds, and those of each task from start to end."""
    path = f"/api/v2/dags/{dag_id}/dagRuns"
    run_id = call(address, "POST", path, {"logical_date": None, "conf": conf})["dag_run_id"]
    while True:
        run = call(address, "GET", f"{path}/{run_id}")
        if run["state"] == "failed":
            raise RuntimeError(f"{dag_id} failed in Airflow: {address.url}")
        if run["state"] == "success":
            break
        time.sleep(1)
    tasks = call(address, "GET", f"{path}/{run_id}/taskInstances?limit=200")["task_instances"]
    return _seconds(run), {task["task_id"]: _seconds(task) for task in tasks if task["end_date"]}


def _seconds(part: dict[str, Any]) -> float:
    times = (datetime.fromisoformat(part[name].replace("Z", "+00:00")) for name in ("start_date", "end_date"))
    start, end = times
    return (end - start).total_seconds()


def _last_night(settings: Settings) -> dict[str, Any]:
    connection = connect(open_warehouse(settings))
    try:
        with connection.cursor() as cursor:
            cursor.execute("select run_key, release_hash from release.run order by run_key desc limit 1")
            run_key, release_hash = single_row(cursor)
            cursor.execute(
                "select station, seconds, rows_in from release.run_station where run_key = %s order by position", (run_key,)
            )
            rows = list(cursor)
            read = next(rows_in for name, _, rows_in in rows if name == "read")
            return {"release_hash": release_hash, "files": read, "stations": {name: float(seconds) for name, seconds, _ in rows}}
    finally:
        connection.close()
