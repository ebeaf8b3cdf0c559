"""The benches measure what they say: the generator is clean by its own rules, the scores and intervals are right."""

import random
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from bench import judged_form
from bench.form_accuracy import REPORT_SEEDS, TUNING_SEEDS, false_flags, measure, score, summary
from bench.peers import Found, banff_answers, compare, milp_peer
from bench.reconcile import COMPILED, dirty_records, localise
from bench.reference_form import BLOCK, CELLS, KINDS, RULES, as_problem, as_record, clean_pair, damage
from bench.shares import calibration, wilson
from bench.worded_form import Way, as_worded_record, in_words, read_worded, ways, written
from expectations.reconciliation.problem import reconcile
from expectations.rulebook.loading import load_rules
from warehouse.settings import Settings


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
    right = score(answer, frozenset({"plan_n"}), {"plan_n": (4, 9)})
    assert (right["first"], right["strict"], right["fellegi_holt"], right["value_right"]) == (True, True, 0.5, True)
    wrong = score(answer, frozenset({"asg_n"}), {"plan_n": (85, 95), "asg_n": (1, 1)})
    assert (wrong["first"], wrong["top3"], wrong["value_right"]) == (False, True, False)
    assert right["rules_cell"] == pytest.approx(1 / 3) and right["rules_set"] is False


def test_wilson_intervals():
    assert wilson(93, 100) == pytest.approx((0.8625, 0.9657), abs=1e-4)
    assert wilson(0, 3000)[0] < 1e-12 and wilson(0, 3000)[1] < 0.0013
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_small_run_is_far_above_the_baselines():
    seeds = (5,)
    found = summary(measure(seeds, 6, "rounded", "clean"))
    assert found["n"] == 72 and found["gave_up"] == 0
    assert found["mean"]["first"][0] > 0.85 > 0.6 > found["mean"]["fellegi_holt"][0]
    assert found["mean"]["rules_set"][0] < 0.1
    assert false_flags(seeds, 60, "rounded", "clean") == {"records": 60, "hard": 0, "by_history": 0}


def test_dirty_records_break_a_rule_and_are_localised():
    records = dirty_records(12, True, "gross")
    assert all(found.weight > 0 and found.is_violated for found in map(localise, records))
    assert records == dirty_records(12, True, "gross")


def test_figures_in_words_hold_what_was_meant_and_clean_reports_stay_clean():
    rng = random.Random(3)
    records = []
    for number in range(40):
        now, before = clean_pair(rng, False)
        way = ways(rng)
        told = in_words(now, way)
        assert all(told[c].interval.contains(Fraction(str(now[c]))) for c in CELLS)
        records.append(as_worded_record(str(number), told, in_words(before, way)))
    for answer in reconcile(as_problem(records))["records"]:
        assert (answer["violated"], answer["objective"]) == ([], 0)
    assert sum(" " in told[c].text.replace(" tỷ", "").replace(" triệu", "") for c in CELLS) > 4


@pytest.mark.parametrize(
    ("value", "way", "text", "ends"),
    [
        ("2137", Way("hơn", 2), "hơn 2,1 tỷ", (2100, None)),
        ("2137", Way("gần", 2), "gần 2,2 tỷ", (None, 2200)),
        ("396.4", Way("khoảng", 2), "khoảng 400 triệu", (360, 440)),
        ("2137", Way("", 2), "2,14 tỷ", (2135, 2150)),
        ("-2137", Way("hơn", 2), "-2,14 tỷ", (-2150, -2135)),
        ("0", Way("gần", 2), "0 triệu", (-1, 1)),
    ],
)
def test_how_a_figure_is_written_and_read(value, way, text, ends):
    found = written(Decimal(value), way, True)
    assert found == text
    interval = read_worded(found).interval
    assert (interval.low, interval.high) == ends
    assert read_worded("4.213").value == 4213


def test_calibration_is_the_mean_distance_of_bins():
    assert calibration([(0.91, True), (0.99, True), (0.95, False)])["bins"] == {"0.9": [3, 0.95, 0.667]}
    assert calibration([(0.5, True), (0.5, False), (1.0, True)])["error"] == 0
    assert calibration([])["n"] == 0


def test_a_peer_is_compared_by_weight_and_by_membership():
    ours = Found(2.0, (frozenset({frozenset("a"), frozenset("b")}), frozenset({frozenset("x")})),
                 (frozenset("abc"), frozenset("xy")), True)  # fmt: skip
    assert ours.holds("ax") and ours.holds("bx")
    assert not any(map(ours.holds, ("a", "x", "abx", "cx", "axz")))
    same, heavy, light, other = "ax", "abx", "x", "cx"
    gave_up = Found(None, (), (), True)
    assert compare([ours] * 5 + [gave_up], [same, heavy, light, other, None, same]) == {
        "same_weight": 2, "among_our_sets": 1, "heavier": 1, "lighter": 1, "no_answer": 1, "we_gave_up": 1,
    }  # fmt: skip


def test_scipy_finds_one_of_our_sets_of_a_small_slip():
    records = dirty_records(6, False, "kinds")
    solve = milp_peer(COMPILED)
    assert solve is not None
    found = compare([localise(record) for record in records], [solve(record) for record in records])
    assert found["among_our_sets"] >= 5


def test_an_interpreter_without_banff_is_told_so():
    with pytest.raises(RuntimeError, match="No module named 'banff'"):
        banff_answers(Path(sys.executable), dirty_records(1, False, "kinds"))
    with pytest.raises(RuntimeError, match="cannot be run"):
        banff_answers(Path("nowhere") / "python", [])


def test_reports_to_judge_are_clean_or_dirty_as_asked():
    assert len(judged_form.FIGURES) == len(judged_form.SENTENCES) == 40
    assert judged_form.expected_failures(judged_form.make_reports(300, 0, 3)) == set()
    dirty = judged_form.make_reports(300, 1, 3)
    assert len({report for report, _ in judged_form.expected_failures(dirty)}) > 150


@pytest.mark.parametrize(
    ("figure", "change", "failing"),
    [
        ("total_implemented", 3, 0),  # seven rounded figures may differ by three and a half
        ("total_implemented", 4, 0),  # and by six when they were cut off
        ("total_implemented", 7, 1),
        ("kcqg_settled", -10**6, 1),
        ("KC-E01/kcdp_t", 100, 1),
    ],
)
def test_expected_failures_know_rounding_and_truncation(figure, change, failing):
    report = judged_form.make_reports(1, 0, 11)
    report[0, judged_form.PLACE[figure]] += change
    assert len(judged_form.expected_failures(report)) == failing


def test_the_rules_of_the_judging_bench_are_read_as_any_rule(tmp_path):
    (tmp_path / "bench.yml").write_text(yaml.safe_dump(judged_form.rule_entries(), allow_unicode=True), encoding="utf-8")
    settings = Settings(home=tmp_path, database_url=None, inbox=None, rules=tmp_path)
    rules = load_rules(settings)
    assert [rule.rule_id for rule in rules] == [judged_form.rule_name(n) for n in range(40)]
    assert {(rule.family, rule.scope) for rule in rules} == {("linear", ())}
    assert sum(len(term.column_names) for rule in rules for term in rule.terms) == sum(
        len(sentence.left) + len(sentence.right) for sentence in judged_form.SENTENCES
    )
