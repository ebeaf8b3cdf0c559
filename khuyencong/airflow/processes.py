"""The processes that belong to an Airflow of this machine: found by the mark in their environment, whoever their parent is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from khuyencong.airflow.home import MARK

PROC = Path("/proc")


def marked_processes(home: Path, component: str | None = None) -> dict[int, str]:
    """pid → command of every living process that carries the mark of this Airflow home, of one component where it is named.

    Ourselves are left out. Tasks and what they start carry the mark as well, because children inherit it; what a task started
    with an environment of its own is known by its session, for each component has one.
    """
    marks = {f"{MARK}={home}"} | ({component_mark(component)} if component else set())
    found = _from_proc(marks) if (PROC / "self" / "environ").exists() else _from_ps(marks)
    return {pid: command for pid, command in found.items() if pid != os.getpid()}


def component_mark(component: str) -> str:
    return f"KC_AIRFLOW_COMPONENT={component}"


def end_processes(home: Path, component: str | None = None, patience: float = 15.0) -> list[str]:
    """End them all: asked first (TERM), after `patience` seconds made to (KILL). Returns their commands.

    Looks again until none is left, because a process that is being ended may still start another. Raises RuntimeError when
    some are left all the same.
    """
    ended: dict[int, str] = {}
    deadline = time.monotonic() + patience
    asked: set[int] = set()
    while left := marked_processes(home, component):
        ended |= left
        if time.monotonic() > deadline + 10:
            raise RuntimeError(f"These processes of Airflow do not end: {', '.join(map(str, left))}")
        is_over = time.monotonic() > deadline
        _signal(left if is_over else set(left) - asked, signal.SIGKILL if is_over else signal.SIGTERM)
        asked |= set(left)
        time.sleep(0.1)
    return list(ended.values())


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _from_proc(marks: set[str]) -> dict[int, str]:
    wanted, ours = {mark.encode() for mark in marks}, os.getsid(0)
    marked, sessions, commands = set(), {}, {}
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        # A process of another account cannot be read and is not ours; one that has just ended is no longer there.
        with contextlib.suppress(OSError):
            state, _, _, session = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[:4]
            if state in ("Z", "X"):
                continue
            pid = int(folder.name)
            commands[pid] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            sessions[pid] = int(session)
            if wanted <= set((folder / "environ").read_bytes().split(b"\0")):
                marked.add(pid)
    theirs = {sessions[pid] for pid in marked} - {ours}
    return {pid: commands[pid] for pid, session in sessions.items() if pid in marked or session in theirs}


def _from_ps(marks: set[str]) -> dict[int, str]:
    """The same by ps(1), where there is no /proc: it prints the environment after the command."""
    listed = subprocess.run(["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True, errors="replace", check=True)
    found = {}
    for line in listed.stdout.splitlines():
        pid, _, words = line.strip().partition(" ")
        # A home may have blanks in its name, so each mark is looked for with the blank or the end that follows it.
        if all(f" {mark} " in f"{words} " for mark in marks):
            found[int(pid)] = words.split(" KC_AIRFLOW_")[0]
    return found
