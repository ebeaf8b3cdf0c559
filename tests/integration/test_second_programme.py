"""KC_PROGRAMME: a programme of another country, in its own words and money, from its folder alone; two are never mixed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programme_runs import kc
from second_programme import ROWS, workbook, write_programme

from warehouse.address import Warehouse


@pytest.fixture
def harbours(tmp_path: Path) -> Path:
    """The programme, and an inbox with a sound report and one whose total is not the sum of its lines."""
    inbox = tmp_path / "inbox"
    reports = {
        "north-coast": workbook("North Coast", {"Quays": (100.5, 12.34567), "Lights": (20, 3.1)}, (120.5, 15.44567)),
        "south-coast": workbook("Harbour Office South Coast", {"Quays": (50, 5), "Lights": (10, 1)}, (60, 9)),
    }
    for unit, data in reports.items():
        (inbox / unit).mkdir(parents=True)
        (inbox / unit / "works.xlsx").write_bytes(data)
    return write_programme(tmp_path / "harbours")


def test_a_night_of_another_programme_from_its_folder_alone(tmp_path: Path, harbours: Path, nobodys: Warehouse) -> None:
    def run(*arguments: str) -> dict:
        done = kc(tmp_path / "home", harbours, nobodys, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    night = run("nightly", "--json")
    assert {(row["form"], row["n_reported"]) for row in night["coverage"] if row["period"] == "2025-03"} == {("works", 2)}
    rows = run("rollup", "--period", "2025-01..2025-03", "--total", "activity", "--by", "nation", "--json")["rows"]
    paid = next(row for row in rows if row["indicator_code"] == "H-PAID")
    # the south says 9 in total where its lines give 6: its column is held; amounts are crowns with their hundredths
    assert (paid["unit_key"], paid["unit"], paid["fund"]) == ("isle", "crowns", "HARBOUR")
    assert (paid["accepted"], paid["disputed"]) == (15445.67, 6000)
    plan = next(row for row in rows if row["indicator_code"] == "H-PLAN")
    assert (plan["accepted"], plan["n_owed"], plan["n_accepted"]) == (180500, 2, 2)
    flags = run("flags", "--json")
    (flag,) = flags["flags"] if isinstance(flags, dict) else flags
    assert "crowns" in flag["explanation_vi"] and "đồng" not in flag["explanation_vi"]
    told = run("explain", "--period", "2025-01..2025-03", "--indicator", "H-PAID", "--json")
    assert told["unit_key"] == "isle" and told["accepted"] == 15445.67
    doctor = kc(tmp_path / "home", harbours, nobodys, "doctor")
    assert "harbours" in doctor.stdout

    # the same warehouse refuses the programme of this repository, and says whose it is
    refused = kc(tmp_path / "home", None, nobodys, "nightly")
    assert refused.returncode == 2
    said = " ".join((refused.stdout + refused.stderr).split())
    assert "belongs to the programme harbours" in said and "KC_PROGRAMME" in said


def test_a_folder_that_is_no_programme_is_refused_by_what_it_lacks(tmp_path: Path, nobodys: Warehouse) -> None:
    (tmp_path / "half" / "forms").mkdir(parents=True)
    done = kc(tmp_path / "home", tmp_path / "half", nobodys, "status")
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 2 and "rules/, register/ missing" in said

    two = write_programme(tmp_path / "two", {**ROWS, "programme": [*ROWS["programme"], *ROWS["programme"]]})
    done = kc(tmp_path / "home", two, nobodys, "status")
    assert done.returncode == 2 and "2 rows" in done.stdout + done.stderr
