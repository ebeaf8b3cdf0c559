"""Rule sets judged before any figure."""

import pytest

from expectations.reconciliation.compiler import ContradictoryRules, compile_rules, examine
from expectations.reconciliation.language import read_rule
from expectations.reconciliation.problem import reconcile


def rules(*texts):
    return [read_rule(text, name) for name, _, text in (t.partition(": ") for t in texts)]


def test_a_contradictory_set_is_refused_and_names_only_the_rules_that_contradict():
    with pytest.raises(ContradictoryRules) as refused:
        compile_rules(rules("SUM: a + b == t", "LOW: a >= 1", "CAP: t <= 0", "POS: b >= 0", "FAR: c <= t"))
    assert refused.value.names == ("SUM", "LOW", "CAP", "POS")


def test_a_contradiction_through_a_condition_is_found():
    with pytest.raises(ContradictoryRules) as refused:
        compile_rules(rules("IF: if (a > 0) b >= 1", "A: a >= 1", "B: b <= 0", "C: c >= 5"))
    assert refused.value.names == ("IF", "A", "B")


def test_unwritten_signs_take_part_in_a_contradiction():
    assert compile_rules(rules("NEG: a <= -1"), is_negative_allowed=True)
    with pytest.raises(ContradictoryRules) as refused:
        compile_rules(rules("NEG: a <= -1"), is_negative_allowed=False)
    assert refused.value.names == ("NEG",)


def test_reconcile_refuses_a_contradictory_set():
    with pytest.raises(ContradictoryRules, match="a>=2; a<=1"):
        reconcile({"rules": ["a>=2", "a<=1"], "records": []})


def test_redundant_and_idle_rules_are_reported_by_name():
    found = examine(
        rules("AB: a <= b", "BC: b <= c", "AC: a <= c", "XY: x == y", "YX: y == x", "AZ: a + z == b"),
        [{"a": 1, "b": 2, "c": 3, "x": None, "y": None, "z": None}, {"a": 1, "b": 1, "c": 1}],
    )
    assert found.redundant == ("AC", "XY")
    assert found.never_evaluable == ("XY", "YX", "AZ")
    assert found.always_missing == ("XY", "YX")
    assert found.unproved == ()


def test_a_condition_that_others_force_is_redundant():
    assert examine(rules("LE: a <= b", "IF: if (a > 0) b > 0"), []).redundant == ("IF",)
