"""The tables of six_units/*.txt: numbers worked out by hand, each under the column of the mart that must show it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

MILLION = 1_000_000
MONEY = ("KC-P01", "KC-P02", "KC-E05")
AMOUNTS = ("accepted", "disputed", "disputed_low", "disputed_high", "missing_low", "missing_high", "at_least", "at_most")
COUNTS = (
    "n_owed", "n_reported", "n_accepted", "n_disputed", "n_missing", "n_returned", "n_nil", "n_estimated", "n_under_review",
    "n_unbounded",
)  # fmt: skip
COMPARED = (
    "plan_indicator_code", "plan_value", "plan_pct", "prior_value", "same_units_value", "n_same_units", "growth_pct",
    "coverage_count_pct", "coverage_plan_pct",
)  # fmt: skip
ROLLUP = (*AMOUNTS, *COUNTS, *COMPARED, "status", "ratio_mark")
WORDS = ("plan_indicator_code", "status", "ratio_mark", "state", "due_date", "responsible_unit_key")
COLUMNS: dict[str, tuple[str, ...]] = {
    "coverage": (
        "n_owed", "n_reported", "n_missing", "n_returned", "n_nil", "n_on_time", "n_late", "days_late", "n_estimated",
        "n_under_review", "completeness_pct", "timeliness_pct",
    ),
    "reporting": (
        "state", "due_date", "responsible_unit_key", "n_owed", "n_reported", "n_on_time", "n_late", "n_missing", "n_returned",
        "n_nil", "n_under_review", "days_late", "n_reminders", "n_overdue_notices", "n_escalations", "completeness_pct",
        "timeliness_pct",
    ),
    "held": ("value", "days_open"),
    "release": ("n_opened", "n_closed"),
    "bridge": (
        "accepted_change", "disputed_change", "disputed_low_change", "disputed_high_change", "missing_low_change",
        "missing_high_change", "n_changes",
    ),
    "after_final": ("accepted_after_final", "disputed_after_final"),
    "night": ("release_number", "n_stations", "n_tries"),
}  # fmt: skip
IN_MILLIONS = (*AMOUNTS, "plan_value", "prior_value", "same_units_value", *COLUMNS["bridge"][:-1], "value", *COLUMNS["after_final"])

Row = dict[str, Any]


def read_lines(path: Path) -> Iterator[list[str]]:
    """The cells of each line that is no comment; "|" only parts groups for the eye."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.replace("|", " ").split()


def read_rollup(path: Path) -> dict[tuple[str, ...], Row]:
    """{(level, month, fund, activity, indicator, measure, unit): row of ROLLUP}; money is turned into đồng."""
    rows: dict[tuple[str, ...], Row] = {}
    key: list[str] = []
    for cells in read_lines(path):
        if cells[0].startswith("["):
            key = [cell.strip("[]") for cell in cells]
            continue
        level, unit, *values = cells
        assert (level, *key, unit) not in rows, cells
        rows[level, *key, unit] = _row(ROLLUP, values, cells)
    return in_dong(rows, 4)


def read_table(path: Path, n_keys: int, columns: tuple[str, ...]) -> dict[tuple[str, ...], Row]:
    """{the first cells of a line: its others as a row of columns}."""
    rows: dict[tuple[str, ...], Row] = {}
    for cells in read_lines(path):
        assert tuple(cells[:n_keys]) not in rows, cells
        rows[tuple(cells[:n_keys])] = _row(columns, cells[n_keys:], cells)
    return rows


def in_dong(rows: dict[tuple[str, ...], Row], indicator: int) -> dict[tuple[str, ...], Row]:
    """The rows with money in đồng; `indicator` is its place in their keys."""
    return {
        key: {
            name: value * MILLION if key[indicator] in MONEY and name in IN_MILLIONS and value is not None else value
            for name, value in row.items()
        }
        for key, row in rows.items()
    }


def _row(columns: tuple[str, ...], values: list[str], cells: list[str]) -> Row:
    assert len(values) == len(columns), (len(values), len(columns), cells)
    return {name: _value(name, value) for name, value in zip(columns, values, strict=True)}


def _value(column: str, written: str) -> Any:
    if written == "-":
        return "" if column == "ratio_mark" else None
    return written if column in WORDS else Decimal(written)


def differences(expected: dict[tuple[str, ...], Row], shown: dict[tuple[str, ...], Row]) -> list[str]:
    """A sentence for each row that only one side has, and each number that is not the one worked out."""
    found = [f"{' '.join(key)}: not shown" for key in expected if key not in shown]
    found += [f"{' '.join(key)}: shown, not expected: {shown[key]}" for key in shown if key not in expected]
    for key in expected.keys() & shown.keys():
        for column, value in expected[key].items():
            seen = shown[key].get(column, "absent")
            if (Decimal(str(seen)) if isinstance(seen, float) else seen) != value:
                found.append(f"{' '.join(key)}: {column} is {seen}, worked out {value}")
    return sorted(found)
