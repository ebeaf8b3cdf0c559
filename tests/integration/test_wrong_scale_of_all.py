"""All 34 first-quarter money reports of the sample nation in one wrong unit, a night a power: none is accepted; right, all are.

The worst a night can bring, for what is usual is told by reports that are wrong too: each starts from the same year of history.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from first_quarter import AFTER, BEFORE, fates, night, send_quarter, write_history
from rescaled import POWERS

from warehouse.address import Warehouse, connect
from warehouse.settings import Settings

pytestmark = pytest.mark.long
HISTORY, QUARTER = "wrong_scale_history", "wrong_scale_quarter"


@dataclasses.dataclass
class History:
    """An installation after the night before the quarter's reports, and the units that send one."""

    settings: Settings
    server: Warehouse
    whole: Path
    units: list[str]


@pytest.fixture(scope="module")
def history(named_database, cluster: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> History:
    home = tmp_path_factory.mktemp("wrong_scale_of_all")
    settings = Settings(home=home / "kc", database_url=named_database(HISTORY).dsn, inbox=home / "inbox")
    units = write_history(home / "whole", settings.inbox)
    night(settings, BEFORE)
    return History(settings, cluster, home / "whole", units)


@pytest.mark.parametrize("power", [0, *POWERS])
def test_a_whole_quarter_in_a_wrong_unit(history: History, tmp_path: Path, power: int) -> None:
    assert len(history.units) == 34
    with copy_of(history, tmp_path) as (settings, database):
        send_quarter(history.whole, settings.inbox, dict.fromkeys(history.units, power))
        night(settings, AFTER)
        found = fates(database)
    wrong = {
        unit: found[unit]
        for unit in history.units
        if found[unit].report_state != "in_force"
        or (found[unit].states.get("accepted", 0) if power else found[unit].states.get("disputed", 0) or found[unit].held_by)
    }
    assert wrong == {}, f"{len(wrong)} of 34"


@contextlib.contextmanager
def copy_of(history: History, folder: Path) -> Iterator[tuple[Settings, Warehouse]]:
    """The installation once more, as it was before the quarter's reports."""
    shutil.copytree(history.settings.home, folder / "kc")
    shutil.copytree(history.settings.inbox, folder / "inbox")
    with contextlib.closing(connect(history.server, dbname="postgres")) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute(f"create database {QUARTER} template {HISTORY}")
            cursor.execute(f"alter database {QUARTER} set timezone = 'Asia/Ho_Chi_Minh'")
            try:
                database = dataclasses.replace(history.server, dbname=QUARTER)
                settings = Settings(home=folder / "kc", database_url=database.dsn, inbox=folder / "inbox")
                yield settings, database
            finally:
                cursor.execute(f"drop database if exists {QUARTER} with (force)")
