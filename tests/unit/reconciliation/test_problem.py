"""`kc reconcile` as a contract: what goes in, what comes out, what is refused, and that it is deterministic."""

import json

import pytest

from expectations.reconciliation.given import ProblemError
from expectations.reconciliation.language import RuleError
from expectations.reconciliation.problem import reconcile

DESIGN = {
    "rules": ["a + b == t", "0.5*x <= y", "if (x > 0) y >= 1"],
    "weights": {"t": 2, "l": "inf"},
    "negative_allowed": True,
    "records": [
        {"id": "r1", "values": {"a": 1, "b": None, "t": 4}, "intervals": {"a": [0.5, 1.5]}, "previous": {"a": 1}}
    ],
}
KEYS = ["id", "violated", "undecided", "objective", "minimal_sets", "hypotheses", "gave_up"]


def one(rules, values, **more):
    record = {k: more.pop(k) for k in ("intervals", "previous") if k in more}
    (answer,) = reconcile({"rules": rules, "records": [{"id": 1, "values": values} | record]} | more)["records"]
    return answer


def test_the_documented_example():
    found = reconcile(DESIGN)
    assert list(found) == ["records"] and list(found["records"][0]) == KEYS
    assert found["records"][0] == {
        "id": "r1",
        "violated": [],
        "undecided": [0, 1, 2],
        "objective": 0,
        "minimal_sets": [[]],
        "hypotheses": [],
        "gave_up": False,
    }


def test_the_answer_is_json_and_the_same_every_time():
    problem = {"rules": ["a + b == t", "t <= 100"], "records": [{"id": 1, "values": {"a": 12, "b": 33, "t": 450}}]}
    first = json.dumps(reconcile(problem))
    assert all(json.dumps(reconcile(json.loads(json.dumps(problem)))) == first for _ in range(3))


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        ({"rules": []}, "has rules and records"),
        ({"rules": [], "records": [], "wieghts": {}}, "wieghts"),
        ({"rules": [], "records": [{"id": 1}]}, "id and values"),
        ({"rules": [], "records": [{"id": 1, "values": {}, "interval": {}}]}, "interval"),
        ({"rules": ["a==1"], "weights": {"a": 0}, "records": []}, "above 0"),
        ({"rules": ["a==1"], "records": [{"id": "x", "values": {"a": "abc"}}]}, "'x'.*'abc' is no number"),
        ({"rules": ["a==1"], "records": [{"id": "x", "values": {"a": True}}]}, "no number"),
        ({"rules": ["a==1"], "records": [{"id": "x", "values": {"a": float("nan")}}]}, "no number"),
        ({"rules": ["a==1"], "records": [{"id": 1, "values": {"a": 1}, "intervals": {"a": [2, 1]}}]}, "above"),
        ({"rules": ["a==1"], "records": [{"id": 1, "values": {"a": 1}, "intervals": {"a": 2}}]}, "two ends"),
        ({"rules": ["a==1"], "records": [{"id": 1, "values": {f"c{i}": 1 for i in range(201)}}]}, "more than 200"),
        ({"rules": ["a==1"], "ratios": [{"reported": "p", "num": "a", "den": "z"}], "records": []}, "'p'"),
    ],
)
def test_a_problem_that_cannot_be_read_names_the_place(problem, reason):
    with pytest.raises(ProblemError, match=reason):
        reconcile(problem)


def test_a_rule_that_cannot_be_read_is_refused():
    with pytest.raises(RuleError, match="not linear"):
        reconcile({"rules": ["a * b == c"], "records": []})


def test_names_count_without_case_only_when_that_is_unambiguous():
    assert one(["x1 + X2 == T"], {"X1": 1, "x2": 2, "t": 4})["violated"] == [0]
    assert one(["x == 1"], {"X": 2, "x": 1})["violated"] == []


def test_a_named_rule_is_read_like_a_text():
    assert one([{"name": "SUM", "rule": "a == b"}], {"a": 1, "b": 2})["violated"] == [0]


def test_a_negative_figure_must_change_where_negatives_are_not_allowed():
    answer = one(["a + b == t"], {"a": -5, "b": 5, "t": 0}, negative_allowed=False)
    assert answer["violated"] == [] and answer["objective"] == 2
    assert ["a", "t"] in answer["minimal_sets"]


def test_a_conditional_rule_with_a_missing_figure():
    rule = ["if (x > 0) y >= 1"]
    assert one(rule, {"x": 0, "y": None})["undecided"] == []
    assert one(rule, {"x": 5, "y": None})["undecided"] == [0]
    assert one(rule, {"x": 5, "y": 0})["violated"] == [0]


def test_blanks_that_no_value_can_fill_are_a_violation():
    answer = one(["a + b == t", "b >= 0"], {"a": 10, "b": None, "t": 5})
    assert (answer["violated"], answer["undecided"], answer["objective"]) == ([0], [1], 1)
    assert answer["minimal_sets"] == [["a"], ["t"]]


def test_wrong_denominator_is_named_with_the_right_percentage():
    ratio = {"reported": "pct", "num": "paid", "den": "plan", "alternatives": ["plan_all"], "scale": 100}
    values = {"paid": 7775, "plan": 55000, "plan_all": 60840, "pct": 12.78}
    halves = {"pct": [12.775, 12.785]}
    answer = one(["paid <= plan"], values, ratios=[ratio], intervals=halves)
    best = answer["hypotheses"][0]
    assert best["cells"] == ["pct"] and best["mechanism"] == "wrong_denominator"
    assert best["suggested"]["pct"] == pytest.approx(14.136, abs=1e-3)
    right = values | {"pct": 14.14}
    assert one(["paid <= plan"], right, ratios=[ratio], intervals={"pct": [14.135, 14.145]})["hypotheses"] == []
    neither = one(["paid <= plan"], values | {"pct": 90}, ratios=[ratio])
    assert {h["mechanism"] for h in neither["hypotheses"]} == {"unexplained"}


def test_a_total_under_a_parts_label_is_named_so():
    answer = one(["central + local == all"], {"central": 54321, "local": 87654, "all": 87654})
    assert "label" in {h["mechanism"] for h in answer["hypotheses"]}


def test_one_dong_on_exact_figures_is_seen():
    values = {"a": 123456789012, "b": 987654321098, "t": 1111111110111}
    assert one(["a + b == t"], values)["violated"] == [0]
    assert one(["a + b == t"], values | {"t": 1111111110110})["violated"] == []


def test_history_alone_betrays_a_copied_block_but_not_a_plan():
    rules = ["p1 + p2 + p3 == p", "d1 + d2 + d3 == d", "d <= p"]
    plan, old = {"p1": 81230, "p2": 70440, "p3": 60550, "p": 212220}, {"d1": 31237, "d2": 20441, "d3": 10556}
    old |= {"d": 62234}
    answer = one(rules, plan | old, previous=plan | old)
    assert answer["violated"] == []
    assert answer["hypotheses"][0]["mechanism"] == "stale_copy"
    assert set(answer["hypotheses"][0]["cells"]) == {"d1", "d2", "d3", "d"}
    new = {"d1": 41237, "d2": 22441, "d3": 10956, "d": 74634}
    assert one(rules, plan | new, previous=plan | old)["hypotheses"] == []


def test_a_tie_leaves_the_best_two_close():
    answer = one(["a == b"], {"a": 517, "b": 233})
    first, second = (h["confidence"] for h in answer["hypotheses"][:2])
    assert first == second < 0.5
