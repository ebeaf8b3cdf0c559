"""The one process that keeps Airflow's four components running: it starts them, starts again what dies, and ends all.

Started by `khuyencong.airflow.service` in a session of its own, with the environment that its components shall have
(`airflow_home.airflow_environment`). The lock that it holds says that it lives; the file `state.json` says what it runs.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from khuyencong.airflow.home import MARK, metadata_addresses
from khuyencong.airflow.processes import component_mark, end_processes
from warehouse.settings import Settings

# With the log servers left out: all components read the same folder, and those servers listen beyond loopback.
COMPONENTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
# Seconds before a component is started again: doubled each time, and one second again after it ran for so long.
FIRST_PAUSE, LONGEST_PAUSE, RAN_WELL = 1.0, 60.0, 60.0
LARGEST_LOG = 10_000_000


@dataclass
class Component:
    """One component: its process, since when it runs (monotonic), how often it was started again, the pause to come."""

    process: subprocess.Popen[bytes]
    since: float
    n_restarts: int = 0
    pause: float = FIRST_PAUSE
    start_at: float | None = None


def main() -> None:
    """Run until told to end (TERM or INT); then end every component and every task."""
    home = Path(os.environ[MARK])
    with open(home / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # who only looks whether it is held, holds it for a moment
        told: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: told.append(number))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        components = {name: Component(_start(home, name), time.monotonic()) for name in COMPONENTS}
        _write_state(home, components)
        while not told:
            if _look_after(home, components):
                _write_state(home, components)
            time.sleep(0.25)
        say("told to end")
        end_processes(home)
        for component in components.values():
            component.process.kill()
            component.process.wait()
        (home / "state.json").unlink(missing_ok=True)
        say("ended")


def _look_after(home: Path, components: dict[str, Component]) -> bool:
    """Start again what has died, after its pause; whether anything changed."""
    changed, now = False, time.monotonic()
    for name, component in components.items():
        code = component.process.poll()
        if code is None:
            continue
        if component.start_at is None:
            if now - component.since > RAN_WELL:
                component.pause = FIRST_PAUSE
            say(f"{name} ended with {code}; it is started again in {component.pause:g} s")
            # Its children outlive it, and a task that nobody listens to would hold the night's lock.
            end_processes(home, name, patience=2)
            component.start_at = now + component.pause
            component.pause = min(component.pause * 2, LONGEST_PAUSE)
        elif now >= component.start_at:
            try:
                component.process = _start(home, name)
                component.since, component.start_at = now, None
                component.n_restarts += 1
            except Exception as trouble:  # PostgreSQL that does not start, say: said, and tried again
                say(f"{name} does not start: {trouble}")
                component.start_at = now + component.pause
                component.pause = min(component.pause * 2, LONGEST_PAUSE)
        changed = True
    return changed


def _start(home: Path, name: str) -> subprocess.Popen[bytes]:
    """Start one component, PostgreSQL before it if that has gone; its words go to logs/<name>.log."""
    addresses = metadata_addresses(Settings(home=home.parent, database_url=None, inbox=None))
    key, _, value = component_mark(name).partition("=")
    log = home / "logs" / f"{name}.log"
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as out:
        return subprocess.Popen(
            [Path(sys.executable).parent / "airflow", *COMPONENTS[name]],
            cwd=home, env={**os.environ, **addresses, key: value}, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip


def _write_state(home: Path, components: dict[str, Component]) -> None:
    state = {
        "supervisor": os.getpid(),
        "components": {name: {"pid": c.process.pid, "restarts": c.n_restarts} for name, c in components.items()},
    }
    unfinished = home / "state.new"
    unfinished.write_text(json.dumps(state), encoding="utf-8")
    unfinished.replace(home / "state.json")


def say(sentence: str) -> None:
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {sentence}", flush=True)


if __name__ == "__main__":
    main()
