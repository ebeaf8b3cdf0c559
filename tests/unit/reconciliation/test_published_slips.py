"""Published answers on typing errors, signs, swaps, units and running totals, through `kc reconcile`."""

import pytest
from worked_cases import answers, case_of, changed, sets, suggestions, with_tolerance, worked

from expectations.reconciliation.typing_errors import slip


@pytest.mark.parametrize("case_id", ["dl-distance", "reorder", "fixate-other"])
def test_a_typing_error_is_found_and_its_value_suggested(case_id):
    case = case_of("deductive_correct_typos", case_id)
    (answer,) = answers(case)
    meant = case["expected"]["record"]
    cells = changed(case["record"], meant)
    assert answer["hypotheses"][0]["suggested"] == {cell: meant[cell] for cell in cells}
    assert answer["hypotheses"][0]["mechanism"] == "digits_interchanged"
    assert cells in sets(answer)


@pytest.mark.parametrize("case_id", ["fixate-culprit", "no-explanation"])
def test_what_no_slip_explains_is_called_unexplained(case_id):
    (answer,) = answers(case_of("deductive_correct_typos", case_id))
    assert {h["mechanism"] for h in answer["hypotheses"]} == {"unexplained"}
    assert answer["hypotheses"][0]["confidence"] < 0.5


@pytest.mark.parametrize(
    ("case_id", "forbidden"),
    [("inequality-blocks", {"x2": 92}), ("contradictory", {}), ("sign-flip-forbidden", {"x": 123})],
)
def test_no_suggestion_breaks_a_rule(case_id, forbidden):
    case = case_of("deductive_correct_typos", case_id)
    (answer,) = answers(case)
    for suggested in suggestions(answer):
        full = case["record"] | suggested
        assert all(full.get(cell) != value for cell, value in forbidden.items())
        if None not in full.values():
            (again,) = answers(case | {"record": full})
            assert again["violated"] == []


def test_every_published_typo_case_is_tried():
    assert len(worked("deductive_correct_typos")["cases"]) == 8
    assert len(worked("scholtus2009_typos")["cases"]) == 6


def test_the_four_slips_of_one_key():
    for name, mechanism in (
        ("interchange", "digits_interchanged"),
        ("add_digit", "digit_added"),
        ("omit_digit", "digit_lost"),
        ("replace_digit", "digit_replaced"),
    ):
        example = worked("scholtus2009_typos")["typo_functions"][name]
        assert slip(str(example["result"]), str(example["x"])) == mechanism
    assert slip("4627", "4627") is None and slip("4627", "2467") is None and slip("46", "4") is None


@pytest.mark.parametrize("case_id", ["intro", "4.1", "4.2"])
def test_scholtus_2009_corrections_come_first(case_id):
    case = case_of("scholtus2009_typos", case_id)
    (answer,) = answers(case)
    meant = case["expected"].get("record") or case["record"] | case["expected"]["values"]
    cells = frozenset(case["expected"]["changed"])
    assert answer["hypotheses"][0]["suggested"] == {cell: meant[cell] for cell in cells}
    assert cells in sets(answer) and answer["objective"] == len(cells)
    if "violated" in case:
        assert [rule + 1 for rule in answer["violated"]] == case["violated"]


def test_scholtus_2009_valid_record():
    (answer,) = answers(case_of("scholtus2009_typos", "4.0"))
    assert (answer["violated"], answer["objective"], answer["hypotheses"]) == ([], 0, [])


@pytest.mark.parametrize("case_id", ["4.3", "4.4"])
def test_scholtus_2009_what_all_solutions_share(case_id):
    """The paper leaves rule 3 violated; we also name what satisfies it, so our sets hold one cell more (0020)."""
    case = case_of("scholtus2009_typos", case_id)
    (answer,) = answers(case)
    published = case["expected"].get("changed") or list(case["expected"]["safe_changes"])
    assert answer["objective"] == 3
    assert all(set(published) <= cells for cells in sets(answer))
    meant = case["expected"].get("record") or case["expected"]["safe_changes"]
    assert all(suggested[cell] == meant[cell] for suggested in suggestions(answer)[:1] for cell in published)


@pytest.mark.parametrize("case_id", ["a", "b", "c", "d"])
def test_scholtus_2008_signs_and_swaps_are_among_the_hypotheses(case_id):
    case = case_of("scholtus2008_sign_errors", case_id)
    (answer,) = answers(case | {"rules": with_tolerance(case["rules"], case["tolerance"])})
    meant = case["expected"]["record"]
    cells = changed(case["record"], meant)
    assert {cell: meant[cell] for cell in cells} in suggestions(answer)
    assert any(found <= cells for found in sets(answer))
    assert answer["objective"] == len(case["expected"]["flips"]) + len(case["expected"]["swaps"])


def test_scholtus_2008_a_rounded_record_is_not_explained_by_signs_alone_without_tolerance():
    case = case_of("scholtus2008_sign_errors", "d-no-tolerance")
    (answer,) = answers(case)
    flips = {"x1": -10, "x2": -46}
    assert answer["objective"] > 2 and flips not in suggestions(answer)


