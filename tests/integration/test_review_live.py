"""The review by a live Airflow: pages answered through its REST API, by whom, too late, and by a worker that is killed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow_api import Review, answer, recorded, token, trigger, waiting_reviews
from test_review import UNITS, Desk, desk, judged  # noqa: F401

from khuyencong.airflow.api import AirflowAddress, ask
from khuyencong.airflow.home import password_file
from khuyencong.airflow.service import start_airflow, stop_airflow
from khuyencong.review.decision_list import list_decisions
from khuyencong.review.reviewers import add_reviewer
from warehouse.settings import Settings

pytestmark = pytest.mark.long
USERS = ("desk", "officer_of_ha_noi", "stranger")


@pytest.fixture
def airflow(desk: Desk, own_settings: Callable[..., Settings]) -> Iterator[tuple[AirflowAddress, dict[str, str]]]:  # noqa: F811
    """A running Airflow on the warehouse of `desk`, and a token of each of USERS."""
    settings = dataclasses.replace(own_settings(), database_url=desk.nights.database.dsn)
    add_reviewer(desk.nights.connection, "desk")
    users = ",".join(f"{user}:{'admin' if user == 'desk' else 'user'}" for user in USERS)
    try:
        address = start_airflow(settings, extra_env={
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": users,
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",  # a killed worker is missed sooner
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        })  # fmt: skip
        passwords = json.loads(password_file(settings).read_text(encoding="utf-8"))
        yield address, {user: token(address.url, user, passwords[user]) for user in USERS}
    finally:
        stop_airflow(settings)
        desk.say("drop owned by desk", "drop role desk")


def choices(review: Review, word: str) -> dict[str, Any]:
    """Fields that say one word of every flag of a page."""
    return {name: value for flag in review.flag_ids for name, value in ((f"choice_{flag}", word), (f"reason_{flag}", "đã xem"))}


def test_pages_through_airflow(desk: Desk, airflow: tuple[AirflowAddress, dict[str, str]]) -> None:  # noqa: F811
    address, tokens = airflow
    url = address.url

    def page(n_waiting: int = 1) -> Review:
        run = trigger(url, tokens["desk"], "review_flags")
        [review] = [found for found in waiting_reviews(url, tokens["desk"], 60, n_waiting) if found.dag_run_id == run]
        return review

    def said(review: Review, by: str, fields: dict[str, Any]) -> dict[str, Any]:
        answer(url, tokens[by], review, fields=fields)
        return recorded(url, tokens["desk"], review)

    def try_of(review: Review) -> tuple[str, str, int]:
        path = f"/api/v2/dags/review_flags/dagRuns/{review.dag_run_id}/taskInstances/review/{review.map_index}"
        ti = ask(url, "GET", path, token=tokens["desk"])
        return ti["id"], ti["state"], ti["try_number"]

    desk.at_once(1)
    first = desk.rows("select flag_id, unit_key from checks.flag where queue_rank = 1")
    desk.say(f"insert into review.login_unit (login, unit_key) values ('officer_of_ha_noi', '{first[0][1]}')")
    stranger = page()
    assert stranger.flag_ids == [first[0][0]] and "5.000.000.000 đồng" in stranger.body
    refusals = [said(stranger, "stranger", choices(stranger, "waive"))]
    own = page()
    assert own.flag_ids == stranger.flag_ids and "kc reviewer add stranger" in own.body, "asked again, with why"
    refusals.append(said(own, "officer_of_ha_noi", choices(own, "waive")))
    assert [(one["refused"], one["decided"]) for one in refusals] == [(1, 0), (1, 0)]
    assert desk.n_decisions() == 0

    decided = page()
    assert said(decided, "desk", choices(decided, "waive"))["decided"] == 1
    rows = list_decisions(desk.nights.connection)
    assert {(row["decided_by"], row["carried_from"], row["decision"]) for row in rows} == {("desk", decided.asked_from, "waive")}
    with pytest.raises(OSError, match="409"):
        answer(url, tokens["desk"], decided, fields=choices(decided, "confirm"))

    # Two pages at once: one that nobody answers, and one whose worker is killed as it takes the answer.
    desk.say("update register.parameters set parameter_value = 0.001 where parameter_code = 'review_hours'")
    unanswered = page()
    desk.say("update register.parameters set parameter_value = 20 where parameter_code = 'review_hours'")
    desk.at_once(3)
    killed = page(n_waiting=2)
    assert len(killed.flag_ids) == 2 and not set(killed.flag_ids) & set(unanswered.flag_ids)
    answer(url, tokens["desk"], killed, fields=choices(killed, "confirm"))
    while (now := try_of(killed)) and now[1] not in ("running", "success"):
        time.sleep(0.01)
    kill_worker_of(now[0])
    is_interrupted = try_of(killed)[1] != "success"  # it takes less than half a second, and so may have been quicker
    assert recorded(url, tokens["desk"], killed, 300)["decided"] == 2, "the answer that came before the kill counts"
    assert (try_of(killed)[2] > 1) == is_interrupted
    assert recorded(url, tokens["desk"], unanswered)["timed_out"] == 1
    decisions = {row["flag_id"]: row["decision"] for row in list_decisions(desk.nights.connection)}
    assert decisions == {**dict.fromkeys(decided.flag_ids, "waive"), **dict.fromkeys(killed.flag_ids, "confirm")}
    outcomes = [outcome for (outcome,) in desk.rows("select outcome from review.request order by request_key")]
    assert sorted(outcomes) == ["decided", "decided", "decided", "refused", "refused", "timed_out"]
    assert len(UNITS) - len(decisions) == 3, "the rest is still held"


def kill_worker_of(ti_id: str) -> None:
    """Kill -9 the worker at a task instance, and the process of the task below it."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"LocalExecutor: {ti_id}".encode() in (folder / "cmdline").read_bytes():
                for pid in map(int, [folder.name, *(folder / "task" / folder.name / "children").read_text().split()]):
                    os.kill(pid, signal.SIGKILL)
