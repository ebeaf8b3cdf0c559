"""Airflow's REST API on loopback: who logs in, whether all is well, what the scheduler has read."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

# Loopback goes past any proxy of this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
SECONDS = 20


@dataclass(frozen=True)
class AirflowAddress:
    """Where Airflow answers, and who may log in.

    pids           process of each component (`scheduler`, …) and of the `supervisor` that keeps them running
    import_errors  DAG file → what is wrong with it; empty when every file was read
    """

    url: str
    username: str
    password: str = field(repr=False)
    pids: dict[str, int]
    import_errors: dict[str, str] = field(default_factory=dict)


def token_of(url: str, username: str, password: str) -> str:
    """A token for further requests (JSON Web Token). Raises OSError when the API does not answer or refuses."""
    return str(ask(url, "POST", "/auth/token", {"username": username, "password": password})["access_token"])


def ask(url: str, method: str, path: str, body: object = None, token: str | None = None) -> Any:
    """One request; what was answered, from JSON. `path` begins with /, as in /api/v2/dags.

    Raises urllib.error.HTTPError, an OSError, with what Airflow said in it, for an answer of 400 and more.
    """
    request = urllib.request.Request(url + path, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Accept", "application/json")
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        said = error.read().decode(errors="replace")[:2000]
        raise urllib.error.HTTPError(error.url, error.code, f"{error.reason}: {said}", error.headers, None) from None
    return json.loads(text) if text else None


def call(address: AirflowAddress, method: str, path: str, body: object = None) -> Any:
    """One request as the address's own login, for a person or a test; for many, keep `token_of`."""
    return ask(address.url, method, path, body, token_of(address.url, address.username, address.password))


def switch_on(address: AirflowAddress, dag_ids: list[str] | None = None) -> list[str]:
    """Switch DAGs on (all when none is named); their ids. One that is switched on makes up for its last scheduled time at once."""
    known = [dag["dag_id"] for dag in call(address, "GET", "/api/v2/dags?limit=100")["dags"]]
    for dag_id in known if dag_ids is None else dag_ids:
        call(address, "PATCH", f"/api/v2/dags/{dag_id}?update_mask=is_paused", {"is_paused": False})
    return known if dag_ids is None else dag_ids


def unwell(url: str, since: str) -> list[str]:
    """The parts of Airflow that are not healthy, or gave no sign of life after `since` (ISO time in UTC).

    Raises OSError when the api-server does not answer.
    """
    health = ask(url, "GET", "/api/v2/monitor/health")
    beats = {"scheduler": "latest_scheduler_heartbeat", "triggerer": "latest_triggerer_heartbeat",
             "dag_processor": "latest_dag_processor_heartbeat"}  # fmt: skip
    parts = [name.replace("_", "-") for name, key in beats.items()
             if health[name]["status"] != "healthy" or (health[name].get(key) or "") < since]  # fmt: skip
    return parts + (["metadatabase"] if health["metadatabase"]["status"] != "healthy" else [])


def files_read(url: str, token: str, since: str) -> tuple[set[str], dict[str, str]]:
    """DAG files read after `since`, by their path in the folder of DAGs, and those that could not be read with the reason."""
    dags = ask(url, "GET", "/api/v2/dags?limit=100&exclude_stale=true", token=token)["dags"]
    read = {dag["relative_fileloc"] for dag in dags if (dag["last_parsed_time"] or "") >= since}
    errors = ask(url, "GET", "/api/v2/importErrors?limit=100", token=token)["import_errors"]
    return read, {error["filename"]: error["stack_trace"] for error in errors if error["timestamp"] >= since}
