"""One night in processes of its own, by command or as Airflow's tasks call it, with PostgreSQL killed on the way."""

from __future__ import annotations

import importlib
import importlib.util
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import crashes
from nations import NATIONS, Nation, put_clock
from trials import NAMES, Trial

import warehouse.settings
from khuyencong.night.nightly import open_run, run_nightly
from warehouse.settings import PROJECT

LIMIT = 1200  # seconds for a process; one that takes longer hangs
TRIES = 3  # of a station in Airflow: its two retries (dags/nightly_rollup.py)
ROUNDS = 5
LOG_OF_NIGHTS = os.devnull
# As Airflow's executor does. This process itself never runs dbt, whose threads would not come along.
CONTEXT = multiprocessing.get_context("fork")


@dataclass
class Story:
    """What happened: the sentences of tries that failed, and what a look at the warehouse right after the kill found."""

    failures: list[str] = field(default_factory=list)
    n_hit: int = 0
    seen: Any = None


def preload() -> None:
    """Import once what every child needs, and run none of it."""
    for name in (
        "dbt.cli.main",
        "dbt.adapters.postgres",
        "great_expectations",
        "expectations.door",
        "ingestion.reading.reading",
    ):
        importlib.import_module(name)
    _dag()


def found(name: str, folder: Path) -> Nation:
    """The nation of this name after its first night."""
    return _Process(_found, name, folder).result()


def undisturbed(nation: Nation) -> dict[str, float]:
    """Play the second night without a kill; the seconds of each station."""
    document = _Process(_night, nation).result()
    return {name: row["seconds"] for name, row in document["stations"].items()}


def disturbed(nation: Nation, trial: Trial, seconds: dict[str, float], look: Callable[[], Any]) -> Story:
    """Play it with one kill, look at the warehouse right after, and try again as the desk or Airflow would, until it is done."""
    story = Story()
    play = _by_command if trial.way == "kc" else _by_tasks
    play(nation, trial, seconds, look, story)
    return story


def _by_command(nation: Nation, trial: Trial, seconds: dict[str, float], look: Callable[[], Any], story: Story) -> None:
    for round_number in range(ROUNDS):
        process = _Process(_night, nation)
        if round_number == 0:
            process.wait_for(trial.station)
            _kill(nation, trial, seconds, process, story)
        try:
            process.result()
            done = True
        except RuntimeError as error:
            story.failures.append(str(error))
            done = False
        if round_number == 0:
            story.seen = look()
        if done:
            return
    raise RuntimeError("The night was not done.")


def _by_tasks(nation: Nation, trial: Trial, seconds: dict[str, float], look: Callable[[], Any], story: Story) -> None:
    run_key = _Process(_open, nation).result()
    todo, tries, is_killed = [*NAMES, "close"], 0, False
    while todo:
        name = todo[0]
        process = _Process(_task, nation, name, run_key)
        if name == trial.station and not is_killed:
            process.wait_for(name)
            _kill(nation, trial, seconds, process, story)
        try:
            process.result()
            todo, tries = todo[1:], 0
        except RuntimeError as error:
            story.failures.append(f"{name}: {error}")
            tries += 1
        if name == trial.station and not is_killed:
            is_killed, story.seen = True, look()
        if tries == TRIES:  # the task failed, and a person does what its sentence says
            if len(story.failures) > ROUNDS * TRIES:
                raise RuntimeError("The night was not done.")
            todo, tries = [*NAMES[NAMES.index("build") :], "close"], 0


def _kill(nation: Nation, trial: Trial, seconds: dict[str, float], process: _Process, story: Story) -> None:
    """The process waits at the beginning of the station; between two stations the kill comes before it goes on."""
    chance = random.Random(trial.key)
    if trial.share is not None:
        process.go_on()
        time.sleep(trial.share * seconds[trial.station])
    if trial.who == "machine":
        process.kill()
    story.n_hit = crashes.kill_postgres(nation.settings, "all" if trial.who == "machine" else trial.who, chance)
    if trial.share is None:
        process.go_on()


class _Process:
    """A child that does one thing. It says where it is, waits there when it is told to, and ends with a result or a sentence."""

    def __init__(self, work: Callable[..., Any], *values: Any) -> None:
        self.pipe, its_pipe = CONTEXT.Pipe()
        self.child = CONTEXT.Process(target=_in_child, args=(its_pipe, work, values))
        self.child.start()
        its_pipe.close()
        self.halted, self.wanted = False, None

    def wait_for(self, station: str) -> None:
        """Until the child is about to begin this station, and waits; or until it has ended before."""
        self.wanted = station
        while self.pipe.poll(LIMIT):
            try:
                said = self.pipe.recv()
            except EOFError:
                return
            if said == ("begins", station):
                self.halted = True
                return
            if said[0] != "begins":
                raise RuntimeError(f"It ended before {station}: {said}")
            self.pipe.send("go on")

    def go_on(self) -> None:
        if self.halted:
            self.pipe.send("go on")
            self.halted = False

    def kill(self) -> None:
        os.kill(self.child.pid, signal.SIGKILL)

    def result(self) -> Any:
        """What the work came to. Raises RuntimeError with its sentence, or when the child was killed or hangs."""
        self.go_on()
        try:
            while self.pipe.poll(LIMIT):
                said, value = self.pipe.recv()
                if said == "begins":
                    self.pipe.send("go on")
                    continue
                self.child.join(LIMIT)
                if said == "failed":
                    raise RuntimeError(value)
                return value
        except (EOFError, ConnectionError) as error:
            raise RuntimeError("killed") from error
        self.kill()
        raise RuntimeError("It hung.")


def _in_child(pipe: Any, work: Callable[..., Any], values: tuple[Any, ...]) -> None:
    def begins(station: str, *_: Any) -> None:
        pipe.send(("begins", station))
        pipe.recv()

    with open(LOG_OF_NIGHTS, "ab") as log:  # what stations and libraries say is not the harness's word
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        answer = ("done", work(begins, *values))
    except BaseException as error:
        answer = ("failed", f"{type(error).__name__}: {' '.join(str(error).split())[:600]}")
    pipe.send(answer)
    pipe.close()
    os._exit(0)


def _found(begins: Callable[..., None], name: str, folder: Path) -> Nation:
    return NATIONS[name](folder)


def _night(begins: Callable[..., None], nation: Nation) -> dict[str, Any]:
    return run_nightly(nation.settings, nation.second, lambda: nation.second, begins)


def _open(begins: Callable[..., None], nation: Nation) -> int:
    put_clock(nation.settings, nation.second)  # the tasks ask it, and the DAG's first task puts it
    return open_run(nation.settings, nation.second, nation.second, "scheduled__survival")


def _task(begins: Callable[..., None], nation: Nation, name: str, run_key: int) -> None:
    """What the worker of a task calls, with the settings of this nation."""
    warehouse.settings.read_settings = lambda: nation.settings
    begins(name)
    if name == "close":
        _dag().get_task("close_night").python_callable(run_key)
    else:
        _dag().get_task(name).python_callable(name, run_key)


@cache
def _dag() -> Any:
    spec = importlib.util.spec_from_file_location("nightly_rollup", PROJECT / "dags" / "nightly_rollup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.nightly_rollup()
