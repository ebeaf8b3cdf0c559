"""Every figure that the returns hold, as written by hand in their expected.yml: one row a figure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
SHAPES = tuple(sorted(path.parent.name for path in HERE.glob("*/expected.yml")))
COLUMN = re.compile(r"[A-Z]{1,2}")


@dataclass(frozen=True)
class Figure:
    """One figure: where it stands, what it says, and of what. `written` is its text where the cell is no number."""

    sheet: str
    cell: str
    value: float
    written: str | None
    quantity: str
    codes: tuple[tuple[str, str], ...]
    period: tuple[date, date]
    unit: str


def expected(shape: str) -> dict[str, Any]:
    """The expected.yml of a shape."""
    return dict(yaml.safe_load((HERE / shape / "expected.yml").read_text(encoding="utf-8")))


def figures(shape: str) -> list[Figure]:
    """The figures of a shape in the order of its file; a line's word goes before its column's, a column's before its table's."""
    return [
        _figure(table, line, letter)
        for table in expected(shape)["tables"]
        for line in table["lines"]
        for letter in line
        if COLUMN.fullmatch(letter)
    ]


def _figure(table: dict[str, Any], line: dict[str, Any], letter: str) -> Figure:
    """A KeyError where nothing says what a figure is of, or a dimension has no code or one of none."""
    column = table["columns"][letter]
    said = {**table, **column, **line}
    codes = {**table.get("codes", {}), **column.get("codes", {}), **line["key"]}
    if codes.keys() != {*table["dimensions"]}:
        raise KeyError(f"{letter}{line['row']}: {sorted(codes)} are not {table['dimensions']}")
    value, written = line[letter] if isinstance(line[letter], list) else (line[letter], None)
    return Figure(
        sheet=table["sheet"],
        cell=f"{letter}{line['row']}",
        value=value,
        written=written,
        quantity=said["quantity"],
        codes=tuple(sorted(codes.items())),
        period=tuple(said["period"]),
        unit=said["unit"],
    )
