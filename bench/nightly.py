"""One month of the sample nation through `kc nightly`, its time split by station."""

from __future__ import annotations

import shutil
import tempfile
from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from khuyencong.nightly import run_nightly
from khuyencong.settings import TIMEZONE, Settings
from khuyencong.warehouse import discard_warehouse
from samples.nation import write_nation


def run_bench(settings: Settings, period: str) -> dict[str, Any]:
    """{period, files, seconds, first_seconds, stations: {name: seconds}} of the night that takes up one month.

    In a warehouse of its own (with KC_DATABASE_URL unset): first the nation up to the month before, which is not what is
    measured, then the month's files.
    """
    year, month = (int(part) for part in period.split("-"))
    last = date(year, month, monthrange(year, month)[1])
    home = Path(tempfile.mkdtemp(prefix="kc-bench-"))
    own = replace(settings, home=home, inbox=home / "inbox", database_url=None)
    try:
        before = write_nation(home / "before", seed=2025, until=date(year, month, 1))
        whole = write_nation(home / "whole", seed=2025, until=last)
        shutil.copytree(home / "before", own.inbox)
        first = run_nightly(own, before.as_of, _clock)
        shutil.rmtree(own.inbox)
        shutil.copytree(home / "whole", own.inbox)
        night = run_nightly(own, whole.as_of, _clock)
    finally:
        discard_warehouse(own)
        shutil.rmtree(home, ignore_errors=True)
    stations = {name: row["seconds"] for name, row in night["stations"].items()}
    return {
        "period": period,
        "files": night["stations"]["land"]["rows_out"],
        "seconds": sum(stations.values()),
        "first_files": first["stations"]["land"]["rows_out"],
        "first_seconds": sum(row["seconds"] for row in first["stations"].values()),
        "stations": stations,
    }


def _clock() -> datetime:
    return datetime.now(TIMEZONE)
