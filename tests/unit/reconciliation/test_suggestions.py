"""Whatever the problem: the engine answers, and a complete suggestion never breaks a rule."""

import json
import random

import pytest
from test_covering import random_problem

from expectations.reconciliation.compiler import ContradictoryRules
from expectations.reconciliation.problem import reconcile


def hard_problem(seed: int) -> dict:
    rng = random.Random(seed)
    problem = random_problem(rng) | {"weights": {}}
    (record,) = problem["records"]
    record.pop("intervals", None)
    scale = rng.choice((1, 1, 1000, 10**12))
    record["values"] = {name: None if v is None else v * scale for name, v in record["values"].items()}
    if rng.random() < 0.6:
        record["previous"] = {
            name: rng.choice((None, 0, -3, v, (v or 1) * 10, (v or 1) * 1000, 7))
            for name, v in record["values"].items()
        }
    return problem


@pytest.mark.parametrize("batch", range(10))
def test_complete_suggestions_satisfy_the_rules(batch):
    tried = 0
    for seed in range(batch * 60, batch * 60 + 60):
        problem = hard_problem(seed)
        try:
            (answer,) = reconcile(problem)["records"]
        except ContradictoryRules:
            continue
        json.dumps(answer)
        for hypothesis in answer["hypotheses"]:
            suggested = hypothesis["suggested"]
            if suggested and all(isinstance(value, int) for value in suggested.values()):
                tried += 1
                again = json.loads(json.dumps(problem))
                again["records"][0]["values"] |= suggested
                assert reconcile(again)["records"][0]["violated"] == [], (problem, hypothesis)
    assert tried > 20


def test_intervals_without_an_end_are_read():
    rng = random.Random(1)
    for seed in range(100):
        problem = hard_problem(seed)
        (record,) = problem["records"]
        record["intervals"] = {
            name: [rng.choice((None, v - 1)), rng.choice((None, v + 1))]
            for name, v in record["values"].items()
            if v is not None
        }
        try:
            (answer,) = reconcile(problem)["records"]
        except ContradictoryRules:
            continue
        assert answer["gave_up"] or answer["objective"] is None or answer["objective"] >= 0
