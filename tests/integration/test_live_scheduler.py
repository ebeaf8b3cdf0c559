"""A live Airflow and the sample nation on real servers: nights without a hand on them, and kill -9 in the middle."""

import contextlib
import csv
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import airflow_api
import pytest
from deployment import Deployment, Servers, nation_on_servers

from ingestion.landing import landed_path
from khuyencong.airflow_api import AirflowAddress, call
from khuyencong.airflow_processes import marked_processes
from khuyencong.airflow_service import start_airflow, stop_airflow
from khuyencong.clock import machine_now
from khuyencong.decision_ends import sign
from khuyencong.reviewers import add_reviewer
from khuyencong.warehouse import connect, discard_warehouse, open_warehouse, reset_warehouse
from samples.nation import write_nation

pytestmark = pytest.mark.long
BIN = Path(sys.executable).parent
RECEIVED = "select receipt_key, claimed_unit_key, received_at, sha256, file_extension from raw.receipt order by receipt_key"
RAN = "select run_key, as_of, state, release_number, release_hash from release.run order by run_key"


@dataclass
class Story:
    """One deployment and what was seen of it, step by step."""

    deployment: Deployment
    address: AirflowAddress | None = None
    servers: Servers | None = None
    n_files: int = 0
    later: dict[tuple[str, str], bytes] = field(default_factory=dict)
    due: datetime | None = None

    @property
    def settings(self):
        return self.deployment.settings("airflow")

    def ask(self, query, *values):
        with contextlib.closing(connect(open_warehouse(self.settings))) as connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def runs(self, dag_id):
        """The runs of a DAG, oldest first."""
        found = call(self.address, "GET", f"/api/v2/dags/{dag_id}/dagRuns?order_by=run_after&limit=50")["dag_runs"]
        return [(run["dag_run_id"], run["state"], run["run_type"]) for run in found]

    def wait_for_run(self, dag_id, which=-1, minutes=15):
        """The id of a DAG's run (the newest, by default) once it has ended well."""
        deadline = time.monotonic() + 60 * minutes
        while time.monotonic() < deadline:
            runs = self.runs(dag_id)
            if len(runs) > (which if which >= 0 else 0) and runs[which][1] in ("success", "failed"):
                assert runs[which][1] == "success", self.tasks(dag_id, runs[which][0])
                return runs[which][0]
            time.sleep(2)
        raise AssertionError(f"{dag_id} did not end within {minutes} minutes: {self.runs(dag_id)}")

    def tasks(self, dag_id, run_id):
        """task_id → (state, tries) of a run; a mapped task gives one entry an index."""
        found, path = {}, f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100&offset="
        while tasks := call(self.address, "GET", f"{path}{len(found)}")["task_instances"]:
            for task in tasks:
                name = task["task_id"] if task["map_index"] < 0 else f"{task['task_id']}[{task['map_index']}]"
                found[name] = (task["state"], task["try_number"])
        return found

    def trigger(self, dag_id, **conf):
        body = {"logical_date": None, "conf": conf}
        return call(self.address, "POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"]

    def by_command(self, as_of):
        """The hash of the release that `kc nightly` makes elsewhere of the same bytes, received at the same moments."""
        settings = self.deployment.settings("by command")
        inbox, receipts = settings.home / "inbox", self.ask(RECEIVED)
        inbox.mkdir(parents=True)
        with (inbox / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
            manifest = csv.writer(file)
            manifest.writerow(("path", "received_at", "sender"))
            for receipt_key, unit_key, received_at, sha256, extension in receipts:
                place = Path(unit_key) / f"{receipt_key}.{extension}"
                (inbox / unit_key).mkdir(exist_ok=True)
                shutil.copy(landed_path(self.settings.landing, sha256, extension), inbox / place)
                manifest.writerow((place, received_at.isoformat(), ""))
        try:
            done = subprocess.run(
                [BIN / "kc", "nightly", "--as-of", as_of.isoformat(), "--json"],
                env=self.deployment.environment("by command") | {"KC_INBOX": str(inbox)},
                cwd=self.deployment.project, capture_output=True, text=True, timeout=900,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr[-3000:]
            night = json.loads(done.stdout)
            assert night["stations"]["land"]["rows_out"] == len(receipts)
            return night["release_hash"]
        finally:
            discard_warehouse(settings)
            shutil.rmtree(settings.home)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """The nation on its servers, but for its newest quarter, and Airflow with schedules a few minutes from now."""
    folder = tmp_path_factory.mktemp("live")
    nation = folder / "nation"
    summary = write_nation(nation, seed=2025)
    deployment = Deployment(folder)
    made = Story(deployment)
    newest = summary.period.partition("..")[2]
    for path in sorted(nation.glob(f"*/*-{newest}*")):
        made.later[path.parent.name, path.name] = path.read_bytes()
        path.unlink()
    made.n_files = summary.n_files - len(made.later)
    deployment.parameters(early_night_window_days=3660)  # the sample's reports were due long ago
    with nation_on_servers(deployment, nation) as made.servers:
        made.due = _schedule(deployment.project / "dags", machine_now())
        quick = {
            "PYTHONPATH": str(deployment.project),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "KC_SECRETS": str(deployment.secrets),
        }
        try:
            made.address = start_airflow(made.settings, deployment.project / "dags", quick)
            assert made.address.import_errors == {}
            yield made
        finally:
            stop_airflow(made.settings)
            discard_warehouse(made.settings)


def _schedule(dags, moment):
    """In this deployment the pull is due in three minutes and the night, returned, three minutes later, once a day."""
    for name, minutes in (("pull_submissions", 3), ("nightly_rollup", 6)):
        path, due = dags / f"{name}.py", moment + timedelta(minutes=minutes)
        text = path.read_text(encoding="utf-8")
        times = re.findall(r'"((?:[\d*/,-]+ ){4}[\d*/,-]+)"', text)
        assert len(times) == 1, times
        text = text.replace(f'"{times[0]}"', f'"{due.minute} {due.hour} * * *"')
        # A DAG that was never on has nothing to make up for.
        assert "pendulum.datetime(2025, 1, 1" in text
        path.write_text(text.replace("pendulum.datetime(2025, 1, 1", f"pendulum.datetime{moment.timetuple()[:6]}".rstrip(")")))
    return due


def test_the_scheduler_pulls_the_nation_and_runs_the_night_without_a_hand(story):
    pulled = story.wait_for_run("pull_submissions", 0)
    states = story.tasks("pull_submissions", pulled)
    assert sum(name.startswith("pull[") for name in states) == len(story.deployment.rows)
    assert {state for name, (state, _) in states.items() if name.startswith("pull[")} == {"success"}
    night = story.wait_for_run("nightly_rollup", 0)
    assert [kind for _, _, kind in story.runs("nightly_rollup")] == ["scheduled"], night
    by_transport = dict(story.ask("select split_part(source_code, '-', 1), count(*) from raw.receipt group by 1"))
    assert set(by_transport) == {"sftp", "https", "s3", "imap"}
    assert sum(by_transport.values()) == story.n_files
    [(_, as_of, state, number, release_hash)] = story.ask(RAN)
    assert (state, number) == ("done", 1)
    assert release_hash == story.by_command(as_of)


def test_each_source_that_is_broken_is_a_row_and_no_night_fails_for_it(story):
    found = dict(story.ask("select source_code, coalesce(trouble_code, outcome) from raw.source_standing"))
    assert {code: trouble for code, trouble in found.items() if trouble != "done"} == story.servers.broken
    files = dict(story.ask("select location, trouble_code from raw.source_file_trouble"))
    assert files == {"big.xlsx": "file_over_cap", "cut.xlsx": "file_cut", "gone.xlsx": "file_gone"}


def test_an_answer_through_the_api_becomes_a_decision_of_its_login_and_shows_in_the_next_release(story):
    url, login = story.address.url, story.address.username
    token = airflow_api.token(url, login, story.address.password)
    pages = airflow_api.waiting_reviews(url, token, seconds=180)
    held = {flag for (flag,) in story.ask("select flag_id from checks.hold inner join release.tonight using (run_key)")}
    page = next(page for page in pages if held & set(page.flag_ids))
    asked = sorted(held & set(page.flag_ids))
    fields = {f"choice_{flag}": "waive" for flag in asked} | {f"reason_{flag}": "Đã kiểm tra với Sở." for flag in asked}
    airflow_api.answer(url, token, page, fields=fields)
    airflow_api.recorded(url, token, page)
    decided = story.ask("select distinct flag_id, decision, decided_by, carried_from from review.decision")
    assert sorted(decided) == [(flag, "waive", login, page.asked_from) for flag in asked]
    # nobody answered the other pages: nothing of theirs is decided
    assert story.ask("select count(*) from review.decision where decided_by <> %s", login) == [(0,)]
    # what moves the nation too far for one name is signed by a second
    waiting = [group for (group,) in story.ask("select distinct group_key from review.decision_state where word_state = 'pending'")]
    warehouse = open_warehouse(story.settings)
    with contextlib.closing(connect(warehouse)) as connection:
        add_reviewer(connection, "second_reviewer")
    second = connect(dataclasses.replace(warehouse, user="second_reviewer", password=None))
    with contextlib.closing(second), second, second.cursor() as cursor:
        sign(cursor, waiting, "Đã gọi Sở.", signed_at=machine_now())
    assert story.ask("select distinct word_state from review.decision_state") == [("counts",)]


def test_most_of_the_plan_money_arrives_and_the_night_runs_early_by_itself(story):
    for (unit, name), data in story.later.items():
        story.servers.send(unit, name, data)
    nights, pulls = (len(story.runs(name)) for name in ("nightly_rollup", "pull_submissions"))
    story.trigger("pull_submissions")
    story.wait_for_run("pull_submissions", pulls)
    [(before, share)] = story.ask("select share_before_pct, share_pct from release.early_night")
    assert before < 80 <= share
    story.wait_for_run("nightly_rollup", nights)
    assert [kind for _, _, kind in story.runs("nightly_rollup")] == ["scheduled", "asset_triggered"]
    (*_, (_, _, state, number, _)) = story.ask(RAN)
    assert (state, number) == ("done", 2)
    opened = "select reason, count(*) from release.contribution where opened_release = 2 and state = 'accepted' group by reason"
    reasons = dict(story.ask(opened))
    assert reasons["decision"] > 0  # the word of the review
    assert sum(reasons.values()) > 10 * reasons["decision"]  # and the reports of the quarter


def test_a_night_survives_kill_9_of_a_task_and_of_the_scheduler(story):
    reset_warehouse(story.settings)  # the landing stays: bytes are never deleted
    nights = len(story.runs("nightly_rollup"))
    run_id = story.trigger("nightly_rollup")
    victim = _running_task(story, run_id, "build")
    os.kill(victim, signal.SIGKILL)
    _wait_until(lambda: story.tasks("nightly_rollup", run_id)["build"][1] == 2, "build is not tried again")
    _running_task(story, run_id, "reconcile")
    scheduler = _scheduler(story)
    os.kill(scheduler, signal.SIGKILL)
    _wait_until(lambda: _scheduler(story) not in (None, scheduler), "no scheduler came back")
    assert story.wait_for_run("nightly_rollup", nights) == run_id
    [(_, as_of, state, number, release_hash)] = story.ask(RAN)  # one run: the night that was interrupted is the one that ended
    assert (state, number) == ("done", 1)
    assert release_hash == story.by_command(as_of)


def test_a_backfill_runs_past_nights_each_as_of_its_own_hour(story):
    reset_warehouse(story.settings)
    day = (story.due - timedelta(days=40)).replace(hour=0, minute=0, second=0, microsecond=0)
    nights = len(story.runs("nightly_rollup"))
    asked = {"dag_id": "nightly_rollup", "from_date": day.isoformat(), "to_date": (day + timedelta(days=2)).isoformat()}
    call(story.address, "POST", "/api/v2/backfills", asked | {"max_active_runs": 1, "dag_run_conf": {}})
    _wait_until(lambda: len(story.runs("nightly_rollup")) == nights + 2, "the backfill opens no runs")
    _wait_until(lambda: {state for _, state, _ in story.runs("nightly_rollup")} == {"success"}, "the backfill does not end", 600)
    due = day.replace(hour=story.due.hour, minute=story.due.minute)
    assert [as_of for _, as_of, _, _, _ in story.ask(RAN)] == [due, due + timedelta(days=1)]


def _running_task(story, run_id, name):
    """The process of a task that has been at work for a moment."""
    _wait_until(lambda: story.tasks("nightly_rollup", run_id).get(name, ("", 0))[0] == "running", f"{name} does not run")
    time.sleep(3)
    path = f"/api/v2/dags/nightly_rollup/dagRuns/{run_id}/taskInstances/{name}"
    pid = call(story.address, "GET", path)["pid"]
    assert pid in marked_processes(story.settings.home / "airflow")
    return pid


def _scheduler(story):
    with contextlib.suppress(OSError, ValueError):
        state = json.loads((story.settings.home / "airflow" / "state.json").read_text())
        return state["components"]["scheduler"]["pid"]
    return None


def _wait_until(is_so, sentence, seconds=300):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if is_so():
                return
        time.sleep(1)
    raise AssertionError(sentence)
