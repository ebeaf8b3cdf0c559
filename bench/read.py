"""Cells per second of our workbook reader beside pandas with openpyxl, on the same workbooks in one run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.settings import TIMEZONE, read_settings


def compare(paths: Sequence[Path]) -> dict[str, Any]:
    """Read every workbook four ways, in turn, and tell the cells a second of each; nothing is remembered between ways.

    ours_sheets      bytes → sheets of cells, faults, hidden rows and merged cells included: what pandas gives, and more
    ours_readings    bytes → submissions with keys, readings and findings, ready for COPY
    ours_side_by_side  the same as a night reads them: in processes with limits, one a core, ready since before, results included
    pandas_openpyxl  bytes → data frames of every sheet, as pandas.read_excel with openpyxl gives them

    A cell is one that holds something, counted by our reader; the same count serves all three. Files that are no readable
    workbook are left out and counted in `left_out`.
    """
    from ingestion.findings import ReturnedFile
    from ingestion.readers.workbook import read_workbook

    workbooks, cells, left_out = [], 0, 0
    for path in paths:
        data = path.read_bytes()
        try:
            sheets = read_workbook(data)
        except ReturnedFile:
            left_out += 1
            continue
        workbooks.append((path, data))
        cells += sum(cell not in ("", None) for sheet in sheets for row in sheet.rows for cell in row)
    pandas_way = _pandas_way()
    seconds = {
        "ours_sheets": _seconds(lambda _, data: read_workbook(data), workbooks),
        "ours_readings": _seconds(_reading_way(), workbooks),
        "ours_side_by_side": _seconds_side_by_side(workbooks),
        "pandas_openpyxl": _seconds(pandas_way, workbooks),
    }
    rates = {way: round(cells / taken) for way, taken in seconds.items()}
    return {
        "workbooks": len(workbooks),
        "left_out": left_out,
        "cells": cells,
        "seconds": {way: round(taken, 3) for way, taken in seconds.items()},
        "cells_per_second": rates,
        "times_faster": {way: round(rates[way] / rates["pandas_openpyxl"], 2) for way in rates if way.startswith("ours")},
    }


def _seconds(way: Callable[[Path, bytes], object], workbooks: list[tuple[Path, bytes]]) -> float:
    began = time.perf_counter()
    for path, data in workbooks:
        way(path, data)
    return time.perf_counter() - began


def _seconds_side_by_side(workbooks: list[tuple[Path, bytes]]) -> float:
    from ingestion.landing.receipts import Receipt, keep
    from ingestion.reading.pool import ReaderPool, job_of

    with tempfile.TemporaryDirectory(prefix="kc-bench-") as home:
        settings = replace(read_settings(), home=Path(home))
        far = datetime(2100, 1, 1, tzinfo=TIMEZONE)
        kept = [keep(data, path.name, settings.landing) for path, data in workbooks]
        receipts = [Receipt(n, None, far, sha256, "xlsx") for n, sha256 in enumerate(kept)]
        with ReaderPool(job_of(settings)) as pool:
            for _ in pool.outcomes(receipts[: pool.size]):  # the readers start
                pass
            began = time.perf_counter()
            for _ in pool.outcomes(receipts):
                pass
            return time.perf_counter() - began


def _reading_way() -> Callable[[Path, bytes], object]:
    from ingestion.forms import load_forms
    from ingestion.landing.receipts import Receipt
    from ingestion.reading.reading import read_file
    from ingestion.register import load_register

    settings = read_settings()
    forms, register = load_forms(settings.forms, settings.register), load_register(settings.register)
    far = datetime(2100, 1, 1, tzinfo=TIMEZONE)  # no period is refused for its date

    def read(path: Path, data: bytes) -> object:
        receipt = Receipt(0, None, far, "", path.suffix.lower().lstrip("."))
        return read_file(data, receipt, forms, register, settings.register)

    return read


def _pandas_way() -> Callable[[Path, bytes], object]:
    import io

    import pandas

    return lambda _, data: pandas.read_excel(io.BytesIO(data), sheet_name=None, header=None, engine="openpyxl")
