"""Clean nations that the oracle knows: a few provinces over three years, the whole nation, the longer one."""

from __future__ import annotations

import csv
import dataclasses
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from oracle.duties import Duty, duties
from oracle.facts import Register, read_reports
from oracle.standing import Books
from oracle.territory import Territory

from khuyencong.settings import PROJECT, Settings
from samples.documents import Document, Line, written
from samples.nation import all_documents, open_desk, write_documents
from samples.reports import Desk

# The centre, a regional centre, two provinces that stay; a merger that reports from January (of three), one that reports
# since its day, and one that does so across two regions.
UNITS = (
    "trung-uong", "kcqg-vung-1", "ha-noi", "cao-bang", "hoa-binh", "phu-tho", "vinh-phuc", "phu-tho-2025",
    "long-an", "tay-ninh", "tay-ninh-2025", "binh-thuan", "dak-nong", "lam-dong", "lam-dong-2025",
)  # fmt: skip
GROUPS = ("viet-nam", "phia-bac", "mien-trung-tay-nguyen", "phia-nam")
SEED = 2025


@dataclass(frozen=True)
class KnownNation:
    """An installation's settings, the moment of its night, and what the oracle knows of it."""

    settings: Settings
    as_of: datetime
    books: Books
    owed: list[Duty]


def know_nation(home: Path, years: tuple[int, int] | None, units: Iterable[str] | None = None) -> KnownNation:
    """Write the clean nation of some years, of some units only, into `home`/inbox, and read it with the oracle."""
    desk = open_desk(SEED, years)
    documents = list(all_documents(desk))
    settings = Settings(home=home / "kc", database_url=None, inbox=home / "inbox")
    if units is not None:
        project = _project_of(home / "project", {*units, *GROUPS})
        settings = dataclasses.replace(settings, dbt_project=project, register=project / "register")
        documents = [_cut(document, desk, set(units)) for document in documents if document.unit_key in units]
    write_documents(settings.inbox, documents)
    return know(settings, desk, documents)


def know(settings: Settings, desk: Desk, documents: list[Document]) -> KnownNation:
    """What the oracle says of the reports that a desk sent."""
    register = Register(settings.register, settings.forms)
    as_of = desk.nation.scenario.as_of
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
            named = [name for name in ("unit_key", "predecessor_key", "successor_key", "group_key") if name in reader.fieldnames]
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
    value = sum((Decimal(written(line.values[name])) * signs.get(line.values.get("effect", ""), 1) for line in lines), Decimal(0))
    return int(value) if value == value.to_integral_value() else float(value)
