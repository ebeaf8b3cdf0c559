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


def _list_of_amounts(values, total):
    """Amounts in whole units with one printed decimal of a thousand, and the total that is written under them."""
    cells = {f"a{n}": value for n, value in enumerate(values)} | {"t": total}
    rules = [" + ".join(f"a{n}" for n in range(len(values))) + " == t", *(f"{name} >= 0" for name in cells)]
    intervals = {name: [value - 50, value + 50] for name, value in cells.items()}
    problem = {"rules": rules, "records": [{"id": "r", "values": cells, "intervals": intervals}]}
    return reconcile(problem)["records"][0]["hypotheses"]


def test_a_figure_that_shrinks_below_its_rounding_explains_nothing():
    found = _list_of_amounts([86_100, 41_300, 27_900], 41_300 + 27_900)
    assert {tuple(h["cells"]) for h in found} >= {("a0",), ("t",)}
    assert not any(h["mechanism"] in ("unit_cell", "decimal") for h in found)
    (real,) = (h for h in _list_of_amounts([86_100_000, 41_300, 27_900], 155_300) if h["cells"] == ["a0"])
    assert (real["mechanism"], real["suggested"]) == ("unit_cell", {"a0": 86_100})


def test_one_more_like_amount_in_a_list_is_no_wrong_label():
    alike = _list_of_amounts([31_400] * 4 + [77_700, 52_300], 31_400 * 4 + 77_700 + 52_300 - 12_300)
    assert not any(h["mechanism"] == "label" for h in alike)
    once = _list_of_amounts([31_400, 31_400, 77_700, 52_300], 31_400 + 77_700 + 52_300 + 3_100)
    assert any(h["mechanism"] == "label" for h in once)


def test_interchanged_digits_in_a_long_list_come_first():
    values = [63_800, *(11_000 * n + 100 * m for n in range(1, 9) for m in (1, 4, 8))]
    first, second, *_ = _list_of_amounts(values, sum(values) - 63_800 + 36_800)
    assert (first["cells"], first["mechanism"], first["suggested"]) == (["a0"], "digits_interchanged", {"a0": 36_800})
    assert first["confidence"] > second["confidence"]
