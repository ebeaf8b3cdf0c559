"""A form's table in a grid of cells: where its header stands, which column is which, and the lines below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from independent_judge.cells import Grid
from independent_judge.written import folded

Spec = Mapping[str, Any]  # a sheet or a column of a form's YAML


@dataclass(frozen=True)
class Table:
    """`columns`: name of a column → its place; lines begin below `header_row`."""

    grid: Grid
    header_row: int
    columns: Mapping[str, int]

    def content(self, row: int, name: str) -> object:
        return self.grid.get((row, self.columns[name])) if name in self.columns else None

    def is_blank(self, row: int) -> bool:
        return all((row, place) not in self.grid for place in self.columns.values())


@dataclass(frozen=True)
class Line:
    row: int
    kind: str  # detail or total


def find_table(grids: list[Grid], sheet: Spec) -> Table | None:
    """The table whose header shows most of the columns of a sheet, and all that it must have; of equal rows the lowest."""
    required = {column["name"] for column in sheet["columns"] if column.get("required")}
    best: Table | None = None
    must_show = {folded(text) for column in sheet["columns"] if column.get("required") for text in column["headers"]}
    for grid in grids:
        rows = {row for (row, _), content in grid.items() if isinstance(content, str) and folded(content) in must_show}
        for row in sorted(rows | {row + 1 for row in rows}):
            columns = _columns_at(grid, row, sheet)
            if required <= set(columns) and (best is None or len(columns) >= len(best.columns)):
                best = Table(grid, row, columns)
    return best


def _columns_at(grid: Grid, row: int, sheet: Spec) -> dict[str, int]:
    """The columns whose header stands in a row, some of them below the name of their group."""
    places = sorted({place for r, place in grid if r == row})
    found: dict[str, int] = {}
    for column in sheet["columns"]:
        headers = {folded(text) for text in column["headers"]}
        for place in places:
            here, above = (folded(grid.get((r, place), "")) for r in (row, row - 1))
            is_under_group = "group" not in column or above == folded(column["group"])
            if here in headers and is_under_group and place not in found.values():
                found[column["name"]] = place
                break
    return found


def lines_of(table: Table, sheet: Spec) -> Iterator[Line]:
    """The lines of a table, down to its total or to the first blank row; rows without their keys are headings."""
    totals = {folded(label) for label in sheet["total_labels"]}
    keys = [c["name"] for c in sheet["columns"] if c["role"] == "key" and c.get("required")]
    words = [c["name"] for c in sheet["columns"] if c["role"] in ("key", "label", "text", "personal")]
    row = table.header_row + 1
    last = max((r for r, _ in table.grid), default=0)
    while row <= last and not table.is_blank(row):
        if any(folded(table.content(row, name) or "") in totals for name in words):
            yield Line(row, "total")
            return
        if all(table.content(row, name) is not None for name in keys):
            yield Line(row, "detail")
        row += 1


def header_fields(grids: list[Grid], fields: list[Spec]) -> dict[str, object]:
    """Name of a header field → what the next filled cell to the right of its label holds, or what follows the label's colon."""
    labels = {folded(label): field["name"] for field in fields for label in field["labels"]}
    found: dict[str, object] = {}
    for grid in grids:
        for (row, place), content in sorted(grid.items(), key=lambda item: item[0]):
            label, _, rest = str(content).partition(":")
            name = labels.get(folded(label))
            if name is None or name in found:
                continue
            right = next((grid[row, p] for p in range(place + 1, place + 12) if (row, p) in grid), None)
            value = rest.strip() or right
            if value is not None:
                found[name] = value
    return found
