"""What was planted in a sample nation: truth/errors.csv and truth/figures.csv, read for the benches."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ingestion.written.quantities import read_cell

Cell = tuple[str, str]  # sheet name, address
# Kinds that change no figure and take none away: a flag on such a report is a mistake like any other.
HARMLESS = ("late", "sent_twice", "wrong_sheet_name", "merged_header", "inserted_rows")


@dataclass
class Planted:
    """One planted error: its kind, its report, and of each cell what the office meant and what it wrote.

    `expected` is flag, return or status; `true` and `planted` are what a whole-file error is about, in words.
    """

    kind: str
    path: str
    unit_key: str
    form_code: str
    period_end: str
    expected: str = "flag"
    true: str = ""
    planted: str = ""
    meant: dict[Cell, tuple[str, str]] = field(default_factory=dict)

    @property
    def report(self) -> tuple[str, str, str]:
        """Unit, form and period."""
        return self.unit_key, self.form_code, self.period_end

    @property
    def subjects(self) -> frozenset[str]:
        """What a whole-file error is about, in a word: a project, a mark, a file."""
        return frozenset({self.true, self.planted} - {""}) if not self.meant else frozenset()


def read_planted(truth: Path) -> list[Planted]:
    """All planted errors of errors.csv, in the order of their numbers."""
    errors: dict[str, Planted] = {}
    with truth.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            about = (row["kind"], row["path"], row["unit_key"], row["form_code"], row["period_end"], row["expected"])
            error = errors.setdefault(row["error_id"], Planted(*about, row["true_written"], row["planted_written"]))
            if row["cell"]:
                error.meant[row["sheet"], row["cell"]] = (row["true_written"], row["planted_written"])
    return list(errors.values())


def number_written(text: str) -> Decimal:
    """What typed digits say; a mark for nothing is 0."""
    return read_cell(text, decimal_mark=".").value or Decimal(0)


def read_plans(figures: Path, money: Collection[str]) -> dict[tuple[str, int], Decimal]:
    """(unit, budget year) → its true plan of money in đồng, all funds: the largest that a report of the year gives.

    `money`: the indicators that are money.

    The centre's decisions name the plan of a project; it belongs to the unit that reports the project.
    """
    by_report: dict[tuple[str, int, str], Decimal] = defaultdict(Decimal)
    of_project: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    reporters: dict[tuple[str, int], str] = {}
    with figures.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            project = (row["project_key"], int(row["budget_year"]))
            is_plan = row["measure"] == "plan" and row["indicator_code"] in money and bool(row["activity_code"])
            if is_plan and row["project_key"]:
                of_project[project] += Decimal(row["value"])
            elif is_plan:
                by_report[row["unit_key"], project[1], row["report_period_end"]] += Decimal(row["value"])
            elif row["project_key"]:
                reporters[project] = row["unit_key"]
    plans: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for (unit_key, year, _), plan in by_report.items():
        plans[unit_key, year] = max(plans[unit_key, year], plan)
    for project, plan in of_project.items():
        if project in reporters:
            plans[reporters[project], project[1]] += plan
    return dict(plans)
