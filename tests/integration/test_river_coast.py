"""The second programme of the samples: two quarters of six water boards, from its folder alone, against totals added up by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from programme_runs import kc

from samples.second_programme.draw import draw
from warehouse.address import Warehouse
from warehouse.settings import PROJECT

FOLDER = PROJECT / "samples" / "second_programme"
EXPECTED = yaml.safe_load((FOLDER / "expected.yml").read_text(encoding="utf-8"))
QUARTERS = {"Q1": "2025-04..2025-06", "Q2": "2025-04..2025-09"}
THOUSAND = 1000


def right(said: dict, quarter: str) -> float:
    """What is accepted of a total: without who sent nothing (`came`) and, where it stands, without what is wrong (`right`)."""
    return said.get("right", said.get("came", said["truth"]))


@pytest.fixture
def run(tmp_path: Path, nobodys: Warehouse):
    """`kc … --json` of the programme, after its one night."""
    draw(tmp_path / "inbox")

    def run(*arguments: str) -> dict:
        done = kc(tmp_path / "home", FOLDER / "programme", nobodys, *arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    run("nightly", "--as-of", "2025-11-30T20:00:00+07:00")
    return run


def rows(run, period: str, indicator: str, *more: str) -> list[dict]:
    return run("rollup", "--period", period, "--by", "nation", "--indicator", indicator, *more)["rows"]


def test_a_night_of_the_second_programme_agrees_with_totals_added_up_by_hand(run, tmp_path: Path) -> None:
    checked = 0
    for quarter, period in QUARTERS.items():
        outlay = EXPECTED["outlay"][quarter]
        spans = {
            period: outlay["since_april"],
            **{f"2025-{name[:2]}..2025-{name[:2]}": said for name, said in outlay.items() if name[:2].isdigit()},
        }
        for span, said in spans.items():
            measure = "ytd" if span == period else "in_period"
            found = {row["activity"]: row for row in rows(run, span, "RC-OUTLAY") if row["measure"] == measure}
            for kind, total in said.items():
                assert found[kind]["accepted"] == right(total, quarter) * THOUSAND, (span, kind)
                checked += 1
                if quarter == "Q2":  # Estermouth's thousandfold outlay is disputed, Brackwater's is missing; both are said
                    reported = (total["came"] - total["right"]) * THOUSAND * THOUSAND
                    assert found[kind]["disputed"] == reported
                    assert span != period or found[kind]["n_missing"] == 1
        for name, indicator in (("sites", "RC-SITES"), ("metres", "RC-METRES"), ("workers", "RC-WORKERS")):
            found = rows(run, period, indicator, "--by-code", "water", "--by-code", "damage")
            by_code = {(row["codes"]["water"], row["codes"]["damage"]): row["accepted"] for row in found}
            for water, damages in EXPECTED["repairs"][quarter][name].items():
                for damage, total in damages.items():
                    assert by_code[water, damage] == right(total, quarter), (quarter, name, water, damage)
                    checked += 1
            (heavy,) = rows(run, period, indicator, "--where", "damage=heavy")
            assert heavy["accepted"] == sum(right(said["heavy"], quarter) for said in EXPECTED["repairs"][quarter][name].values())
        for name, indicator in (
            ("received", "RC-RECEIVED"), ("own", "RC-OWN"), ("spent", "RC-SPENT"), ("repaid", "RC-REPAID"), ("cash", "RC-CASH"),
        ):  # fmt: skip
            (row,) = rows(run, period, indicator)
            assert row["accepted"] == right(EXPECTED["account"][quarter][name], quarter) * THOUSAND, (quarter, name)
            checked += 1
        granted = {row["activity"]: row["accepted"] for row in rows(run, period, "RC-GRANTED")}
        for kind, total in EXPECTED["grants"][quarter]["amount_by_kind"].items():
            assert granted[kind] == right(total, quarter) * THOUSAND, (quarter, kind)
            checked += 1
    assert checked == 2 * (4 * 3 + 3 * 6 + 5 + 3)

    flags = run("flags")["flags"]
    held = {(flag["unit_key"], flag["form_code"], flag["period"]) for flag in flags if flag["severity"] == "block"}
    assert ("hallow-sound", "outlay", "2025-06") in held and ("estermouth", "outlay", "2025-09") in held
    assert {unit for unit, _, _ in held} == {"hallow-sound", "estermouth"}

    told = run("explain", "--period", QUARTERS["Q2"], "--indicator", "RC-SITES", "--where", "water=lake", "--unit", "norvale")
    text = json.dumps(told, ensure_ascii=False)
    assert "repairs-2025-26-Q2.xlsx" in text and "B10" in text and "B11" in text
    account = str(tmp_path / "inbox/quillan/account-2025-26-Q2.xlsx")
    read = kc(tmp_path / "home", FOLDER / "programme", None, "read", account, "--json")
    (paused,) = [finding for finding in json.loads(read.stdout)["findings"] if finding["code"] == "value_not_allowed"]
    assert (paused["cell_address"], paused["written"]) == ("C5", "paused")
