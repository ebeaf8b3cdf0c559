"""A line of a table as it was read, and the lines of one table with the readings of their cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingestion.findings import Finding
from ingestion.sheets.cells import Reading


@dataclass(frozen=True)
class Line:
    """One source line: its text as typed by form column, its kind, its keys (the columns of raw.line), and the form's own codes by
    name (dimensions, which are part of its key as `dimension_key`, and attributes, which are not; None: not understood)."""

    sheet_code: str
    row_number: int
    line_kind: str
    texts: dict[str, str]
    keys: dict[str, str]
    codes: Mapping[str, str | None] = field(default_factory=dict)


@dataclass
class TableLines:
    """What a table holds: lines, the readings of their quantity cells as (row, column, reading), and findings."""

    lines: list[Line] = field(default_factory=list)
    cells: list[tuple[int, str, Reading]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
