"""Combining the repairs of components, and knowing when it cannot be decided."""

import pytest

from expectations.reconciliation.changes import repair
from expectations.reconciliation.ranking import is_undecided, rank


def test_the_cheapest_combination_comes_first_and_confidence_adds_to_less_than_one():
    one = [repair(1.0, {0: 5}, "sign"), repair(3.0, {1: None}, "unexplained")]
    other = [repair(0.5, {7: 1}, "unit_cell"), repair(1.0, {8: 2, 9: 3}, "swap")]
    found = rank([one, [], other])
    assert [h.cells for h in found] == [(0, 7), (0, 8, 9), (1, 7), (1, 8, 9)]
    confidences = [h.confidence for h in found]
    assert confidences == sorted(confidences, reverse=True) and sum(confidences) < 1
    assert found[0].parts[0].mechanism == "sign" and found[0].parts[1].mechanism == "unit_cell"


def test_nothing_odd_has_no_hypothesis():
    assert rank([]) == [] and rank([[], []]) == []


def test_only_the_best_ten_combinations_are_kept():
    many = [[repair(float(i), {10 * k + i: None}, "unexplained") for i in range(6)] for k in range(3)]
    found = rank(many)
    assert len(found) == 10
    costs = [sum(part.cost for part in h.parts) for h in found]
    assert costs == sorted(costs) and costs[-1] <= 3


@pytest.mark.parametrize(("second", "undecided"), [(1.0, True), (1.45, True), (1.6, False), (3.0, False)])
def test_close_costs_cannot_be_decided(second, undecided):
    found = rank([[repair(1.0, {0: 1}, "sign"), repair(second, {1: 1}, "decimal")]])
    assert is_undecided(found) is undecided


def test_a_single_hypothesis_is_decided():
    assert not is_undecided(rank([[repair(9.0, {0: None}, "unexplained")]]))
