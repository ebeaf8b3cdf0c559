"""Every linear rule judged again from the bytes of the files, by another reader in plain Python: the same verdicts.

What the judge (tests/independent_judge) cannot cover stands here with its reason.
"""

from __future__ import annotations

import contextlib

import pytest
from judge_against import judged_as_in, rows

from khuyencong.night.nightly import run_nightly
from samples.nation import write_nation
from warehouse.address import connect
from warehouse.opening import discard_warehouse, open_warehouse
from warehouse.settings import Settings

# Families that compare more than two sums: what each asks is said in its own test (test_checks.py and its proofs).
NOT_LINEAR = {
    "KQ-03": "ratio", "TD-06": "unique", "TG-10": "not_copy", "TG-11": "not_copy", "TG-17": "outlier", "TG-18": "outlier",
    "TH-01": "cap", "TH-02": "cap", "TD-13": "cap", "KP-19": "scale", "TD-15": "scale", "TH-07": "scale",
}  # fmt: skip
# No file of the sample nation has what these ask about: A10 before its first day, district money of budget years after 2025.
NOT_IN_SAMPLE = {"KQ-10", "KP-10", "KP-12"}


def test_the_slice_is_judged_alike(slice_installed) -> None:
    settings, _ = slice_installed
    with contextlib.closing(connect(open_warehouse(settings))) as connection:
        ours = judged_as_in(connection, [settings.inbox])
    assert ours.other_families == NOT_LINEAR


@pytest.mark.long
def test_the_nation_with_planted_errors_is_judged_alike(tmp_path) -> None:
    settings = Settings(home=tmp_path, database_url=None, inbox=tmp_path / "inbox")
    summary = write_nation(settings.inbox, seed=2025)
    run_nightly(settings, summary.as_of, lambda: summary.as_of)
    connection = connect(open_warehouse(settings))
    try:
        ours = judged_as_in(connection, [settings.inbox])
        known = {rule_id for (rule_id,) in rows(connection, "select rule_id from register.rule")}
    finally:
        connection.close()
        discard_warehouse(settings)
    assert known == {rule.rule_id for rule in ours.rules} | set(NOT_LINEAR), "each rule is judged again, or named with its reason"
    decided = {said.rule_id for said in ours.verdicts.values() if said.verdict in ("pass", "fail")}
    assert {rule.rule_id for rule in ours.rules} - decided == NOT_IN_SAMPLE
    assert len({said.rule_id for said in ours.verdicts.values() if said.verdict == "fail"}) >= 40
