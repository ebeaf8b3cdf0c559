"""PostgreSQL killed below a night: a country of five units with two nights, the ways to kill, and what is compared afterwards."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from pathlib import Path
from typing import Any

from small_country import Country, at, money_report

from warehouse.address import connect
from warehouse.opening import open_warehouse
from warehouse.place import known_place
from warehouse.settings import Settings

NAMES = {"ha-noi": "Hà Nội", "thanh-hoa": "Thanh Hóa", "long-an": "Long An", "tay-ninh": "Tây Ninh", "tay-ninh-2025": "Tây Ninh"}
FIRST, SECOND = at("2025-08-01"), at("2025-10-31")
GOOD = {"plan": 100, "contracted": 50, "implemented": 40, "disbursed": 30, "settled": 20}
WHO = ("all", "postmaster", "backend")


def receive_first(country: Country) -> None:
    """What the first night finds: two quarters of four provinces; one of Hà Nội's is wrong, so that figures are held."""
    for unit in ("thanh-hoa", "long-an", "tay-ninh"):
        _receive(country, unit, "2025-03", "2025-07-01", {"A1": GOOD, "A3": GOOD})
    for unit in ("thanh-hoa", "long-an", "tay-ninh"):
        _receive(country, unit, "2025-06", "2025-07-20", {"A1": GOOD | {"disbursed": 35}, "A3": GOOD})
    _receive(country, "ha-noi", "2025-03", "2025-07-20", {"A1": GOOD | {"disbursed": 300}, "A3": GOOD}, totals={"disbursed": 60})
    _receive(country, "ha-noi", "2025-06", "2025-07-20", {"A1": GOOD | {"disbursed": 35}, "A3": GOOD | {"disbursed": 36}})


def receive_second(country: Country) -> None:
    """What the second finds: a corrected report, a merged province's first one, a quarter that one province never reports."""
    _receive(country, "ha-noi", "2025-03", "2025-08-20", {"A1": GOOD, "A3": GOOD})
    _receive(country, "tay-ninh-2025", "2025-09", "2025-10-20", {"A1": GOOD, "A3": GOOD}, since="2025-07-01")
    _receive(country, "ha-noi", "2025-09", "2025-10-20", {"A1": GOOD | {"disbursed": 38}, "A3": GOOD | {"disbursed": 37}})


def _receive(country: Country, unit: str, quarter: str, day: str, figures: Any, **more: Any) -> None:
    received_at = at(day)
    data = money_report(unit, NAMES[unit], quarter, figures, received_at, **more)
    country.receive(f"{unit}/kinh-phi-{quarter}-{day}.xlsx", data, received_at, f"bao-cao@{unit}.example")


def embedded(country: Country) -> Settings:
    """Settings of a country on an embedded server of its own."""
    return Settings(
        home=country.home / "kc", database_url=None, inbox=country.inbox, register=country.register, rules=country.rules,
        dbt_project=country.project,
    )  # fmt: skip


def server_processes(settings: Settings) -> tuple[int | None, list[int]]:
    """The postmaster and its children: PostgreSQL runs all of them in the folder of its data."""
    place = known_place(settings.home)
    if place is None:
        return None, []
    children = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == str(place.data):
                children.append(int(entry.name))
    try:
        postmaster = int((place.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        postmaster = None
    return postmaster, [pid for pid in children if pid != postmaster]


def kill_postgres(settings: Settings, who: str = "all", chance: random.Random | None = None) -> int:
    """SIGKILL to the postmaster and all its children, to the postmaster alone, or to one child; how many were hit."""
    postmaster, children = server_processes(settings)
    chance = chance or random.Random(0)
    hit = {
        "all": [postmaster, *children],
        "postmaster": [postmaster],
        "backend": [chance.choice(children)] if children else [],
    }[who]
    n_hit = 0
    for pid in filter(None, hit):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            n_hit += 1
    return n_hit


def ask(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(connect(open_warehouse(settings))) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def marts(settings: Settings) -> dict[str, tuple[int, str]]:
    """Every table of schema marts: its rows, and a hash of all that stands in them. They hold no run and no time of the clock."""
    tables = [name for (name,) in ask(settings, "select tablename from pg_tables where schemaname = 'marts'")]
    hashed = "select count(*), md5(coalesce(string_agg(t::text, e'\\n' order by t::text), '')) from marts.{} as t"
    return {name: ask(settings, hashed.format(name))[0] for name in sorted(tables)}


def releases(settings: Settings) -> list[tuple[int, str, int, int]]:
    """Every release: number, hash, and the rows that it opened and closed."""
    return ask(
        settings,
        """select release_number, release_hash,
            (select count(*) from release.contribution where opened_release = release_number),
            (select count(*) from release.contribution where closed_release = release_number)
        from release.release order by 1""",
    )
