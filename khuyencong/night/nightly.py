"""The main job: one night from the inboxes to a release. Idempotent: the same bytes, register and decisions change nothing.

`run_nightly` does it in one go; `open_run`, `run_one_station` and `close_run` are the same steps for a scheduler that retries
each station alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from khuyencong.night.night import Night, StationCount
from khuyencong.night.runs import finish_night, resume_night, start_night
from khuyencong.night.station_runs import run_station
from khuyencong.night.stations import STATIONS
from khuyencong.night.turn import only_night
from warehouse.rows import single_row
from warehouse.settings import TIMEZONE, Settings


def run_nightly(
    settings: Settings,
    as_of: datetime | None,
    clock: Callable[[], datetime],
    progress: Callable[[str, int, int], None] = lambda name, position, total: None,
    *,
    is_rebuild: bool = False,
) -> dict[str, Any]:
    """Run every station and return the document of `kc nightly --json` (DESIGN.md Part III).

    `progress(name, position, total)` is called as each station starts; an exception of a station is raised after its name
    stands in release.run. What an earlier night made from the same inputs is built again only when `is_rebuild`.
    `as_of` None is now by `clock`; raises FutureMoment when it is yet to come.
    """
    with _locked(settings) as (warehouse, connection):
        night = replace(start_night(settings, warehouse, connection, as_of, clock()), is_rebuild=is_rebuild)
        for position, (name, work) in enumerate(STATIONS, 1):
            progress(name, position, len(STATIONS))
            run_station(night, name, position, work)
        finish_night(night, clock())
        return summary_of(night)


def open_run(
    settings: Settings,
    as_of: datetime | None,
    started_at: datetime,
    scheduled_as: str,
    is_at_work: Callable[[str], bool] = lambda scheduler_name: False,
) -> int:
    """Open a scheduler's night and return its run_key; asked again under the same name while unfinished, it is the same.

    `as_of` None is `started_at`, which is now; raises FutureMoment when it is yet to come. `is_at_work(name)`: the scheduler works
    on its run of that name. Raises NightInProgress when that is an unfinished night.
    """
    with _locked(settings) as (warehouse, connection):
        return start_night(settings, warehouse, connection, as_of, started_at, scheduled_as, is_at_work).run_key


def run_one_station(settings: Settings, run_key: int, name: str, now: datetime) -> StationCount:
    """One station of an open night; running it again after a failure is safe. What is seen long after it began came `now`."""
    position, work = next((i, work) for i, (known, work) in enumerate(STATIONS, 1) if known == name)
    with _locked(settings) as (warehouse, connection):
        return run_station(resume_night(settings, warehouse, connection, run_key, now), name, position, work)


def close_run(settings: Settings, run_key: int, finished_at: datetime) -> dict[str, Any]:
    """Close an open night and return its document."""
    with _locked(settings) as (warehouse, connection):
        night = resume_night(settings, warehouse, connection, run_key, finished_at)
        finish_night(night, finished_at)
        return summary_of(night)


@contextmanager
def _locked(settings: Settings) -> Iterator[tuple[Any, Any]]:
    """An open warehouse and a connection, while no other night works on it."""
    from warehouse.opening import open_warehouse

    warehouse = open_warehouse(settings)
    with only_night(warehouse) as connection:
        yield warehouse, connection


def summary_of(night: Night) -> dict[str, Any]:
    """What a night came to: run, release, hash, periods, coverage and the counts and seconds of its stations."""
    with night.connection, night.connection.cursor() as cursor:
        cursor.execute("select release_number, release_hash from release.run where run_key = %s", (night.run_key,))
        release_number, release_hash = single_row(cursor)
        cursor.execute(
            """select station, seconds, rows_in, rows_out from release.run_station
            where run_key = %s and state = 'done' order by position""",
            (night.run_key,),
        )
        stations = {
            name: {"seconds": float(seconds), "rows_in": rows_in, "rows_out": rows_out}
            for name, seconds, rows_in, rows_out in cursor
        }
        cursor.execute(
            """select to_char(period_end, 'YYYY-MM'), form_code, n_owed, n_reported, n_missing, n_returned, n_late
            from marts.mart_coverage where group_key = register.nation_key() order by period_end, form_code"""
        )
        names = ("period", "form", "n_owed", "n_reported", "n_missing", "n_returned", "n_late")
        coverage = [dict(zip(names, row, strict=True)) for row in cursor]
    return {
        "run": night.run_key,
        "release": release_number,
        "release_hash": release_hash,
        "as_of": night.as_of.astimezone(TIMEZONE).isoformat(),
        "periods": sorted({row["period"] for row in coverage}),
        "coverage": coverage,
        "stations": stations,
    }
