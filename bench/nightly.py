"""One month of the sample nation through `kc nightly`, its time split by station."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from khuyencong.clock.clock import end_of_following_month
from khuyencong.night.nightly import run_nightly
from samples.nation import write_nation
from warehouse.opening import discard_warehouse
from warehouse.settings import Settings


def run_bench(settings: Settings, period: str) -> dict[str, Any]:
    """{period, files, seconds, first_files, first_seconds, stations: {name: seconds}} of the night that takes up one month.

    In a warehouse of its own (with KC_DATABASE_URL unset): first the nation as it was known when the period ended, which is not
    what is measured, then what arrived in the month after, when its reports are due.
    """
    with nation_until(settings, period, "home") as (homes, as_of):
        own = homes["home"]
        first = run_nightly(own, before_month(as_of), lambda: as_of)
        night = run_nightly(own, as_of, lambda: as_of)
    stations = {name: row["seconds"] for name, row in night["stations"].items()}
    return {
        "period": period,
        "files": night["stations"]["land"]["rows_out"],
        "seconds": sum(stations.values()),
        "first_files": first["stations"]["land"]["rows_out"],
        "first_seconds": sum(row["seconds"] for row in first["stations"].values()),
        "stations": stations,
    }


@contextmanager
def nation_until(settings: Settings, period: str, *names: str) -> Iterator[tuple[dict[str, Settings], datetime]]:
    """Homes of their own by name, whose inbox is the sample nation, and the end of the month after a period; removed after."""
    folder = Path(tempfile.mkdtemp(prefix="kc-bench-"))
    homes = {name: replace(settings, home=folder / name, inbox=folder / "inbox", database_url=None) for name in names}
    try:
        write_nation(folder / "inbox", seed=2025)
        yield homes, end_of_following_month(period)
    finally:
        for home in homes.values():
            discard_warehouse(home)
        shutil.rmtree(folder, ignore_errors=True)


def before_month(moment: datetime) -> datetime:
    """The last second of the month before a moment's: what arrives later is left for the night of the moment."""
    return moment.replace(day=1, hour=0, minute=0, second=0) - timedelta(seconds=1)
