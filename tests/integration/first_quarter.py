"""First-quarter money reports of the sample nation after a year of its history: as they are, and in wrong units."""

from __future__ import annotations

import contextlib
import csv
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rescaled import rescaled

from khuyencong.night.nightly import run_nightly
from samples.nation import write_nation
from warehouse.address import Warehouse, connect
from warehouse.settings import TIMEZONE, Settings

# What measures a money report: its own year before, decisions and the treasury.
FORMS = {"giao-ke-hoach", "kinh-phi", "kho-bac"}
QUARTER = date(2026, 3, 31)
REPORT = f"kinh-phi-{QUARTER:%Y-%m}.xlsx"
BEFORE, AFTER, LATER = (datetime(2026, 4, day, 22, tzinfo=TIMEZONE) for day in (5, 26, 28))
CENTRE = "trung-uong"


@dataclass(frozen=True)
class Fate:
    """What became of one first-quarter report: contributions by state, cells held by rule, its words at the release."""

    states: Mapping[str, int]
    held_by: Mapping[str, int]
    report_state: str


def write_history(whole: Path, inbox: Path, units: Iterable[str] | None = None) -> list[str]:
    """Write the clean nation into `whole`, and what arrived before the quarter's reports into `inbox`, of all or some units.

    Returns the units with a report of the quarter.
    """
    write_nation(whole, seed=20250701, until=QUARTER, forms=FORMS, clean=True)
    inbox.mkdir(parents=True, exist_ok=True)
    shutil.copy(whole / "manifest.csv", inbox / "manifest.csv")
    reporting = []
    for folder in sorted(path for path in whole.iterdir() if path.is_dir() and path.name != "truth"):
        if units is not None and folder.name not in {*units, CENTRE} and not list(folder.glob("kho-bac*")):
            continue
        for path in folder.iterdir():
            if path.name == REPORT:
                reporting.append(folder.name)
            elif units is None or folder.name in {*units, CENTRE} or path.name.startswith("kho-bac"):
                (inbox / folder.name).mkdir(exist_ok=True)
                shutil.copy(path, inbox / folder.name / path.name)
    return reporting


def send_quarter(whole: Path, inbox: Path, powers: Mapping[str, int]) -> None:
    """Put the quarter's reports into the inbox, each written ten to its power too large (0: as it is)."""
    for unit_key, power in powers.items():
        data = (whole / unit_key / REPORT).read_bytes()
        (inbox / unit_key).mkdir(exist_ok=True)
        (inbox / unit_key / REPORT).write_bytes(rescaled(data, power) if power else data)


def send_again(inbox: Path, place: str, data: bytes, received_at: datetime) -> None:
    """Put other bytes at a place of the inbox, and the moment at which they came into its manifest."""
    (inbox / place).write_bytes(data)
    with (inbox / "manifest.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    at = header.index("received_at")
    changed = [[*row[:at], received_at.isoformat(), *row[at + 1 :]] if row[0] == place else row for row in rows]
    assert changed != rows, place
    with (inbox / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *changed])


def fates(warehouse: Warehouse) -> dict[str, Fate]:
    """Unit → what became of its report of the quarter in the newest release."""
    states = _counts(
        warehouse,
        """select unit_key, state, count(*) from release.contribution
        where form_code = 'kinh-phi' and report_period_end = %s and closed_release is null group by 1, 2""",
    )
    held = _counts(
        warehouse,
        """select submission.unit_key, hold.rule_id, count(*) from checks.hold as hold
        inner join raw.submission as submission on hold.submission_key = submission.submission_key
        where submission.form_code = 'kinh-phi' and submission.period_end = %s
            and hold.run_key = (select max(run_key) from checks.standing) group by 1, 2""",
    )
    reports = dict(
        _ask(
            warehouse,
            """select unit_key, state from release.report
            where form_code = 'kinh-phi' and period_end = %s and closed_release is null""",
        )
    )
    return {unit: Fate(states.get(unit, {}), held.get(unit, {}), state) for unit, state in reports.items()}


def _counts(warehouse: Warehouse, query: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for unit_key, name, number in _ask(warehouse, query):
        found.setdefault(unit_key, {})[name] = number
    return found


def _ask(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(connect(warehouse)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(query, (QUARTER,))
        return cursor.fetchall()


def night(settings: Settings, as_of: datetime) -> dict[str, Any]:
    """One night of the sample's years."""
    return run_nightly(settings, as_of, lambda: as_of)
