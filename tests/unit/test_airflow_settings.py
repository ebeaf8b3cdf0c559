"""What `make airflow` tells Airflow: settings that exist, secrets made once, processes found by their mark."""

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from khuyencong.airflow import processes as airflow_processes
from khuyencong.airflow.home import MARK, airflow_home, make_passwords, password_file, shared_settings
from khuyencong.airflow.processes import component_mark, end_processes, marked_processes
from khuyencong.airflow.service import is_running
from khuyencong.airflow.waiting import dag_files
from warehouse.settings import PROJECT, Settings

SITE_PACKAGES = next(Path(sys.prefix).glob("lib/python*/site-packages"))
SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "a home" / "airflow"


def start_marked(home, component, code=SLEEP, **more):
    key, _, value = component_mark(component).partition("=")
    environment = {**os.environ, MARK: str(home), key: value}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, start_new_session=True, **more)


def test_every_shared_setting_is_one_that_this_airflow_knows():
    known = yaml.safe_load((SITE_PACKAGES / "airflow/config_templates/config.yml").read_text(encoding="utf-8"))
    names = [name for name in shared_settings() if name.startswith("AIRFLOW__")]
    assert len(names) > 15
    for name in names:
        _, section, option = name.lower().split("__")
        assert option in known[section]["options"], name


def test_a_dead_task_and_a_dead_scheduler_are_seen_within_about_a_minute():
    s = {name.rpartition("__")[2].lower(): value for name, value in shared_settings().items()}
    until_taken_up = int(s["scheduler_health_check_threshold"]) + float(s["orphaned_tasks_check_interval"])
    until_retried = int(s["task_instance_heartbeat_timeout"]) + float(s["task_instance_heartbeat_timeout_detection_interval"])
    assert until_taken_up <= 60 and until_retried <= 75
    # The scheduler beats every 5 s and a task too: neither is called dead for one beat that was late.
    assert int(s["scheduler_health_check_threshold"]) >= 5 * 5
    assert int(s["min_heartbeat_interval"]) * 5 <= int(s["task_instance_heartbeat_timeout"])
    # A task gives up on an api-server only when the scheduler gives up on the task.
    assert int(s["min_heartbeat_interval"]) * int(s["max_failed_heartbeats"]) >= int(s["task_instance_heartbeat_timeout"])


def test_passwords_are_random_private_and_made_once(tmp_path):
    settings = Settings(home=tmp_path, database_url=None, inbox=None)
    first = make_passwords(settings, "desk:admin")
    both = make_passwords(settings, "desk:admin,lan:user")
    assert set(both) == {"desk", "lan"} and both["desk"] == first["desk"] != both["lan"] and len(both["lan"]) >= 20
    assert json.loads(password_file(settings).read_text(encoding="utf-8")) == both
    assert stat.S_IMODE(password_file(settings).stat().st_mode) == 0o600
    assert stat.S_IMODE(airflow_home(settings).stat().st_mode) == 0o700
    other = Settings(home=tmp_path / "other", database_url=None, inbox=None)
    assert make_passwords(other, "desk:admin")["desk"] != first["desk"]


def test_marked_processes_are_found_and_ended_also_those_that_do_not_listen(home):
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    bare = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}], env={{}}).wait()"
    started = [
        start_marked(home, "scheduler", bare),
        start_marked(home, "triggerer", stubborn, stdout=subprocess.PIPE),
        other := start_marked(home.with_name("another"), "scheduler"),
    ]
    started[1].stdout.readline()
    try:
        deadline = time.monotonic() + 10
        while len(marked_processes(home, "scheduler")) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        # The child has an environment without the mark, and is known by its session.
        assert len(marked_processes(home, "scheduler")) == 2 and len(marked_processes(home)) == 3
        assert set(airflow_processes._from_ps({f"{MARK}={home}"})) == {p.pid for p in started[:2]}
        assert len(end_processes(home, patience=1)) == 3
        assert marked_processes(home) == {} and other.poll() is None
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_home_without_a_supervisor_does_not_run(home):
    assert not is_running(home)
    home.mkdir(parents=True)
    (home / "lock").touch()  # what a supervisor that was killed leaves
    assert not is_running(home)


def test_dag_files_are_those_that_airflow_reads():
    assert dag_files(PROJECT / "dags") == {path.name for path in (PROJECT / "dags").glob("*.py")}
