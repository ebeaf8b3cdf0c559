"""Every rule on small figures: it passes, it fails, it abstains; and what each family has of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from judging import Judged, judged_cases
from raw_builder import RawBuilder, month_end
from rule_proofs import contradictions, give_places, read_proofs

from expectations.rulebook.language import read_rules
from expectations.rulebook.loading import load_rules
from expectations.rulebook.rule import Rule
from expectations.rulebook.vocabulary import read_vocabulary
from ingestion.forms import load_forms
from warehouse.address import Warehouse
from warehouse.settings import TIMEZONE, Settings

SETTINGS = Settings(home=Path(), database_url=None, inbox=None)
RULES: list[Rule] = load_rules(SETTINGS)
CASES = read_proofs()
give_places(CASES)
# No form prints a growth, but the language knows it: (now - before) / before.
GROWTH = """
rules:
  - {id: GROWTH, judges: ket-qua, sheet: results, version: 1, level: 2, missing: undecided, severity: warn, scope: [indicator_code],
     valid_from: 2024-01-01, vi: Tăng trưởng, en: Growth, legal_basis: phép thử,
     ratio: {reported: {columns: [plan_pct]}, numerator: {columns: [ytd_total]}, denominator: {columns: [prior_ytd]}, growth: true,
             alternatives: [{columns: [plan_kcqg]}]}}
