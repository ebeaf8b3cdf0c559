"""The ten drawn returns read by forms written from the pages alone: each figure read is right, and none is missing that was read.

What a form reads is held against the figures written by hand: cell, value, quantity, unit, period. A figure's key and
dimensions are not in `kc read --json`, so they are not compared here; tests/ten_shapes/READ.md says what was seen of them.
"""

from __future__ import annotations

import calendar
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from ten_shapes.figures import HERE, SHAPES, expected, figures

KC = Path(sys.executable).parent / "kc"
# The folder of the programme, the form that must be found, and the number of figures that READ.md says are read.
READ = {
    "01_outturn": ("programme_calendar_year", "outturn", 33),
    "02_clinic": ("programme", "clinic", 41),
    "03_farms": ("programme", "farms", 36),
    "04_harbour_dues": ("programme", "dues", 35),
    "05_loans": ("programme_calendar_year", "loans", 21),
    "06_school": ("programme", "school", 40),
    "07_grants": ("programme_florins", "grants", 15),
    "08_relief": ("programme", "relief", 18),
    "09_training": ("programme", "training", 32),
    "10_rice": ("programme", "rice", 30),
}
# Columns with `role: check`: `kc read` shows them among the figures and does not say that they are none.
CHECKS = {"01_outturn": "G", "04_harbour_dues": "N"}
# The quantity of each indicator; where the register calls its unit otherwise than expected.yml, also that unit there.
QUANTITIES = {
    "LO-NET": "net spending",
    "LO-FORECAST": "net spending",
    "CL-NEW": "new cases",
    "CL-REPEAT": "repeat cases",
    "CL-REFERRED": "referred to hospital",
    "CL-OPENING": "opening stock",
    "CL-RECEIVED": "received",
    "CL-ISSUED": "issued",
    "CL-CLOSING": "closing stock",
    "DF-FARMS": "farms",
    "DF-AREA": "area sown",
    "DF-HARVEST": "harvest",
    "DF-SUPPORT": "support paid",
    "HD-DUES": "dues",
    "LN-GRANTED": "amount granted",
    "LN-PAID": "paid out in the quarter",
    "LN-INCOME": "yearly income of the borrower",
    "SC-NEW": "new pupils",
    "SC-OLD": "pupils of earlier years",
    "SC-DRIVEN": "pupils who are driven to school",
    "SC-MEALS": "pupils with meals",
    "AG-GRANTED": "granted",
    "AG-PAID": "paid",
    "AG-ADJUSTED": "adjusted",
    "FR-R1": "households sheltered",
    "FR-R2": "meals served",
    "FR-R3": "pumps lent",
    "FR-R4": "relief paid",
    "FR-ESTIMATE": "estimate",
    "FR-SPENT": "spent to date",
    "CT-TEACHERS": "teachers at the end of the quarter",
    "CT-ENROLLED": "trainees enrolled",
    "CT-COURSES": "courses held",
    "CT-FINISHED": "trainees who finished",
    "CT-GRANTED": "granted by the fund",
    "CT-SPENT": "spent in the quarter",
    "CT-FEES": "fees collected",
    "CT-REPAID": "repaid to the fund",
    "CT-TRAINEES": "trainees",
    "CT-SPENDING": "spending",
    "RI-WORKERS": "workers",
}
UNITS = {"units of issue": "as column B says: packets, bottles, pieces", "farms": "number"}


def read(shape: str, home: Path) -> dict:
    """What `kc read` says of a return, with the folders in which it lies as its README has them."""
    programme, _, _ = READ[shape]
    folder, name = HERE / shape, expected(shape)["file"]
    if shape == "07_grants":  # `kc read` takes a name in .txt for running text and finds nothing in it
        shutil.copy(folder / name, home / "ledger.csv")
        folder, name = home, "ledger.csv"
    environment = {key: value for key, value in os.environ.items() if key != "KC_DATABASE_URL"}
    environment |= {"KC_PROGRAMME": str(HERE / programme), "KC_HOME": str(home / "home")}
    done = subprocess.run(
        [str(KC), "read", name, "--json"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode in (0, 3), done.stdout + done.stderr
    return json.loads(done.stdout)


def last_day(month: str) -> date:
    year, number = map(int, month.split("-"))
    return date(year, number, calendar.monthrange(year, number)[1])


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_form_reads_is_as_counted_by_hand(shape, tmp_path):
    _, form, n_read = READ[shape]
    said = read(shape, tmp_path)
    assert [submission["form"] for submission in said["submissions"]] == [form]

    by_cell = {}
    for figure in said["figures"]:
        where = figure["where"]
        if where["line"] != "detail" or where["cell"].rstrip("0123456789") == CHECKS.get(shape):
            continue
        # The sheet of a text file has no name; expected.yml calls it by the file's.
        cell = (where["sheet"] or Path(expected(shape)["file"]).name, where["cell"])
        assert cell not in by_cell
        by_cell[cell] = (
            figure["value"],
            QUANTITIES[figure["indicator_code"]],
            UNITS.get(figure["unit"], figure["unit"]),
            (date.fromisoformat(f"{figure['period_start']}-01"), last_day(figure["period_end"])),
        )
    counted = {
        (figure.sheet, figure.cell): (figure.value, figure.quantity, figure.unit, figure.period)
        for figure in figures(shape)
    }
    assert {cell: figure for cell, figure in by_cell.items() if counted.get(cell) != figure} == {}
    assert len(by_cell) >= n_read


@pytest.mark.parametrize("shape", ["05_loans", "07_grants", "08_relief"])
def test_each_broken_cell_is_said(shape, tmp_path):
    said = read(shape, tmp_path)
    broken = {row["cell"] for rule in expected(shape)["rules"] for row in rule["breaks"]}
    assert {finding["cell_address"] for finding in said["findings"]} - {None} == broken
