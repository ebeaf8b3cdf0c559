"""Airflow's REST API as a reviewer's program would use it: a token, the pages that wait, an answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from khuyencong.airflow.api import ask, token_of
from khuyencong.review.words import RECORD


@dataclass(frozen=True)
class Review:
    """A page of `review_flags` in Airflow: its task instance, its text, its fields (name → {value, description, schema})."""

    dag_run_id: str
    map_index: int
    state: str
    subject: str
    body: str
    fields: dict[str, Any]

    @property
    def asked_from(self) -> str:
        """Its name in review.request and review.decision (carried_from)."""
        return f"review_flags/{self.dag_run_id}/review/{self.map_index}"

    @property
    def flag_ids(self) -> list[str]:
        """The flags that it asks about, in its order."""
        return [name.removeprefix("choice_") for name in self.fields if name.startswith("choice_")]


def token(address: str, username: str, password: str) -> str:
    """A token of a login, for the functions below. `address` is as http://127.0.0.1:8080, without a path."""
    return token_of(address, username, password)


def trigger(address: str, token: str, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
    """Switch a DAG on and start a run of it; the run's id."""
    ask(address, "PATCH", f"/api/v2/dags/{dag_id}?update_mask=is_paused", {"is_paused": False}, token)
    run = ask(address, "POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": dict(conf or {})}, token)
    return run["dag_run_id"]


def waiting_reviews(address: str, token: str, seconds: float = 0, n: int = 1) -> list[Review]:
    """Pages that wait for an answer, oldest first; asks again for `seconds` until there are `n`, else what there is."""
    until = time.monotonic() + seconds
    while True:
        found = ask(
            address, "GET", "/api/v2/dags/review_flags/dagRuns/~/hitlDetails?response_received=false&limit=100", None, token
        )["hitl_details"]
        reviews = [_review(detail) for detail in found if _is_at_rest(detail)]
        if len(reviews) >= n or time.monotonic() > until:
            return sorted(reviews, key=lambda review: (review.dag_run_id, review.map_index))
        time.sleep(1)


def answer(
    address: str, token: str, review: Review, options: list[str] | None = None, fields: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Answer a page: its fields as they were shown, with `fields` in place of some. `options` is [RECORD] when left out.

    To decide on a flag F: fields={"choice_F": a key of khuyencong.review.words.CHOICES, "reason_F": "…"}, for `correct` also
    "value_F" and, where the page has it, "cell_F". Raises urllib.error.HTTPError 409 when it was answered before.
    """
    given = {**{name: field["value"] for name, field in review.fields.items()}, **(fields or {})}
    return ask(
        address, "PATCH",
        f"/api/v2/dags/review_flags/dagRuns/{review.dag_run_id}/taskInstances/review/{review.map_index}/hitlDetails",
        {"chosen_options": options or [RECORD], "params_input": given}, token,
    )  # fmt: skip


def recorded(address: str, token: str, review: Review, seconds: float = 180) -> dict[str, Any]:
    """What the task `record` made of a page's answer; waits for it. Raises TimeoutError, AssertionError when it failed."""
    run = f"/api/v2/dags/review_flags/dagRuns/{review.dag_run_id}/taskInstances/record"
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = ask(address, "GET", f"{run}/{review.map_index}", None, token)["state"]
        assert state not in ("failed", "upstream_failed", "skipped"), state
        if state == "success":
            path = f"{run}/xcomEntries/return_value?map_index={review.map_index}&deserialize=true"
            return ask(address, "GET", path, None, token)["value"]
        time.sleep(0.5)
    raise TimeoutError(f"{review.asked_from} was not recorded within {seconds} s.")


def _is_at_rest(detail: dict[str, Any]) -> bool:
    """A person reads before they answer. Answered within a second, Airflow 3.3.2 takes the task's end of asking for a failure
    (`reported … finished with state success, but the task instance's state attribute is queued`) and tries again in a minute."""
    age = datetime.now(UTC) - datetime.fromisoformat(detail["created_at"])
    return detail["task_instance"]["state"] in ("awaiting_input", "deferred") and age > timedelta(seconds=4)


def _review(detail: dict[str, Any]) -> Review:
    task = detail["task_instance"]
    return Review(
        task["dag_run_id"], task["map_index"], task["state"], detail["subject"], detail["body"] or "", detail["params"]
    )