@pytest.mark.parametrize(
    ("case_id", "tolerance"),
    [
        *(("flip-z", 0), ("flip-y", 0), ("flip-z2", 0), ("rounding-masks-eps2", 2)),
        *(("t1", 0), ("t3-swap", 0), ("t4-swap-only", 0), ("t5-flip-x", 0), ("t6-swap", 0)),
    ],
)
def test_deducorrect_sign_corrections_are_among_the_hypotheses(case_id, tolerance):
    case = case_of("deducorrect_sign_options", case_id)
    (answer,) = answers(case | {"rules": with_tolerance(case["rules"], tolerance)})
    found = [case["record"] | s for s in suggestions(answer)]
    assert any(option in found for option in case["expected"]["one_of"])


def test_deducorrect_what_is_not_to_be_corrected():
    (missing,) = answers(case_of("deducorrect_sign_options", "missing"))
    assert (missing["violated"], missing["undecided"], missing["hypotheses"]) == ([], [0], [])
    (valid,) = answers(case_of("deducorrect_sign_options", "valid"))
    assert (valid["violated"], valid["undecided"], valid["hypotheses"]) == ([], [], [])
    (exact,) = answers(case_of("deducorrect_sign_options", "rounding-masks-eps0"))
    assert {h["mechanism"] for h in exact["hypotheses"]} == {"unexplained"}
    (no_pairs,) = answers(case_of("deducorrect_sign_options", "t2-no-swap"))
    assert sets(no_pairs) == {frozenset({"z"})}


def test_every_sign_case_is_tried():
    assert len(worked("deducorrect_sign_options")["cases"]) == 13
    assert len(worked("scholtus2008_sign_errors")["cases"]) == 5


@pytest.mark.parametrize("case_id", ["a", "b"])
def test_scholtus_2008_running_totals_come_first(case_id):
    case = case_of("scholtus2008_cumulation", case_id)
    (answer,) = answers(case)
    best = answer["hypotheses"][0]
    assert frozenset(best["cells"]) == frozenset(case["expected"]["changed"]) and best["mechanism"] == "in_period"
    assert case["record"] | best["suggested"] == case["expected"]["record"]
    assert frozenset(case["expected"]["changed"]) in sets(answer)


def test_scholtus_2008_a_running_total_beside_a_swap():
    """The three published cells are one hypothesis; fewer cells suffice, so they are no minimal set (0020)."""
    case = case_of("scholtus2008_cumulation", "c")
    (answer,) = answers(case)
    published = frozenset(case["expected"]["changed"])
    assert published in {frozenset(h["cells"]) for h in answer["hypotheses"]}
    assert any(found < published for found in sets(answer))
    assert answer["hypotheses"][0]["suggested"]["x1"] == case["expected"]["record"]["x1"]


def test_a_form_in_thousands_is_seen_by_its_last_period_alone():
    case = case_of("scholtus2008_unit_and_rounding", "unit-1000")
    (silent,) = answers(case)
    assert (silent["violated"], silent["hypotheses"]) == ([], [])
    (answer,) = answers(case, previous=case["reference"])
    assert answer["violated"] == []
    assert answer["hypotheses"][0]["mechanism"] == "unit_all"
    rounded = {cell: round(value) for cell, value in answer["hypotheses"][0]["suggested"].items()}
    assert rounded == case["expected"]["record_rounded"]


def test_figures_rounded_one_by_one_are_not_flagged():
    unit = case_of("scholtus2008_unit_and_rounding", "unit-1000")
    tree = case_of("scholtus2008_unit_and_rounding", "scapegoat")
    lost = case_of("scholtus2008_unit_and_rounding", "additivity-lost-by-rounding")
    three = {"rules": ["a + b == t"], "record": dict(zip("abt", lost["rounded"], strict=True))}
    for case in ({"rules": unit["rules"], "record": unit["expected"]["record_rounded"]}, tree, three):
        halves = {cell: [value - 0.5, value + 0.5] for cell, value in case["record"].items()}
        (answer,) = answers({"rules": case["rules"], "record": case["record"]}, intervals=halves)
        assert (answer["violated"], answer["objective"]) == ([], 0)
        (exact,) = answers({"rules": case["rules"], "record": case["record"]})
        assert exact["violated"]


def test_scapegoat_rounding_is_not_called_an_error_of_more_cells_than_needed():
    tree = case_of("scholtus2008_unit_and_rounding", "scapegoat")
    (answer,) = answers(tree)
    assert [rule + 1 for rule in answer["violated"]] == tree["violated"]
    assert changed(tree["record"], tree["expected"]["one_solution"]) in sets(answer)
    fixed = case_of("scholtus2008_unit_and_rounding", "simple")
    (simple,) = answers(fixed)
    assert fixed["record"] | suggestions(simple)[0] == fixed["expected"]["record"]
