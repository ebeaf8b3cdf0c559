"""The DAG files: nothing heavy at their top, every task with retries, a time limit and an owner, and the order of a night."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from khuyencong.night.stations import STATIONS

PROJECT = Path(__file__).resolve().parents[2]
HEAVY = ("dbt", "great_expectations", "pandas", "openpyxl", "python_calamine", "psycopg2", "sqlalchemy", "yaml")

# In a process of its own: Airflow reads its settings once, and nothing else shall have imported these packages before.
READ_THE_FOLDER = """
import json, sys, time
import airflow.sdk, pendulum
before = set(sys.modules)
import importlib.util
began = time.perf_counter()
for path in sys.argv[2:]:
    spec = importlib.util.spec_from_file_location("a_dag_file", path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
new = sorted({name.split(".")[0] for name in set(sys.modules) - before})
seconds = time.perf_counter() - began
# Once more as Airflow's own processor of DAG files does it, our modules not yet imported.
from airflow.dag_processing.dagbag import DagBag
for name in set(sys.modules) - before:
    if name.split(".")[0] in ("khuyencong", "warehouse", "ingestion"):
        del sys.modules[name]
began = time.perf_counter()
bag = DagBag("dags")
by_airflow = {
    "seconds": time.perf_counter() - began,
    "import_errors": {str(file): str(error) for file, error in bag.import_errors.items()},
    "files": {str(each.file).rsplit("/", 1)[-1]: each.duration.total_seconds() for each in bag.dagbag_stats},
    "warnings": sum(each.warning_num for each in bag.dagbag_stats),
}
from kc.docs_pages import describe_dags
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump({"new": new, "seconds": seconds, "by_airflow": by_airflow, "dags": describe_dags()}, file)
# And lines of our log, as a task's process writes them.
from airflow.sdk.log import configure_logging
from warehouse.journal import say
log = open(sys.argv[1] + ".log", "wb", buffering=0)
configure_logging(json_output=True, log_level="INFO", output=log)
say("station_done", run=7, station="land", rows_in=41, rows_out=0, seconds=0.5, reason=None)
say("station_failed", level="error", station="read", reason="không đọc được")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What Airflow finds in dags/: new packages and seconds of reading the files, and the DAGs as plain data."""
    home = tmp_path_factory.mktemp("airflow")
    answer = home / "answer.json"
    files = sorted(str(path) for path in (PROJECT / "dags").glob("*.py"))
    environment = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = subprocess.run(
        [sys.executable, "-c", READ_THE_FOLDER, str(answer), *files],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = (home / "answer.json.log").read_text(encoding="utf-8").splitlines()
    return {**json.loads(answer.read_text(encoding="utf-8")), "log": [json.loads(line) for line in lines]}


def tasks_of(folder):
    return [(dag["dag_id"], task) for dag in folder["dags"] for task in dag["tasks"]]


def test_folder_is_read_in_time_and_imports_nothing_heavy(folder):
    assert folder["seconds"] < 5
    assert not set(HEAVY) & set(folder["new"])


def test_airflow_itself_reads_the_folder_in_time_and_without_an_error(folder):
    read = folder["by_airflow"]
    assert read["import_errors"] == {}
    assert read["warnings"] == 0
    assert set(read["files"]) == {path.name for path in (PROJECT / "dags").glob("*.py")}
    assert sum(read["files"].values()) <= read["seconds"] < 5


def test_in_a_task_the_fields_of_our_log_are_fields_of_airflows(folder):
    done, failed = (line for line in folder["log"] if line["logger"] == "khuyencong")
    assert {name: done[name] for name in ("level", "event", "run", "station", "rows_in", "rows_out", "seconds")} == {
        "level": "info", "event": "station_done", "run": 7, "station": "land", "rows_in": 41, "rows_out": 0, "seconds": 0.5
    }  # fmt: skip
    assert "reason" not in done and "timestamp" in done
    assert (failed["level"], failed["event"], failed["reason"]) == ("error", "station_failed", "không đọc được")


def test_each_file_is_one_dag_of_its_name(folder):
    files = {path.stem for path in (PROJECT / "dags").glob("*.py")}
    assert {dag["dag_id"] for dag in folder["dags"]} == files
    # dbt takes a module of that name for one of its plugins.
    assert not any(name.startswith("dbt_") for name in files)


def test_every_task_has_retries_a_time_limit_an_owner_and_a_sentence(folder):
    assert tasks_of(folder)
    for dag_id, task in tasks_of(folder):
        name = f"{dag_id}.{task['task_id']}"
        assert task["retries"] >= 1, name
        assert task["timeout_seconds"] and task["timeout_seconds"] <= 3600, name
        assert task["owner"] not in ("", "airflow"), name
        assert task["about"].endswith("."), name


def test_every_pool_is_one_that_the_deployment_makes(folder):
    declared = json.loads((PROJECT / "deploy/airflow/pools.json").read_text(encoding="utf-8"))
    assert {task["pool"] for _, task in tasks_of(folder)} == {"default_pool", *declared}
    assert declared["inboxes"]["slots"] == 4


def test_dags_run_in_vietnamese_time_one_at_a_time_and_make_up_for_nothing(folder):
    at_once = {"review_flags": 4}  # its runs wait for people, and a flag is on one page only
    for dag in folder["dags"]:
        expected = ("Asia/Ho_Chi_Minh", at_once.get(dag["dag_id"], 1), False)
        assert (dag["timezone"], dag["max_active_runs"], dag["catchup"]) == expected, dag["dag_id"]


def test_the_night_is_the_stations_in_their_order(folder):
    night = next(dag for dag in folder["dags"] if dag["dag_id"] == "nightly_rollup")
    names = ["open_night", *(name for name, _ in STATIONS), "close_night"]
    assert [task["task_id"] for task in night["tasks"]] == [*names, "tell_failed_night"]
    after = {task["task_id"]: task["after"] for task in night["tasks"]}
    assert all(before in after[name] for before, name in zip(names, names[1:], strict=False))
    assert set(after["tell_failed_night"]) == set(names)
    assert set(night["params"]) == {"period", "as_of"}


def test_the_pull_is_one_task_a_source_and_says_what_landed(folder):
    pull = {task["task_id"]: task for dag in folder["dags"] if dag["dag_id"] == "pull_submissions" for task in dag["tasks"]}
    assert [name for name, task in pull.items() if task["is_mapped"]] == ["pull"]
    assert pull["pull"]["pool"] == "inboxes"
    emitted = {name: task["emits"] for name, task in pull.items() if task["emits"]}
    assert emitted == {"announce": ["landing"], "ask_early_night": ["plan_money_reported"]}


def test_the_night_also_starts_when_the_pull_says_that_the_plan_money_is_reported_on(folder):
    night = next(dag for dag in folder["dags"] if dag["dag_id"] == "nightly_rollup")
    assert night["schedule"] == "`0 1 * * *`, and when `plan_money_reported` is emitted"


def test_the_review_follows_the_release_and_records_each_answer_when_it_comes(folder):
    review = next(dag for dag in folder["dags"] if dag["dag_id"] == "review_flags")
    night = next(dag for dag in folder["dags"] if dag["dag_id"] == "nightly_rollup")
    assert review["schedule"] == "when `release` is emitted"
    assert [task["task_id"] for task in night["tasks"] if "release" in task["emits"]] == ["close_night"]
    tasks = {task["task_id"]: (task["is_mapped"], task["after"]) for task in review["tasks"]}
    assert tasks == {"list_periods": (False, []), "review": (True, ["list_periods"]), "record": (True, ["review"])}


def test_generated_pages_are_current(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "kc.docs_pages", "--check"],
        cwd=PROJECT, env={**os.environ, "AIRFLOW_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
