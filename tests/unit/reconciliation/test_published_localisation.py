"""Published answers of error localisation, through `kc reconcile`: errorlocate, editrules, Banff."""

import random

import pytest
from worked_cases import answers, case_of, sets, worked

from expectations.reconciliation.problem import reconcile

ERRORLOCATE = (
    *("linear", "simple", "weights-1", "weights-2", "w-turnover", "w-cost", "w-profit", "missing-is-not-an-error"),
    *("infinite-weight-1", "infinite-weight-2", "infinite-weight-3", "issue-30-large", "issue-31-missing"),
    *("issue-34-presolve", "ratio", "conditional-weights", "strict", "unit-factor-beyond-M", "missing-component"),
)
EDITRULES = ("x<1", "w122", "w212", "w221", "valid", "two-needed", "ineq")


@pytest.mark.parametrize(
    ("name", "case_id"),
    [("errorlocate_localisation", c) for c in ERRORLOCATE] + [("editrules_localisation", c) for c in EDITRULES],
)
def test_the_published_answer_is_among_the_equal_optima(name, case_id):
    case = case_of(name, case_id)
    expected = case["expected"]
    (answer,) = answers(case)
    if "objective" in expected:
        assert answer["objective"] == expected["objective"]
    if "all_optimal" in expected:
        assert sets(answer) == {frozenset(cells) for cells in expected["all_optimal"]}
    elif "errors" in expected:
        assert sets(answer) == {frozenset(expected["errors"])}
    published = expected.get("errors_published")
    assert published is None or frozenset(published) in sets(answer)
    assert answer["gave_up"] is False


def test_every_published_case_is_tried():
    assert {c["id"] for c in worked("errorlocate_localisation")["cases"]} == {*ERRORLOCATE, "range"}
    assert {c["id"] for c in worked("editrules_localisation")["cases"]} == {*EDITRULES, "balance-tree"}


def test_a_range_is_judged_record_by_record():
    case = case_of("errorlocate_localisation", "range")
    assert [sets(a) for a in answers(case)] == [{frozenset(cells)} for cells in case["expected"]["errors"]]


def test_a_figure_beyond_every_big_m_is_no_trouble():
    (answer,) = answers(case_of("errorlocate_localisation", "issue-30-large"))
    assert answer["hypotheses"][0]["suggested"] == {"profit": 100}


@pytest.mark.parametrize("k", [1, 3, 5])
def test_balance_tree_of_editrules(k):
    case_of("editrules_localisation", "balance-tree")
    n, rng = 15, random.Random(k)
    names = [f"x{i}" for i in range(1, 2 * n + 2)]
    rules = [f"x{i} == x{2 * i} + x{2 * i + 1}" for i in range(1, n + 1)]
    rules += ["x1 >= 0", *(f"x1 >= {name}" for name in names[1:])]
    for _ in range(4):
        values = dict.fromkeys(names, 0) | dict.fromkeys(rng.sample(names, k), -1)
        (answer,) = reconcile({"rules": rules, "records": [{"id": k, "values": values}]})["records"]
        assert not answer["gave_up"] and answer["objective"] <= k
        assert frozenset(n for n, v in values.items() if v) in sets(answer) or answer["objective"] < k


@pytest.mark.parametrize("case_id", ["Errorloc01", "Errorloc02", "it01"])
def test_banff_answers_are_among_the_equal_optima(case_id):
    case = case_of("banff_errorloc_small", case_id)
    published = case["banff_3_1_3_run_here_seed_1"]
    for answer in answers(case):
        found = {frozenset(cell.upper() for cell in cells) for cells in sets(answer)}
        assert frozenset(published.get(answer["id"], ())) in found
    if "expected" in case:
        (last,) = [a for a in answers(case) if a["id"] == case["expected"]["record"]]
        assert sets(last) == {frozenset(cells) for cells in case["expected"]["all_optimal"]}


def test_banff_weights_decide_and_a_missing_cell_is_no_error():
    """Banff puts a missing cell into the answer; here it is undecided and costs nothing (decision 0020)."""
    case = case_of("banff_errorloc_small", "instatus")
    published = case["expected"]["no_prior_flags"]
    for answer in answers(case):
        expected = frozenset(published.get(answer["id"], ()))
        if answer["id"] == "R0001":
            assert (answer["violated"], answer["undecided"], sets(answer)) == ([], [0], {frozenset()})
        else:
            assert expected in sets(answer)
            assert answer["objective"] == len(expected)


def test_banff_prior_flags_are_weights():
    case = case_of("banff_errorloc_small", "instatus")
    prior = case["expected"]["with_prior_flags"]
    for record in case["records"]:
        flagged = prior["prior"].get(record["id"], ())
        if flagged:
            lighter = case | {"weights": case["weights"] | dict.fromkeys(flagged, 0.5), "records": [record]}
            (answer,) = answers(lighter)
            assert sets(answer) == {frozenset(prior["result"][record["id"]])}
