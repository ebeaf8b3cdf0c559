"""The benches measure what they say: the generator is clean by its own rules, the scores and intervals are right."""

import random

import pytest

from bench.accuracy import REPORT_SEEDS, TUNING_SEEDS, false_flags, measure, score, summary, wilson
from bench.reconcile import dirty_records, localise
from bench.reference_form import BLOCK, CELLS, KINDS, RULES, as_problem, as_record, clean_pair, damage
from expectations.reconciliation.problem import reconcile


def test_the_form_has_40_figures_and_26_rules():
    assert (len(CELLS), len(set(CELLS)), len(RULES), len(KINDS)) == (40, 40, 26, 12)


def test_seeds_for_tuning_and_reporting_are_disjoint():
    assert not set(TUNING_SEEDS) & set(REPORT_SEEDS)


@pytest.mark.parametrize("is_rounded", [False, True])
def test_clean_reports_are_clean_and_the_period_before_too(is_rounded):
    rng = random.Random(5)
    pairs = [clean_pair(rng, is_rounded) for _ in range(30)]
    records = [as_record(str(i), now, before, is_rounded) for i, (now, before) in enumerate(pairs)]
    for answer in reconcile(as_problem(records))["records"]:
        assert (answer["violated"], answer["objective"], answer["hypotheses"]) == ([], 0, [])


@pytest.mark.parametrize("kind", KINDS)
def test_damage_says_exactly_which_cells_it_changed(kind):
    rng = random.Random(kind)
    for _ in range(20):
        now, before = clean_pair(rng, False)
        y, wrong = damage(rng, now, before, kind)
        assert wrong == {c for c in CELLS if y[c] != now[c]}
        assert kind in ("unit_block", "unit_all", "stale_block", "in_period", "swap") or len(wrong) <= 1
        assert kind != "unit_block" or any(wrong == set(block) for block in BLOCK.values())


def test_scores():
    answer = {
        "hypotheses": [
            {"cells": ["plan_n"], "suggested": {"plan_n": 7}, "confidence": 0.8},
            {"cells": ["asg_n"], "suggested": {"asg_n": None}, "confidence": 0.1},
        ],
        "minimal_sets": [["plan_n"], ["asg_n"]],
        "violated": [0],
        "gave_up": False,
    }
    right = score(answer, frozenset({"plan_n"}), {"plan_n": 9})
    assert (right["first"], right["strict"], right["fellegi_holt"], right["value_right"]) == (True, True, 0.5, True)
    wrong = score(answer, frozenset({"asg_n"}), {"plan_n": 90, "asg_n": 1})
    assert (wrong["first"], wrong["top3"], wrong["value_right"]) == (False, True, False)
    assert right["rules_cell"] == pytest.approx(1 / 3) and right["rules_set"] is False


def test_wilson_intervals():
    assert wilson(93, 100) == pytest.approx((0.8625, 0.9657), abs=1e-4)
    assert wilson(0, 3000)[0] < 1e-12 and wilson(0, 3000)[1] < 0.0013
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_small_run_is_far_above_the_baselines():
    seeds = (5,)
    found = summary(measure(seeds, 6, True, "clean"))
    assert found["n"] == 72 and found["gave_up"] == 0
    assert found["mean"]["first"][0] > 0.85 > 0.6 > found["mean"]["fellegi_holt"][0]
    assert found["mean"]["rules_set"][0] < 0.1
    assert false_flags(seeds, 60, True, "clean") == {"records": 60, "hard": 0, "by_history": 0}


def test_dirty_records_break_a_rule_and_are_localised():
    records = dirty_records(12, True, "gross")
    assert all(weight > 0 and is_violated for weight, is_violated in map(localise, records))
    assert records == dirty_records(12, True, "gross")
