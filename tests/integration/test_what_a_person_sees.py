"""What becomes of a verdict: severities and their consequences, and one-sided figures that nobody may pass over in silence."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_gate import QUARTER, Nights

from expectations.rulebook.loading import load_rules_into
from khuyencong.desk.rule_report import rule_report
from khuyencong.flags.queue import list_flags
from khuyencong.flags.undecided import undecided_verdicts
from warehouse.address import Warehouse
from warehouse.settings import Settings


@pytest.fixture
def nights(database: Warehouse, settings: Settings) -> Iterator[Nights]:
    made = Nights(database, settings)
    yield made
    made.connection.close()


def _with_row(settings: Settings, folder: Path, severities: dict[str, str]) -> Settings:
    """Settings whose rules are the row of KP-05 once for each name, with the severity given: nothing else is edited."""
    rows = yaml.safe_load((settings.rules / "kinh-phi.yml").read_text(encoding="utf-8"))
    row = next(entry for entry in rows["rules"] if entry["id"] == "KP-05")
    edited = [{**row, "id": name, "severity": severity} for name, severity in severities.items()]
    folder.mkdir(exist_ok=True)
    text = yaml.safe_dump({"defaults": rows["defaults"], "rules": edited}, allow_unicode=True)
    (folder / "kinh-phi.yml").write_text(text, encoding="utf-8")
    return dataclasses.replace(settings, rules=folder)


def test_a_rule_goes_from_shadow_to_warn_to_block_by_editing_its_row(nights: Nights, tmp_path: Path) -> None:
    """Shadow: a verdict and nothing else. Warn: a flag, and the figure counts. Block: a flag, and the figure is held."""

    def load(**severities: str) -> None:
        load_rules_into(nights.connection, _with_row(nights.settings, tmp_path / "rules", severities))

    def consequences() -> tuple[set[str], set[str], set[str]]:
        failed = nights.rows("select rule_id from checks.chk_verdict where verdict = 'fail'")
        flagged = nights.rows(
            "select rule_id from checks.flag_verdict inner join checks.flag using (flag_id) where closed_run is null"
        )
        held = nights.rows("select rule_id from checks.hold where run_key = (select run_key from release.tonight)")
        return tuple({name for (name,) in rows} for rows in (failed, flagged, held))  # type: ignore[return-value]

    bad = nights.money("cao-bang", 1, 5000)
    load(TRIED="shadow", WARNS="warn", BLOCKS="block")
    nights.run(1)
    assert consequences() == ({"TRIED", "WARNS", "BLOCKS"}, {"WARNS", "BLOCKS"}, {"BLOCKS"})
    assert nights.held() == {(bad, "kcdp_t_implemented"), (bad, "kcdp_t_plan")}
    assert [flag["severity"] for flag in list_flags(nights.connection)] == ["block"]

    load(TRIED="block", WARNS="shadow", BLOCKS="warn")
    nights.run(2)
    assert consequences() == ({"TRIED", "WARNS", "BLOCKS"}, {"TRIED", "BLOCKS"}, {"TRIED"})


PLAN, PARTS = "kcdp_t_plan", ("60.000000", "40.000000")


def _columns(*parts: object, total: object) -> list[dict[str, Any]]:
    """A money report of one column: its details and its total, in million đồng; a part of None has no line."""
    lines = [{"activity": f"A{n}", "cells": {PLAN: part}} for n, part in enumerate(parts, 1) if part is not None]
    return [*lines, *([{"kind": "total", "cells": {PLAN: total}}] if total is not None else [])]


TRAPS = {
    "a total without details": ("cao-bang", _columns(total="100.000000"), "missing_term"),
    "details without a total": ("dien-bien", _columns(*PARTS, total=None), "missing_term"),
    "a blank among the details": ("lai-chau", _columns("60.000000", "…", total="60.000000"), "missing_value"),
    "a blank total": ("son-la", _columns(*PARTS, total="…"), "missing_value"),
    "all blank": ("lang-son", _columns("…", "…", total="…"), "missing_value"),
    "an unreadable detail": ("hue", _columns("60.000000", "#REF!", total="100.000000"), "unreadable"),
}
ONE_DONG = {
    "in đồng": ("quang-ninh", _columns("60000000", "40000000", total="100000001"), 1),
    "in million đồng to the đồng": ("thanh-hoa", _columns(*PARTS, total="100.000001"), 1_000_000),
    "in million đồng, the details finer than the total": ("nghe-an", _columns("60.000001", "40", total="100"), 1_000_000),
}


def test_one_sided_figures_end_in_a_verdict_that_a_person_sees(nights: Nights) -> None:
    submit = nights.builder.submit
    keys = {name: submit("kinh-phi", unit, QUARTER, lines) for name, (unit, lines, _) in TRAPS.items()}
    off = {name: submit("kinh-phi", unit, QUARTER, lines, money_factor=f) for name, (unit, lines, f) in ONE_DONG.items()}
    exact = submit("kinh-phi", "ha-tinh", QUARTER, _columns(*PARTS, total="100.000000"))
    # the same money, by one report under A3 and by the other under A1
    project = [{"project": "KCQG-2025-0001", "activity": "A1", "cells": {"contracted": "5.0", "disbursed": "5.0"}}]
    submit("tien-do", "ha-noi", QUARTER, project)
    cells = {"kcqg_contracted": "5.0", "kcqg_disbursed": "5.0"}
    other_code = submit("kinh-phi", "ha-noi", QUARTER, [{"activity": "A3", "cells": cells}])
    nights.run(1)

    seen = {row["submission_key"]: row for row in undecided_verdicts(nights.connection, rule="KP-01") if PLAN in row["scope"]}
    assert {name: seen[key]["reason"] for name, key in keys.items()} == {name: reason for name, (_, _, reason) in TRAPS.items()}
    one_sided = {row["submission_key"] for row in undecided_verdicts(nights.connection, rule="KP-01", one_sided=True)}
    assert {keys["a total without details"], keys["details without a total"], keys["a blank total"]} <= one_sided
    assert keys["all blank"] not in one_sided
    assert all(row["sentence_vi"] != row["reason"] != row["sentence_en"] for row in seen.values())

    flagged = {flag["unit_key"]: flag for flag in list_flags(nights.connection)}
    for unit, _, _ in ONE_DONG.values():
        assert "KP-01" in flagged[unit]["explanation_vi"], unit
    assert {(key, PLAN) for key in off.values()} <= nights.held()
    assert "ha-tinh" not in flagged and exact not in seen

    missing = nights.rows(
        "select scope_key from checks.chk_verdict where submission_key = %s and reason = 'missing_counterpart'", other_code
    )
    both = {f"activity_code={code};indicator_code={name}" for code in ("A1", "A3") for name in ("KC-E02", "KC-E05")}
    assert {scope for (scope,) in missing} == both
    assert "LB-01" in flagged["ha-noi"]["explanation_en"] and "no such figure" in flagged["ha-noi"]["explanation_en"]

    report = {row["rule_id"]: row for row in rule_report(nights.connection, nights.settings)["rules"]}
    assert report["KP-01"]["undecided"]["missing_term"] >= 2 and report["KP-01"]["n_fail"] == len(ONE_DONG)
    assert report["KP-01"]["remarks"] == []
    assert report["KP-04-2-4"]["remarks"][0] == "redundant" and report["KP-04-2-4"]["implied_by"] == ["KP-04-2", "KP-04-3"]
    assert "never_evaluable" in report["TD-08"]["remarks"] and report["TD-08"]["n_undecided"] > 0
    assert {"never_due", "always_missing"} <= set(report["TH-01"]["remarks"]) and report["TH-01"]["empty_terms"] == [1]
