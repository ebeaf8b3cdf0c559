"""The minimal sets against an independent enumeration of all sets, on small random problems."""

import random
import time
from itertools import combinations

import pytest

from expectations.reconciliation.feasibility import conflict
from expectations.reconciliation.problem import reconcile
from expectations.reconciliation.simplex import contradiction

OPERATORS = ("==", "==", "<=", ">=", "<", ">")


def random_problem(rng: random.Random) -> dict:
    names = [f"c{i}" for i in range(rng.randrange(3, 7))]

    def comparison(size: int) -> str:
        left = " + ".join(f"{rng.choice((-2, -1, 1, 1, 1, 3))}*{name}" for name in rng.sample(names, size))
        return f"{left} {rng.choice(OPERATORS)} {rng.choice((0, 0, 1, 5))}"

    rules = [comparison(rng.randrange(1, 4)) for _ in range(rng.randrange(1, 5))]
    rules += [f"if ({comparison(1)}) {comparison(rng.randrange(1, 3))}" for _ in range(rng.randrange(2))]
    values = {name: rng.choice((None, *range(-3, 8))) for name in names}
    weights = {name: rng.choice((1, 1, 2, 1.5, "inf")) for name in names}
    record = {"id": "r", "values": values}
    if rng.random() < 0.3:
        record["intervals"] = {n: [v - 0.5, v + 0.5] for n, v in values.items() if v is not None and rng.random() < 0.7}
    return {"rules": rules, "weights": weights, "negative_allowed": rng.random() < 0.5, "records": [record]}


def brute_force(problem: dict) -> tuple[float | None, list[list[str]]]:
    """Try every set of reported, changeable cells: scipy decides whether the rest can stay, the sets being free."""
    optimize = pytest.importorskip("scipy.optimize")
    from expectations.reconciliation.language import read_rule

    (record,) = problem["records"]
    rules = [read_rule(text) for text in problem["rules"]]
    names = list(dict.fromkeys([n for r in rules for n in r.cells] + list(record["values"])))
    changeable = [n for n in names if record["values"].get(n) is not None and problem["weights"].get(n) != "inf"]

    def feasible(chosen: tuple[str, ...]) -> bool:
        limits = []
        for n in names:
            value = record["values"].get(n)
            if value is None or n in chosen:
                limits.append((None if problem["negative_allowed"] else 0, None))
            else:
                limits.append(tuple(record.get("intervals", {}).get(n, (value, value))))
        if not problem["negative_allowed"] and any(high is not None and high < 0 for _, high in limits):
            return False
        if not problem["negative_allowed"]:
            limits = [(max(low, 0), high) for low, high in limits]

        def search(left: list, chosen_rows: list) -> bool:
            if left:
                return any(search(left[1:], [*chosen_rows, option]) for option in left[0].alternatives)
            upper, equal = [], []
            for row in chosen_rows:
                terms = dict(row.terms)
                line = [terms.get(n, 0) for n in names]
                if row.operator == "==":
                    equal.append((line + [0], -row.constant))
                else:
                    strict = 1 if row.operator == ">" else 0
                    upper.append(([-a for a in line] + [strict], row.constant))
            # the last variable is the room left under the strict comparisons: it must come out above zero
            found = optimize.linprog(
                [0] * len(names) + [-1],
                A_ub=[u for u, _ in upper] or None,
                b_ub=[b for _, b in upper] or None,
                A_eq=[e for e, _ in equal] or None,
                b_eq=[b for _, b in equal] or None,
                bounds=[*limits, (0, 1)],
            )
            has_strict = any(row.operator == ">" for row in chosen_rows)
            return found.status == 0 and (not has_strict or found.x[-1] > 1e-7)

        return search(rules, [])

    weight = {n: problem["weights"].get(n, 1) for n in changeable}
    best, sets = None, []
    for size in range(len(changeable) + 1):
        for chosen in combinations(changeable, size):
            total = sum(weight[n] for n in chosen)
            if (best is None or total <= best) and feasible(chosen):
                if best is None or total < best:
                    best, sets = total, []
                sets.append(sorted(chosen))
    return best, sorted(sets)


@pytest.mark.parametrize("seed", range(60))
def test_all_minimal_sets_and_nothing_else(seed):
    rng = random.Random(seed)
    for _ in range(3):
        problem = random_problem(rng)
        try:
            (found,) = reconcile(problem)["records"]
        except ValueError:
            continue
        objective, sets = brute_force(problem)
        assert (found["objective"], sorted(map(sorted, found["minimal_sets"]))) == (objective, sets), problem


def test_the_order_of_rules_and_figures_does_not_matter():
    values = {"a": 5, "b": 7, "t": 13, "u": 4, "v": 6}
    rules = ["a + b == t", "u + v == t", "a <= 4"]
    one = reconcile({"rules": rules, "records": [{"id": 1, "values": values}]})["records"][0]
    turned = dict(reversed(list(values.items())))
    other = reconcile({"rules": rules[::-1], "records": [{"id": 1, "values": turned}]})["records"][0]
    assert {frozenset(s) for s in one["minimal_sets"]} == {frozenset(s) for s in other["minimal_sets"]}
    assert one["objective"] == other["objective"]
    assert one == reconcile({"rules": rules, "records": [{"id": 1, "values": values}]})["records"][0]


