"""The nations whose second night is disturbed: five units with a night of seconds, and the whole sample nation."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import crashes
from small_country import Country

from bench.nightly import before_month
from khuyencong.clock.clock import end_of_following_month
from khuyencong.clock.sample_home import set_clock
from khuyencong.night.nightly import run_nightly
from samples.nation import write_nation
from warehouse.address import connect
from warehouse.opening import close_warehouse, discard_warehouse, open_warehouse
from warehouse.place import known_folder
from warehouse.settings import Settings

PERIOD = "2026-03"  # the month that the second night of the whole nation takes up


@dataclass(frozen=True)
class Nation:
    """An installation after its first night, its server stopped, and the moment of the second. `country` is the folder of all."""

    country: Path
    settings: Settings
    second: datetime

    def copy(self, target: Path) -> Nation:
        """A copy of it in a folder that is not there yet. The server's data may lie outside of it, and so do those of the copy."""
        subprocess.run(["cp", "-a", self.country, target], check=True)
        moved = {
            name: target / path.relative_to(self.country)
            for name, path in vars(self.settings).items()
            if isinstance(path, Path) and path.is_relative_to(self.country)
        }
        settings = replace(self.settings, **moved)
        pointer = settings.home / "postgres.place"
        if pointer.exists():
            outside = Path(tempfile.mkdtemp(prefix="khuyencong-survival-", dir="/var/tmp"))
            shutil.rmtree(outside)
            subprocess.run(["cp", "-a", known_folder(self.settings.home), outside], check=True)
            pointer.write_text(str(outside), encoding="utf-8")
        (known_folder(settings.home) / "socket.place").unlink(missing_ok=True)
        return Nation(target, settings, self.second)

    def discard(self) -> None:
        folder = known_folder(self.settings.home)
        discard_warehouse(self.settings)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self.country, ignore_errors=True)


def five_units(folder: Path) -> Nation:
    country = Country(folder)
    crashes.receive_first(country)
    settings = crashes.embedded(country)
    _first_night(settings, crashes.FIRST)
    crashes.receive_second(country)
    return Nation(folder, settings, crashes.SECOND)


def whole(folder: Path) -> Nation:
    settings = Settings(home=folder / "kc", database_url=None, inbox=folder / "inbox")
    write_nation(settings.inbox, seed=2025)
    second = end_of_following_month(PERIOD)
    _first_night(settings, before_month(second))
    return Nation(folder, settings, second)


def _first_night(settings: Settings, moment: datetime) -> None:
    """The first night of a sample's home: the tasks of the second ask its clock."""
    put_clock(settings, moment)
    run_nightly(settings, moment, lambda: moment)
    close_warehouse(settings)


def put_clock(settings: Settings, moment: datetime) -> None:
    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        set_clock(connection, moment)


NATIONS: dict[str, Callable[[Path], Nation]] = {"five-units": five_units, "whole": whole}
