"""The worked cases with published answers, read from the folder beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from expectations.reconciliation.problem import reconcile

CASES = Path(__file__).resolve().parents[3].parent / "shared" / "cases"


def worked(name: str) -> dict:
    """One file of worked cases; the test skips where the folder is not there."""
    path = CASES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"worked cases are not beside the checkout: ../shared/cases/{name}.json")
    return json.loads(path.read_text(encoding="utf-8"))


def case_of(name: str, case_id: str) -> dict:
    """One case of a file by its id."""
    (found,) = [case for case in worked(name)["cases"] if case["id"] == case_id]
    return found


def problem_of(case: dict, **record: object) -> dict:
    """The case as a problem of `kc reconcile`: fixed cells weigh "inf"; `record` adds intervals or previous."""
    records = case.get("records") or [case["record"]]
    return {
        "rules": case["rules"],
        "weights": dict(case.get("weights") or {}) | dict.fromkeys(case.get("fixed", ()), "inf"),
        "negative_allowed": case.get("negative_allowed", True),
        "records": [
            {"id": values.get("id", i), "values": {k: v for k, v in values.items() if k != "id"}} | record
            for i, values in enumerate(records)
        ],
    }


def answers(case: dict, **record: object) -> list[dict]:
    """The answers of `kc reconcile` to the records of a case."""
    return reconcile(problem_of(case, **record))["records"]


def sets(answer: dict) -> set[frozenset[str]]:
    """The minimal sets of an answer."""
    return {frozenset(cells) for cells in answer["minimal_sets"]}


def changed(before: dict, after: dict) -> frozenset[str]:
    """The cells in which two records differ."""
    return frozenset(cell for cell in after if after[cell] != before[cell])


def suggestions(answer: dict) -> list[dict]:
    """What the hypotheses suggest, best first."""
    return [hypothesis["suggested"] for hypothesis in answer["hypotheses"]]


def with_tolerance(rules: list[str], tolerance: float) -> list[str]:
    """Equalities that may miss by so much, as two inequalities each."""
    found = []
    for rule in rules:
        left, is_equality, right = rule.partition("==")
        if not is_equality or not tolerance:
            found.append(rule)
        else:
            found += [f"{left} <= {right} + {tolerance}", f"{left} >= {right} - {tolerance}"]
    return found
