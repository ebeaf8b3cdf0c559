"""Clean nations that the oracle knows: a few provinces over three years, the whole nation, the longer one."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from oracle.duties import Duty, duties
from oracle.facts import read_reports
from oracle.register import Register
from oracle.standing import Books
from oracle.territory import Territory

from khuyencong.night.nightly import run_nightly
from samples.documents import Document, Line, written
from samples.folder import write_documents
from samples.nation import all_documents, open_desk
from samples.reports import Desk
from warehouse.address import connect
from warehouse.opening import find_warehouse
from warehouse.settings import PROJECT, Settings

# The centre, a province that stays, a merger of two that reports from January, and one of three, across two regions, that
# reports since its day.
UNITS = {
    "trung-uong", "ha-noi", "bac-kan", "thai-nguyen", "thai-nguyen-2025", "binh-thuan", "dak-nong", "lam-dong", "lam-dong-2025",
}  # fmt: skip
GROUPS = ("viet-nam", "phia-bac", "mien-trung-tay-nguyen", "phia-nam")
SEED = 2025


@dataclass(frozen=True)
class KnownNation:
    """An installation's settings, the moment of its night, and what the oracle knows of it."""

    settings: Settings
    as_of: datetime
    books: Books
    owed: list[Duty]


def know_nation(
    home: Path, years: tuple[int, int], until: date = date.max, units: set[str] | None = None
) -> KnownNation:
    """Write the clean nation of some years (to a month-end, of some units) into `home`/inbox, and read it with the oracle.

    Its night is that of the scenario's last moment, or of the evening on which the last report of `until` has come and
    nothing of the next month is due.
    """
    desk = open_desk(SEED, years)
    end = desk.nation.scenario.as_of
    as_of = end if until == date.max else datetime.combine(until + timedelta(days=23), end.timetz())
    documents = [document for document in all_documents(desk, units) if document.period_end <= until]
    settings = Settings(home=home / "kc", database_url=None, inbox=home / "inbox")
    if units is not None:
        project = _project_of(home / "project", {*units, *GROUPS})
        settings = dataclasses.replace(settings, dbt_project=project, register=project / "register")
        documents = [_cut(document, desk, units) for document in documents]
    write_documents(settings.inbox, documents, as_of)
    return know(settings, desk, documents, as_of)


@contextlib.contextmanager
def night_of_few(home: Path, database_url: str, last: date) -> Iterator[tuple[Any, KnownNation]]:
    """A connection to the night of a few clean provinces over three years, and what the oracle knows of them."""
    known = know_nation(home, (2024, 2026), last, UNITS)
    known = dataclasses.replace(known, settings=dataclasses.replace(known.settings, database_url=database_url))
    run_nightly(known.settings, known.as_of, lambda: known.as_of)
    with contextlib.closing(connect(find_warehouse(known.settings))) as connection:
        yield connection, known


def know(settings: Settings, desk: Desk, documents: list[Document], as_of: datetime | None = None) -> KnownNation:
    """What the oracle says of the reports that a desk sent, at a moment (None: the scenario's last)."""
    as_of = as_of or desk.nation.scenario.as_of
    register = Register(settings.register, settings.forms)
    territory = Territory(register, date(min(desk.nation.scenario.years), 1, 1))
    reports = read_reports(documents, desk.nation, register)
    owed = duties(register, territory, reports, as_of)
    return KnownNation(settings, as_of, Books(register, territory, reports, owed), owed)


def _project_of(folder: Path, keys: set[str]) -> Path:
    """A copy of the dbt project whose register names only these units and groups."""
    shutil.copytree(PROJECT / "dbt_project", folder, ignore=shutil.ignore_patterns("target", "logs"))
    for path in (folder / "register").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            named = [
                name
                for name in ("unit_key", "predecessor_key", "successor_key", "group_key")
                if name in reader.fieldnames
            ]
            rows = [row for row in reader if all(not row[name] or row[name] in keys for name in named)]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _cut(document: Document, desk: Desk, units: set[str]) -> Document:
    """A document without the lines and places of units that are left out, added up again."""
    register = desk.nation.register
    known = {unit.unit_name for unit in register.units.values()}
    names = {register.units[key].unit_name for key in units if register.units[key].exists_on(document.period_end)}
    part = document.sheets[0]
    for line in part.lines:
        if line.values.get("place") in known - names:
            line.values["place"] = None
    if any("line_unit" in line.values for line in part.lines):
        total = next(line for line in part.lines if line.kind == "total")
        lines = [line for line in part.lines if line.kind == "detail" and line.values["line_unit"] in names]
        signs = {register.effect_names[code]: sign for code, sign in register.effect_signs.items()}
        for name, value in total.values.items():
            if isinstance(value, int | float):
                total.values[name] = _added(lines, name, signs)
        part.lines = [*lines, total]
    return document


def _added(lines: list[Line], name: str, signs: dict[str, int]) -> int | float:
    """The total of a column whose lines may be taken off."""
    value = sum(
        (Decimal(written(line.values[name])) * signs.get(line.values.get("effect", ""), 1) for line in lines),
        Decimal(0),
    )
    return int(value) if value == value.to_integral_value() else float(value)
