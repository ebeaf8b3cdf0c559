"""A country of a few provinces: its folders (inbox, register, rules) and the events that change them."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from raw_builder import month_end

from ingestion.forms import load_forms
from khuyencong.clock.sample_home import set_clock
from samples.documents import Document, Line, SheetPart
from samples.scenario import Habit
from samples.workbook import workbook_bytes
from warehouse.address import connect, from_url
from warehouse.settings import PROJECT, TIMEZONE, Settings

UNITS = ("ha-noi", "thanh-hoa", "long-an", "tay-ninh", "tay-ninh-2025", "viet-nam", "phia-bac", "mien-trung-tay-nguyen", "phia-nam")
FORM = load_forms(PROJECT / "ingestion" / "forms", PROJECT / "dbt_project" / "register")["kinh-phi"]
HABIT = Habit("triệu đồng", 1_000_000, 0, "-", 0, True, False)
FIRST_DAY = datetime(2025, 1, 1, tzinfo=TIMEZONE)
ACTIVITIES = {"A1": "Đào tạo nghề, truyền nghề", "A3": None}
STAGES = ("plan", "contracted", "implemented", "disbursed", "settled")


def at(moment: str) -> datetime:
    """A moment of Viet Nam: YYYY-MM-DD (nine in the evening) or with a time."""
    return datetime.fromisoformat(moment if "T" in moment else f"{moment}T21:00").replace(tzinfo=TIMEZONE)


@dataclass
class Country:
    """The folders of one installation; what is written here is what the next night finds."""

    home: Path
    units: tuple[str, ...] = UNITS
    forms: tuple[str, ...] = (FORM.form_code,)
    manifest: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inbox.mkdir(parents=True)
        shutil.copytree(PROJECT / "dbt_project", self.project, ignore=shutil.ignore_patterns("target", "logs"))
        shutil.copytree(PROJECT / "expectations" / "rules", self.rules)
        for path in self.register.glob("*.csv"):
            self.edit(path.stem, lambda row: row if self._belongs(row) else None)
        # of so few provinces each is a large share of the nation; a second name is asked for where that is what is tested
        self.set_parameter("sign_share_pct", "1000000")

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    @property
    def project(self) -> Path:
        return self.home / "project"

    @property
    def register(self) -> Path:
        return self.project / "register"

    @property
    def rules(self) -> Path:
        return self.home / "rules"

    def settings(self, database_url: str) -> Settings:
        """Settings of this installation on a warehouse, which becomes the home of a sample: this country's years are invented."""
        with contextlib.closing(connect(from_url(database_url))) as connection:
            set_clock(connection, FIRST_DAY)
        known = Settings(home=self.home / "kc", database_url=database_url, inbox=self.inbox)
        return dataclasses.replace(known, register=self.register, rules=self.rules, dbt_project=self.project)

    def edit(self, table: str, change: Callable[[dict[str, str]], dict[str, str] | None]) -> None:
        """Rewrite a table of the register row by row; None drops the row."""
        path = self.register / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = [changed for row in reader if (changed := change(row)) is not None]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def set_parameter(self, code: str, value: str) -> None:
        """Give one parameter of the register another value."""
        self.edit("parameters", lambda row: {**row, "parameter_value": value} if row["parameter_code"] == code else row)

    def edit_rule(self, file: str, old: str, new: str) -> None:
        """Put one text of a rule file in place of another that stands there."""
        path = self.rules / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (old, text.count(old))
        path.write_text(text.replace(old, new), encoding="utf-8")

    def receive(self, place: str, data: bytes, received_at: datetime, sender: str) -> None:
        """Bytes at a place of the inbox, in the stead of what lay there."""
        path = self.inbox / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.manifest[place] = (received_at.isoformat(), sender)
        with (self.inbox / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("path", "received_at", "sender"))
            writer.writerows((name, *known) for name, known in sorted(self.manifest.items()))

    def _belongs(self, row: Mapping[str, str]) -> bool:
        """Whether a register row speaks of this country: its units, and the calendar of its forms."""
        if "calendar_code" in row:
            return row["form_code"] in self.forms
        named = [row[name] for name in ("unit_key", "predecessor_key", "successor_key", "group_key") if row.get(name)]
        return all(name in self.units for name in named)


def money_report(
    unit_key: str,
    unit_name: str,
    quarter: str,
    figures: Mapping[str, Mapping[str, int]],
    received_at: datetime,
    since: str | None = None,
    is_withdrawal: bool = False,
    totals: Mapping[str, int] | None = None,
    budget_year: int | None = None,
) -> bytes:
    """A kinh-phi workbook of provincial money in million đồng: {activity: {stage: amount}}; other cells are left blank.

    `totals` takes the place of sums in the total line; without `budget_year` the year of the quarter stands in the header.
    """
    year, month = (int(part) for part in quarter.split("-"))
    period_end = month_end(year, month)
    money, projects = FORM.sheets
    names = activity_names()
    lines = [
        Line({"position": n, "activity": names[activity], **{f"kcdp_t_{stage}": v for stage, v in amounts.items()}})
        for n, (activity, amounts) in enumerate(sorted(figures.items()), 1)
    ]
    summed = {
        f"kcdp_t_{stage}": (totals or {}).get(stage) or sum(amounts.get(stage, 0) for amounts in figures.values())
        for stage in STAGES
        if any(stage in amounts for amounts in figures.values())
    }
    lines.append(Line({"activity": money.total_labels[0], **summed}, "total"))
    document = Document(
        form=FORM,
        unit_key=unit_key,
        period_end=period_end,
        header={
            "form_mark": f"{FORM.form_code} {FORM.version}",
            "unit": unit_name,
            "sender_role": "Sở Công Thương",
            "document_no": "112/BC-KC",
            "document_date": period_end.replace(day=20),
            "period_start": date.fromisoformat(since) if since else date(year, 1, 1),
            "period_end": period_end,
            "budget_year": budget_year or year,
            "cutoff_date": period_end.replace(day=14),
            "money_unit": HABIT.money_unit,
            "is_withdrawal": "x" if is_withdrawal else None,
        },
        sheets=[SheetPart("money", money.sheet_name, lines), SheetPart("projects", projects.sheet_name, project_lines())],
        habit=HABIT,
        office=f"bao-cao@{unit_key}.example",
        received_at=received_at,
        folder=unit_key,
    )
    return workbook_bytes(document)[0]


def activity_names() -> dict[str, str]:
    with (PROJECT / "dbt_project" / "register" / "activities.csv").open(encoding="utf-8", newline="") as file:
        return {row["activity_code"]: row["activity_name"] for row in csv.DictReader(file)}


def project_lines() -> list[Line]:
    """One line an indicator of the second sheet, without figures."""
    register = PROJECT / "dbt_project" / "register"
    with (register / "indicator_sources.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["indicator_code"] for row in csv.DictReader(file) if row["sheet_code"] == "projects"}
    with (register / "indicators.csv").open(encoding="utf-8", newline="") as file:
        known: list[dict[str, Any]] = [row for row in csv.DictReader(file) if row["indicator_code"] in codes]
    return [
        Line({"position": n, "indicator_code": row["indicator_code"], "indicator": row["indicator_name"],
              "unit_of_measure": row["unit"]})
        for n, row in enumerate(known, 1)
    ]  # fmt: skip
