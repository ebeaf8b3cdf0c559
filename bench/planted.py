"""What becomes of the planted errors of the sample nation: `python -m bench.planted`, after a night on the samples.

By kind: how many errors were flagged, how often the first hypothesis names the very cells (of a block: only cells of it),
how often it is sure (confidence of 0.8), and how often every suggested value is what the office meant, within the rounding of
its digits. An error of a whole file has no cells; it counts when its report is flagged.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from khuyencong.settings import read_settings
from khuyencong.suspicions import SURE

MEASURES = ("planted", "flagged", "first", "top3", "sure", "given", "right")
SMALLEST_SHARE = 5  # one column of the five that a fund has
Cell = tuple[str, str]  # sheet name, address


@dataclass
class Planted:
    """One planted error: its kind, its report, and of each cell what the office meant and what it wrote."""

    kind: str
    path: str
    unit_key: str
    form_code: str
    period_end: str
    meant: dict[Cell, tuple[str, str]] = field(default_factory=dict)


def read_planted(truth: Path) -> dict[str, Planted]:
    """error_id → error, of those that a flag is expected for."""
    errors: dict[str, Planted] = {}
    with truth.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["expected"] == "flag":
                about = (row["kind"], row["path"], row["unit_key"], row["form_code"], row["period_end"])
                error = errors.setdefault(row["error_id"], Planted(*about))
                if row["cell"]:
                    error.meant[row["sheet"], row["cell"]] = (row["true_written"], row["planted_written"])
    return errors


def read_flags(cursor: Any) -> list[dict[str, Any]]:
    """Open flags: report, cells (path, sheet, address), hypotheses with their cells and (value, suggested value)."""
    cursor.execute("select submission_key, location from raw.submission inner join raw.receipt using (receipt_key)")
    path_of = dict(cursor.fetchall())
    cursor.execute(
        """select flag_id, figure.submission_key, figure.sheet_name, figure.cell_address
        from checks.flag_figure
        inner join staging.stg_figure as figure using (submission_key, sheet_code, row_number, column_name)"""
    )
    cells: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for flag_id, key, sheet, address in cursor:
        cells[flag_id].add((path_of[key], sheet, address))
    cursor.execute(
        "select flag_id, unit_key, form_code, period_end, alternatives from checks.flag where closed_run is null"
    )
    return [
        {
            "report": (unit_key, form_code, str(period_end)),
            "cells": cells[flag_id],
            "hypotheses": [
                (h["confidence"], {
                    (path_of[c["submission_key"]], c["sheet"], c["cell"]): (c["value"], c["suggested"])
                    for c in h["cells"]
                })
                for h in alternatives
            ],
        }
        for flag_id, unit_key, form_code, period_end, alternatives in cursor
    ]  # fmt: skip


def judge(error: Planted, flags: list[dict[str, Any]]) -> dict[str, int]:
    """What one planted error came to: 0 or 1 by measure, of the flag that does best."""
    found = [_score(error, flag) for flag in flags]
    best = max(found, key=lambda score: [score[name] for name in MEASURES[1:]], default=dict.fromkeys(MEASURES, 0))
    return best | {"planted": 1}


def _score(error: Planted, flag: dict[str, Any]) -> dict[str, int]:
    planted = {(sheet, address) for sheet, address in error.meant}
    here = {cell[1:] for cell in flag["cells"] if cell[0].endswith(error.path)}
    named = [
        (confidence, {c[1:]: v for c, v in cells.items()}, all(c[0].endswith(error.path) for c in cells))
        for confidence, cells in flag["hypotheses"]
    ]
    right = [is_here and _is_named(set(cells), planted) for _, cells, is_here in named]
    score = dict.fromkeys(MEASURES, 0)
    same_report = flag["report"] == (error.unit_key, error.form_code, error.period_end)
    score["flagged"] = int(bool(here & planted) or any(right) or (not planted and same_report))
    score["first"], score["top3"] = int(right[:1] == [True]), int(any(right))
    if score["first"]:
        confidence, cells, _ = named[0]
        score["sure"] = int(confidence >= SURE)
        given = {cell: pair for cell, pair in cells.items() if pair[1] is not None and cell in error.meant}
        score["given"] = int(len(given) == len(cells))
        score["right"] = int(bool(given) and all(_is_meant(*pair, *error.meant[cell]) for cell, pair in given.items()))
    return score


def _is_named(named: set[Cell], planted: set[Cell]) -> bool:
    """One cell exactly; of a block nothing but it, a fifth at least: columns that broke no rule need not be named."""
    if len(planted) == 1:
        return named == planted
    return len(planted) > 1 and len(named) * SMALLEST_SHARE >= len(planted) and named <= planted


def _is_meant(value: str, suggested: str, meant: str, written: str) -> bool:
    """Whether the suggested value is to the value what was meant is to what was written, within the digits of these."""
    if not Decimal(written or "0"):
        return False
    step = Decimal(1).scaleb(min(0, Decimal(meant or "0").as_tuple().exponent))
    found = Decimal(suggested) * Decimal(written) / Decimal(value)
    return abs(found - Decimal(meant or "0")) <= step


def main(arguments: list[str]) -> int:
    """Print the table, or JSON."""
    from khuyencong.warehouse import connect, open_warehouse

    parser = argparse.ArgumentParser(prog="python -m bench.planted", description=__doc__.splitlines()[0])
    parser.add_argument("--truth", type=Path, help="errors.csv; default: that of the samples under KC_HOME")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    settings = read_settings()
    errors = read_planted(chosen.truth or settings.home / "samples" / "truth" / "errors.csv")
    connection = connect(open_warehouse(settings))
    with connection, connection.cursor() as cursor:
        flags = read_flags(cursor)
    connection.close()
    table: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    for error in errors.values():
        for name, value in judge(error, flags).items():
            for kind in (error.kind, "all"):
                table[kind][name] += value
    rows = {kind: table[kind] for kind in [*dict.fromkeys(e.kind for e in errors.values()), "all"]}
    if chosen.json:
        print(json.dumps(rows))
        return 0
    print(f"{'kind':26}" + "".join(f"{name:>9}" for name in MEASURES))
    for kind, row in rows.items():
        print(f"{kind:26}" + "".join(f"{row[name]:>9}" for name in MEASURES))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
