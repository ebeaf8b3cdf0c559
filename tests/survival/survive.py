"""`make test-survival`: PostgreSQL killed below a night, again and again. Every night comes to the undisturbed release, or stops
with a sentence; no release ever holds less; BI reads last night's rows right after; at the end every mart is the undisturbed one.

It goes on where it was stopped: each kill is a line of a log of its own, and one that is there for this code is not done again.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration"), str(HERE.parents[1])]
os.environ.setdefault("AIRFLOW_HOME", "/nonexistent")  # the DAG's file is read, its database is not

import crashes  # noqa: E402
import play  # noqa: E402
from nations import Nation  # noqa: E402
from trials import Trial, trials  # noqa: E402

from khuyencong.night.inputs import CODE_ENDINGS, CODE_FOLDERS, hash_of_files  # noqa: E402
from khuyencong.night.shown_release import shown_release  # noqa: E402
from warehouse.address import connect  # noqa: E402
from warehouse.opening import close_warehouse, open_warehouse  # noqa: E402
from warehouse.settings import PROJECT, read_settings  # noqa: E402


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--five-units", type=int, default=40, help="kills on the nation of five units")
    options.add_argument("--whole", type=int, default=10, help="kills on the whole sample nation")
    options.add_argument("--folder", type=Path, default=read_settings().home / "survival")
    options.add_argument("--fresh", action="store_true", help="begin a new log")
    said = options.parse_args()
    said.folder.mkdir(parents=True, exist_ok=True)
    log = said.folder / "log.jsonl"
    if said.fresh:
        log.unlink(missing_ok=True)
    play.LOG_OF_NIGHTS = str(said.folder / "nights.log")
    wanted = {"five-units": said.five_units, "whole": said.whole}
    rows = [row for name, n in wanted.items() for row in survive(name, trials(name, n), said.folder, log)]
    for outcome in sorted({row["outcome"] for row in rows}):
        print(f"{outcome}: {sum(row['outcome'] == outcome for row in rows)} of {len(rows)}")
    if not rows:
        return 0
    print(f"slowest first answer after a kill: {max(row['answered_after'] for row in rows):.1f} s. Log: {log}")
    return 0 if all(row["outcome"] in ("same", "stopped, then same") for row in rows) else 1


def survive(name: str, wanted: list[Trial], folder: Path, log: Path) -> list[dict[str, Any]]:
    """The rows of the log for these trials; those that are missing are tried now."""
    code = hashlib.sha256(
        "".join(hash_of_files(PROJECT / each, CODE_ENDINGS) for each in CODE_FOLDERS).encode()
    ).hexdigest()[:12]
    known = {row["trial"]: row for row in _read(log) if row["code"] == code}
    if all(trial.key in known for trial in wanted):
        return [known[trial.key] for trial in wanted]
    work = folder / f"{name}-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    play.preload()
    began = play.found(name, work / "began")
    copy = began.copy(work / "second")
    try:
        seconds = play.undisturbed(copy)
        wanted_end = (crashes.releases(copy.settings), crashes.marts(copy.settings))
        copy.discard()
        copy = began.copy(work / "second")
        before = (crashes.releases(copy.settings), crashes.marts(copy.settings))
        close_warehouse(copy.settings)
        print(f"{name}: a night of {sum(seconds.values()):.1f} s, {json.dumps(seconds)}", flush=True)
        for trial in wanted:
            if trial.key not in known:
                copy.discard()
                copy = began.copy(work / "second")
                row = {"code": code, "trial": trial.key, **_try(copy, trial, seconds, before, wanted_end)}
                known[trial.key] = row
                with log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                print(f"{trial.key} {trial.way} {trial.who} {trial.moment}: {row['outcome']} {row['why']}", flush=True)
    finally:
        copy.discard()
        began.discard()
        shutil.rmtree(work, ignore_errors=True)
    return [known[trial.key] for trial in wanted]


def _try(nation: Nation, trial: Trial, seconds: dict[str, float], before: Any, wanted: Any) -> dict[str, Any]:
    began = time.monotonic()
    settings, answered = nation.settings, []

    def look() -> Any:
        asked = time.monotonic()
        open_warehouse(settings)
        answered.append(time.monotonic() - asked)
        has_begun = "select 1 from release.run_station where station = 'marts' and run_key = (select max(run_key) from release.run)"
        return crashes.releases(settings), crashes.marts(settings), bool(crashes.ask(settings, has_begun))

    row: dict[str, Any] = {"way": trial.way, "who": trial.who, "moment": trial.moment}
    try:
        story = play.disturbed(nation, trial, seconds, look)
        why = _what_is_wrong(story.seen, (crashes.releases(settings), crashes.marts(settings)), before, wanted)
        with contextlib.closing(connect(open_warehouse(settings))) as connection:
            shown = shown_release(connection)
        why += [] if shown.is_whole else [shown.sentence]
        row |= {"n_hit": story.n_hit, "failures": story.failures}
        stopped = any("TablesLost" in sentence for sentence in story.failures)
        outcome = "BAD" if why else "stopped, then same" if stopped else "same"
    except Exception as error:
        outcome, why = "BAD", [f"{type(error).__name__}: {error}"]
    row |= {"outcome": outcome, "why": "; ".join(why), "answered_after": round(max(answered, default=0.0), 2)}
    return row | {"seconds": round(time.monotonic() - began, 1)}


def _what_is_wrong(seen: Any, end: Any, before: Any, wanted: Any) -> list[str]:
    """Right after the kill: no release that an undisturbed night has not; each mart last night's, or (once marts had begun)
    tonight's. At the end: the undisturbed releases, and every mart with the same rows.
    """
    wrong = []
    if seen[0] != wanted[0][: len(seen[0])]:
        wrong.append(f"a release that lost rows: {seen[0]}")
    for name, rows in seen[1].items():
        if rows != before[1][name] and not (seen[2] and rows == wanted[1][name]):
            wrong.append(f"after the kill {name} had {rows[0]} rows, and last night {before[1][name][0]}")
    if seen[1].keys() != before[1].keys():
        wrong.append("a mart was gone after the kill")
    if end[0] != wanted[0]:
        wrong.append(f"releases {end[0]} and not {wanted[0]}")
    wrong += [f"at the end {name} differs" for name in wanted[1] if end[1].get(name) != wanted[1][name]]
    return wrong


def _read(log: Path) -> list[dict[str, Any]]:
    """Lines of the log; one that was cut off counts for nothing."""
    rows = []
    for line in log.read_text(encoding="utf-8").splitlines() if log.exists() else []:
        with contextlib.suppress(json.JSONDecodeError):
            rows.append(json.loads(line))
    return rows


if __name__ == "__main__":
    sys.exit(main())
