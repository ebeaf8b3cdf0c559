"""Commands that run a night: demo, nightly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kc.options import JsonOption

if TYPE_CHECKING:
    from warehouse.settings import Settings

NIGHT_LOG = "nightly"  # home/logs/nightly.jsonl
Progress = Callable[[str, int, int], None]  # a station's name, its position, how many there are


def register(app: typer.Typer) -> None:
    app.command()(demo)
    app.command()(nightly)


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress]:
    """A callback (name, position, total) that draws the night's stations on standard error."""
    if quiet:
        yield lambda name, position, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("start", total=None)

        def show(name: str, position: int, total: int) -> None:
            bar.update(task, description=name, completed=position - 1, total=total)

        yield show


def demo(
    as_json: JsonOption = False, seed: Annotated[int, typer.Option(help="Seed of the sample nation.")] = 2025
) -> None:
    """Sample nation → embedded warehouse → nightly → coverage, national table, held figures, what to try next.

    Example: kc demo
    """
    from dataclasses import replace
    from functools import partial

    from kc.demo import NoSampleHome, print_demo, run_demo
    from kc.output import Refused, print_json
    from kc.session import now
    from warehouse.journal import write_log
    from warehouse.settings import read_settings

    settings = replace(read_settings(), inbox=None)
    try:
        with write_log(settings, NIGHT_LOG), _progress(as_json) as progress:
            outcome = run_demo(settings, seed, partial(now, settings), progress)
    except NoSampleHome as refusal:
        raise Refused(str(refusal), 2) from refusal
    if as_json:
        print_json(outcome.night)
    else:
        print_demo(outcome)


def nightly(
    as_of: Annotated[
        str | None, typer.Option(help="What had come and was decided by this time, now or earlier: YYYY-MM-DD or ISO time.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build again even when nothing came since the last night.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """The main job: pull, land, read, door, build, reconcile, gate, release. Idempotent. Its log: home/logs/nightly.jsonl.

    Example: kc nightly --as-of 2026-04-30
    """
    from functools import partial

    from kc.output import print_json
    from kc.session import asked_night, now
    from khuyencong.night.nightly import run_nightly
    from khuyencong.night.turn import NightInProgress
    from warehouse.journal import write_log
    from warehouse.settings import read_settings

    settings = read_settings()
    moment = asked_night(settings, as_of)
    try:
        with write_log(settings, NIGHT_LOG), _progress(as_json) as progress:
            night = run_nightly(settings, moment, partial(now, settings), progress, is_rebuild=rebuild)
    except NightInProgress:
        raise
    except Exception as error:
        _tell_desk(settings, error)
        raise
    print_json(night) if as_json else _print_night(night)


def _tell_desk(settings: Settings, error: Exception) -> None:
    """Mail the desk that this night failed, where mail is set up; trouble with that must not hide the night's own error."""
    from kc.output import say_error
    from kc.session import now
    from khuyencong.desk.alerts import tell_failed_night
    from warehouse.journal import sentence_of

    if settings.smtp is None:
        return
    try:
        tell_failed_night(settings, now(settings), reason=sentence_of(error))
    except Exception as trouble:
        say_error(f"The desk could not be told: {trouble}")


def _print_night(night: dict[str, Any]) -> None:
    from kc.output import console, number, print_table

    console().print(
        f"Run {night['run']}: release {night['release']}, hash {night['release_hash'][:16]}…, as of {night['as_of']}"
    )
    print_table(
        "Stations",
        ("station", "seconds", "rows in", "rows out"),
        [
            (name, f"{row['seconds']:.1f}", number(row["rows_in"]), number(row["rows_out"]))
            for name, row in night["stations"].items()
        ],
        numeric=(1, 2, 3),
    )