"""


@pytest.fixture(scope="module")
def judged(cluster: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    """One database with every case of every proof, judged by one run of dbt."""
    folder = tmp_path_factory.mktemp("rules")
    (folder / "growth.yml").write_text(GROWTH, encoding="utf-8")
    forms = load_forms(SETTINGS.forms, SETTINGS.register)
    growth = read_rules(folder, read_vocabulary(forms, SETTINGS.register))
    with judged_cases(cluster, tmp_path_factory.mktemp("checks"), [*RULES, *growth], CASES, _hand_made) as found:
        yield found


def _hand_made(builder: RawBuilder) -> dict[str, int]:
    """Cases of the families that are not linear, and of intervals; units and years that no rule case uses."""
    submit, quarter, half = builder.submit, month_end(2024, 3), month_end(2024, 6)
    named = {}
    for name, percent in {"good": "12.8", "wrong base": "50.0", "bad": "99.0", "silent": None}.items():
        cells = {"ytd_total": 128, "plan_kcqg": 744, "plan_kcdp": 256, "plan_pct": percent}
        unit = {"good": "ha-noi", "wrong base": "cao-bang", "bad": "son-la", "silent": "hue"}[name]
        lines = [{"indicator": "KC-A1-01", "cells": cells}]
        if name == "silent":
            lines = [{"indicator": "KC-A1-01", "cells": {**cells, "plan_kcqg": "…", "plan_kcdp": "…", "plan_pct": "12.8"}}]
        named[f"ratio {name}"] = submit("ket-qua", unit, quarter, lines)
    project = [{"project": "KCQG-2024-0001", "activity": "A3", "cells": {"disbursed": 5}}]
    named["unique first"] = submit("tien-do", "ha-noi", half, project)
    named["unique second"] = submit("tien-do", "cao-bang", half, project, received_at=datetime(2024, 7, 31, tzinfo=TIMEZONE))
    named["unique older unit"] = submit("tien-do", "long-an", month_end(2025, 6), _project("KCQG-2025-0009"))
    named["unique successor"] = submit("tien-do", "tay-ninh-2025", month_end(2025, 9), _project("KCQG-2025-0009"))
    block = [{"activity": f"A{n}", "cells": {"kcdp_t_implemented": 10 + n}} for n in range(1, 6)]
    moved = [*block[:4], {"activity": "A5", "cells": {"kcdp_t_implemented": 99}}]
    for name, unit, lines in (("copy", "ha-noi", block), ("moved", "hue", moved), ("few", "son-la", block[:2])):
        submit("kinh-phi", unit, quarter, block if name != "few" else block[:2])
        named[f"copy {name}"] = submit("kinh-phi", unit, half, lines)
    for name, unit, amount, activity in (
        ("within", "ha-noi", 900, "A3"), ("priority", "hue", 1200, "A3"), ("above", "son-la", 9000, "A3"),
        ("no ceiling", "cao-bang", 9000, "A4"),
    ):  # fmt: skip
        line = {"project": "KCQG-2024-0007", "establishment": "9900000002", "fund": "KCQG", "activity": activity}
        named[f"cap {name}"] = submit("thu-huong", unit, half, [{**line, "cells": {"support": amount}}])
    for name, unit, listed in (("shared by three", "ha-noi", 3), ("shared by one", "hue", 1), ("not listed", "son-la", 0)):
        code = f"KCQG-2024-01{listed}0"
        lines = [
            {"project": code, "establishment": f"99000001{n}", "fund": "KCQG", "activity": "A3", "cells": {"support": 5}}
            for n in range(listed)
        ]
        if lines:
            submit("thu-huong", unit, month_end(2024, 12), lines)
        line = {"project": code, "activity": "A3", "cells": {"implemented": 2700}}
        named[f"cap {name}"] = submit("tien-do", unit, month_end(2024, 12), [line])
    named["scale nil"] = submit("tien-do", "lang-son", quarter, [], is_nil=True)
    named |= _outliers(builder)
    percents = {"growth": ("lai-chau", "28.0"), "not a growth": ("dien-bien", "128.0"), "other base": ("nghe-an", "60.0")}
    for name, (unit, percent) in percents.items():
        cells = {"ytd_total": 128, "prior_ytd": 100, "plan_kcqg": 80, "plan_pct": percent}
        named[name] = submit("ket-qua", unit, quarter, [{"indicator": "KC-A1-01", "cells": cells}])
    for name, unit, total in (("rounded", "lai-chau", "1.0"), ("off", "dien-bien", "1.2")):
        parts = [{"activity": f"A{n}", "cells": {"kcdp_t_plan": "0.3"}} for n in range(1, 4)]
        total_line = {"kind": "total", "cells": {"kcdp_t_plan": total}}
        named[f"sum {name}"] = submit("kinh-phi", unit, quarter, [*parts, total_line])
    return named


def _outliers(builder: RawBuilder) -> dict[str, int]:
    """Thirteen units whose money doubles, one whose money grows fiftyfold, one that spent nothing, and fewer in a later year."""
    named = {}
    usual = ["cao-bang", "dien-bien", "lai-chau", "son-la", "lang-son", "quang-ninh", "thanh-hoa", "nghe-an", "ha-tinh", "hue",
             "tay-ninh-2025", "lao-cai-2025", "bac-ninh-2025"]  # fmt: skip
    for year, units in ((2027, usual), (2029, usual[:3])):
        figures = {unit: (100 + 7 * n, 200 + 14 * n + n % 3) for n, unit in enumerate(units)}
        for unit, (before, now) in (figures | {"ha-noi": (100, 5000), "can-tho-2025": (100, 0)}).items():
            for month, value in ((3, before), (6, now)):
                cells = {"kcdp_t_disbursed": value}
                key = builder.submit("kinh-phi", unit, month_end(year, month), [{"activity": "A1", "cells": cells}])
            named[f"moved {unit} {year}"] = key
    return named


def _project(code: str) -> list[dict[str, Any]]:
    return [{"project": code, "activity": "A3", "cells": {"disbursed": 5}}]


def test_there_are_at_least_twenty_five_rules_each_with_its_basis() -> None:
    assert len(RULES) >= 25
    assert all(rule.legal_basis and rule.vi and rule.en for rule in RULES)


def test_each_rule_has_a_proof_and_each_proof_a_rule() -> None:
    """A new rule needs a proof: tests/integration/propose_proofs.py drafts it (CONTRIBUTING.md)."""
    assert {rule.rule_id for rule in RULES} == set(CASES)


@pytest.mark.parametrize("rule_id", [rule.rule_id for rule in RULES])
def test_a_rule_says_what_its_proof_says(judged: Judged, rule_id: str) -> None:
    found = [said for case in CASES[rule_id] for said in contradictions(case, rule_id, judged.verdicts, judged.named)]
    assert found == []


@pytest.mark.parametrize("rule_id", [rule.rule_id for rule in RULES])
def test_a_proof_shows_the_rule_pass_fail_and_abstain(rule_id: str) -> None:
    words = {case.says.split()[0] for case in CASES[rule_id]}
    assert words >= {"pass", "fail"} and words & {"undecided", "nothing"}


@pytest.mark.parametrize(
    ("name", "rule_id", "verdict", "closeness", "reason"),
    [
        ("ratio good", "KQ-03", "pass", "exact", None),
        ("ratio wrong base", "KQ-03", "fail", "hard", "wrong_denominator:2"),
        ("ratio bad", "KQ-03", "fail", "hard", None),
        ("ratio silent", "KQ-03", "undecided", None, "no_denominator"),
        ("unique first", "TD-06", "pass", "exact", None),
        ("unique second", "TD-06", "fail", "hard", "reported_by_two"),
        ("unique successor", "TD-06", "pass", "exact", None),
        ("copy copy", "TG-10", "fail", "hard", "stale_copy"),
        ("copy moved", "TG-10", "pass", "exact", None),
        ("copy few", "TG-10", "undecided", None, "too_few_figures"),
        ("cap within", "TH-01", "pass", "exact", None),
        ("cap priority", "TH-01", "fail", "soft", "within_priority_factor"),
        ("cap above", "TH-01", "fail", "hard", None),
        ("cap no ceiling", "TH-01", "undecided", None, "no_ceiling"),
        ("cap shared by three", "TD-13", "pass", "exact", None),
        ("cap shared by one", "TD-13", "fail", "hard", None),
        ("cap not listed", "TD-13", "undecided", None, "no_beneficiary_list"),
        ("moved hue 2027", "TG-17", "pass", "exact", None),
        ("moved ha-noi 2027", "TG-17", "fail", "soft", "far_from_others"),
        ("moved can-tho-2025 2027", "TG-17", "undecided", None, "zero_not_compared"),
        ("moved ha-noi 2029", "TG-17", "undecided", None, "too_few_figures"),
        ("scale nil", "TD-15", "undecided", None, "no_gauge"),
        ("growth", "GROWTH", "pass", "exact", None),
        ("not a growth", "GROWTH", "fail", "hard", None),
        ("other base", "GROWTH", "fail", "hard", "wrong_denominator:1"),
        ("sum rounded", "KP-01", "pass", "rounding", None),
        ("sum off", "KP-01", "fail", "hard", None),
    ],
)
def test_the_other_families_and_intervals(
    judged: Judged, name: str, rule_id: str, verdict: str, closeness: str | None, reason: str | None
) -> None:
    rows = judged.verdicts[rule_id, judged.by_hand[name]]
    found = [(row["verdict"], row["closeness"], row["reason"]) for row in rows if row["reason"] != "missing_term"]
    assert (verdict, closeness, reason) in found, found
    assert verdict == "fail" or all(row[0] != "fail" for row in found), found


def test_a_verdict_a_rule_and_scope(judged: Judged) -> None:
    for (rule_id, submission_key), rows in judged.verdicts.items():
        scopes = [row["scope_key"] for row in rows]
        assert len(scopes) == len(set(scopes)), (rule_id, submission_key)


def test_dates_of_a_case_stay_within_its_rule() -> None:
    assert all(rule.valid_to is None or rule.valid_to >= date(2025, 1, 1) for rule in RULES)
