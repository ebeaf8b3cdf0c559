"""The bytes of a file as grids of cells, read by openpyxl and by csv."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl

Grid = dict[tuple[int, int], object]  # (row, column), both from 1 → what the cell holds
ENCODINGS = ("utf-8-sig", "utf-16", "cp1258")
SEPARATORS = (";", "\t", ",")


def read_grids(path: Path) -> list[tuple[str, Grid]]:
    """(name of the sheet, its cells) of every sheet; all cells that are merged hold what the first of them holds."""
    return _read_workbook(path) if path.suffix == ".xlsx" else [(path.stem, _read_delimited(path))]


def _read_workbook(path: Path) -> list[tuple[str, Grid]]:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    grids = []
    for sheet in book.worksheets:
        grid: Grid = {
            (cell.row, cell.column): cell.value for row in sheet.iter_rows() for cell in row if not _is_empty(cell.value)
        }
        for merged in sheet.merged_cells.ranges:
            first = grid.get((merged.min_row, merged.min_col))
            if first is not None:
                grid.update(dict.fromkeys(merged.cells, first))
        grids.append((sheet.title, grid))
    book.close()
    return grids


def _read_delimited(path: Path) -> Grid:
    """The first encoding in which the file is text with words of ours in it, and the separator that stands in it most."""
    data = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if "bảng kê" in text.lower() or encoding == ENCODINGS[-1]:
            break
    separator = max(SEPARATORS, key=text.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return {
        (r, c): value for r, row in enumerate(rows, 1) for c, value in enumerate(row, 1) if not _is_empty(value)
    }  # fmt: skip


def _is_empty(value: object) -> bool:
    return value is None or isinstance(value, str) and not value.strip()