def test_an_unsolvable_record_says_so_and_is_not_called_given_up():
    problem = {
        "rules": ["a == b"],
        "weights": {"a": "inf", "b": "inf"},
        "records": [{"id": 1, "values": {"a": 1, "b": 2}}],
    }
    (found,) = reconcile(problem)["records"]
    assert (found["violated"], found["objective"], found["minimal_sets"], found["gave_up"]) == ([0], None, [], False)


def test_a_budget_that_runs_out_is_told(monkeypatch):
    monkeypatch.setattr("expectations.reconciliation.problem.MOST_MINIMAL_SETS", 8)
    names = [f"{block}{i}" for block in "abc" for i in range(3)]
    rules = [f"{b}0 + {b}1 == {b}2" for b in "abc"]
    (found,) = reconcile({"rules": rules, "records": [{"id": 1, "values": dict.fromkeys(names, 10)}]})["records"]
    assert found["gave_up"] and found["objective"] is None and found["minimal_sets"] == []
    assert found["violated"] == [0, 1, 2]


@pytest.mark.parametrize("errors", [1, 3, 5, 10])
def test_the_published_balance_tree_with_k_errors_needs_k_cells(errors):
    n = 20
    rules = [f"x{i} == x{2 * i} + x{2 * i + 1}" for i in range(1, n + 1)]
    rules += ["x1 >= 0", *(f"x1 >= x{i}" for i in range(2, 2 * n + 2))]
    values = dict.fromkeys((f"x{i}" for i in range(1, 2 * n + 2)), 0)
    leaves = random.Random(3).sample(range(n + 1, 2 * n + 2), errors)
    values |= {f"x{i}": -1 for i in leaves}
    (found,) = reconcile({"rules": rules, "records": [{"id": errors, "values": values}]})["records"]
    assert not found["gave_up"] and found["objective"] == errors
    assert [f"x{i}" for i in sorted(leaves)] in found["minimal_sets"]


def test_strict_and_open_ends_are_told_apart():
    assert conflict([({0: 1}, 0, 1, 1), ({0: -1}, 0, 1, 2)]) is None
    assert conflict([({0: 1}, 0, 2, 1), ({0: -1}, 0, 1, 2)]) == 3


def random_system(rng: random.Random) -> list:
    rows = []
    for origin in range(rng.randrange(1, 9)):
        chosen = rng.sample(range(5), rng.randrange(1, 4))
        coefficients = {v: rng.choice((-3, -2, -1, 1, 1, 2)) for v in chosen}
        rows.append((coefficients, rng.randrange(-6, 7), rng.choice((0, 1, 1)), 1 << origin))
    return rows


def test_simplex_and_elimination_agree_and_name_a_contradictory_part():
    rng, verdicts = random.Random(11), []
    for _ in range(400):
        system = random_system(rng)
        one, other = conflict(system), contradiction(system)
        assert (one is None) == (other is None)
        verdicts.append(one is None)
        for mask in (one, other):
            if mask is not None:
                assert conflict([row for row in system if row[3] & mask]) is not None
    assert 50 < sum(verdicts) < 350


def test_many_blanks_do_not_end_the_search():
    rng, rows, columns = random.Random(4), 12, 12
    rules = [f"r{i} == " + " + ".join(f"x{i}_{j}" for j in range(columns)) for i in range(rows)]
    rules += [f"c{j} == " + " + ".join(f"x{i}_{j}" for i in range(rows)) for j in range(columns)]
    values = {f"x{i}_{j}": rng.randrange(100, 9999) for i in range(rows) for j in range(columns)}
    values |= {f"r{i}": sum(values[f"x{i}_{j}"] for j in range(columns)) for i in range(rows)}
    values |= {f"c{j}": sum(values[f"x{i}_{j}"] for i in range(rows)) for j in range(columns)}
    cells = sorted(name for name in values if name.startswith("x") and name != "x0_0")
    values |= dict.fromkeys(rng.sample(cells, 50)) | {"x0_0": values["x0_0"] * 1000}
    problem = {"rules": rules, "negative_allowed": False, "records": [{"id": 1, "values": values}]}
    (found,) = reconcile(problem)["records"]
    assert not found["gave_up"] and found["objective"] == 1 and ["x0_0"] in found["minimal_sets"]


def test_a_search_without_end_is_given_up_in_time():
    rows, width = 14, 11
    rules = [f"r{i} + z == " + " + ".join(f"x{i}_{j}" for j in range(width)) for i in range(rows)]
    values = {f"x{i}_{j}": 1000 + 37 * i + j for i in range(rows) for j in range(width)}
    values |= {f"r{i}": 5 * i for i in range(rows)} | {"z": 3}
    start = time.process_time()
    (found,) = reconcile({"rules": rules, "records": [{"id": 1, "values": values}]})["records"]
    assert found["gave_up"] and found["minimal_sets"] == [] and len(found["violated"]) == rows
    assert time.process_time() - start < 20


def test_two_hundred_figures():
    rules = [f"g{g} == " + " + ".join(f"x{g}_{i}" for i in range(9)) for g in range(20)]
    values = {f"x{g}_{i}": 10 * g + i for g in range(20) for i in range(9)}
    values |= {f"g{g}": sum(10 * g + i for i in range(9)) for g in range(20)}
    values["x7_3"] += 100
    (found,) = reconcile({"rules": rules, "records": [{"id": 1, "values": values}]})["records"]
    assert found["objective"] == 1 and len(found["minimal_sets"]) == 10 and ["x7_3"] in found["minimal_sets"]
