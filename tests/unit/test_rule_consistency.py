"""Rules judged against each other: what contradicts is refused by name, what others force is named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.rulebook.consistency import ContradictoryRules, redundant_rules, refuse_contradictions
from expectations.rulebook.language import read_rules
from expectations.rulebook.loading import load_rules, vocabulary_of
from expectations.rulebook.rule import Rule
from expectations.rulebook.vocabulary import Vocabulary
from warehouse.settings import Settings

SETTINGS = Settings(home=Path(), database_url=None, inbox=None)
BASE: dict[str, Any] = {
    "version": 1, "judges": "kinh-phi", "sheet": "money", "level": 1, "missing": "undecided", "severity": "block",
    "valid_from": date(2024, 1, 1), "vi": "một câu", "en": "a sentence", "legal_basis": "một căn cứ",
    "scope": ["activity_code"],
}  # fmt: skip
DISBURSED, PLAN, SETTLED = "kcdp_t_disbursed", "kcdp_t_plan", "kcdp_t_settled"

Read = Callable[..., list[Rule]]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return vocabulary_of(SETTINGS)


@pytest.fixture
def read(tmp_path: Path, vocabulary: Vocabulary) -> Read:
    """Reads rules from (id, left, operator, right, more) with columns as sides; a column may come as `50 column`."""

    def side(names: Any) -> Any:
        if isinstance(names, str):
            names = [names]
        if not names:
            return 0
        parts = [name.split() for name in names]
        return [{"columns": [part[-1]], **({"times": int(part[0])} if len(part) > 1 else {})} for part in parts]

    def rules(*entries: tuple[Any, ...]) -> list[Rule]:
        written = [
            {**BASE, "id": name, "left": side(left), "operator": operator, "right": side(right), **(more[0] if more else {})}
            for name, left, operator, right, *more in entries
        ]
        (tmp_path / "some.yml").write_text(yaml.safe_dump({"rules": written}, allow_unicode=True), encoding="utf-8")
        return read_rules(tmp_path, vocabulary)

    return rules


NOT_NEGATIVE = ("POSITIVE", [DISBURSED, PLAN, SETTLED], ">=", 0, {"each": True, "missing": "zero", "scope": ["column_name"]})


def test_rules_that_leave_a_figure_nothing_but_nought_are_refused_by_name(read: Read, vocabulary: Vocabulary) -> None:
    rules = read(
        NOT_NEGATIVE, ("HALF", ["2 " + DISBURSED], "<=", PLAN), ("MOST", DISBURSED, ">=", PLAN), ("FAR", SETTLED, "<=", PLAN)
    )
    with pytest.raises(ContradictoryRules, match="from 2024-01-01") as refused:
        refuse_contradictions(rules, vocabulary)
    assert set(refused.value.names) <= {"POSITIVE", "HALF", "MOST"} and {"HALF", "MOST"} <= set(refused.value.names)
    for name in refused.value.names:
        refuse_contradictions([rule for rule in rules if rule.rule_id != name], vocabulary)


def test_a_total_that_is_the_sum_of_fewer_parts_elsewhere_contradicts(read: Read, vocabulary: Vocabulary) -> None:
    rules = read(("TWO", PLAN, "==", [DISBURSED, SETTLED]), ("ONE", PLAN, "==", DISBURSED))
    with pytest.raises(ContradictoryRules) as refused:
        refuse_contradictions(rules, vocabulary)
    assert refused.value.names == ("TWO", "ONE")


def test_a_contradiction_through_lines_and_their_total_is_found(read: Read, vocabulary: Vocabulary) -> None:
    lines = {"scope": ["column_name"], "right": [{"columns": [PLAN], "line": "total"}]}
    rules = read(
        NOT_NEGATIVE, ("SUM", PLAN, "==", PLAN, lines), ("TWICE", ["2 " + PLAN], "<=", PLAN, lines), ("LESS", SETTLED, "<=", PLAN)
    )
    with pytest.raises(ContradictoryRules) as refused:
        refuse_contradictions(rules, vocabulary)
    assert set(refused.value.names) >= {"SUM", "TWICE"} and "LESS" not in refused.value.names


def test_rules_that_are_never_in_force_together_do_not_contradict(read: Read, vocabulary: Vocabulary) -> None:
    before, after = {"valid_to": date(2024, 12, 31)}, {"valid_from": date(2025, 1, 1)}
    pair = (("TWO", PLAN, "==", [DISBURSED, SETTLED]), ("ONE", PLAN, "==", DISBURSED))
    refuse_contradictions(read((*pair[0], before), (*pair[1], after)), vocabulary)
    with pytest.raises(ContradictoryRules, match="from 2024-12-31"):
        refuse_contradictions(read((*pair[0], before), (*pair[1], {"valid_from": date(2024, 12, 31)})), vocabulary)


def test_a_decision_that_something_is_nought_contradicts_nobody(read: Read, vocabulary: Vocabulary) -> None:
    refuse_contradictions(read(NOT_NEGATIVE, ("NONE", PLAN, "==", 0), ("LESS", SETTLED, "<=", PLAN)), vocabulary)


def test_a_contradictory_set_does_not_load(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    for path in SETTINGS.rules.glob("*.yml"):
        (folder / path.name).write_bytes(path.read_bytes())
    columns = {"left": [{"columns": ["kcdp_t_implemented"]}], "right": [{"columns": [PLAN], "times": 2}], "operator": ">="}
    entry = {**BASE, **columns, "id": "ZZ-01", "scope": ["activity_code", "fund_code"]}
    (folder / "zz.yml").write_text(yaml.safe_dump({"rules": [entry]}, allow_unicode=True), encoding="utf-8")

    with pytest.raises(ContradictoryRules) as refused:
        load_rules(dataclasses.replace(SETTINGS, rules=folder))
    assert {"ZZ-01", "KP-05"} <= set(refused.value.names) and len(refused.value.names) <= 3


def test_redundant_rules_name_those_that_force_them(read: Read, vocabulary: Vocabulary) -> None:
    rules = read(("AB", SETTLED, "<=", DISBURSED), ("BC", DISBURSED, "<=", PLAN), ("AC", SETTLED, "<=", PLAN))
    assert redundant_rules(rules, vocabulary) == {"AC": ("AB", "BC")}


def test_what_holds_of_a_sum_does_not_force_its_parts(read: Read, vocabulary: Vocabulary) -> None:
    by_column = {"scope": []}
    of_all = ("ALL", SETTLED, "<=", DISBURSED, by_column)
    of_each = ("EACH", SETTLED, "<=", DISBURSED)
    assert redundant_rules(read(of_all, of_each), vocabulary) == {"ALL": ("EACH",)}


def test_a_rule_is_redundant_only_if_it_is_so_on_all_its_days(read: Read, vocabulary: Vocabulary) -> None:
    until = {"valid_to": date(2024, 12, 31)}
    rules = read(("AB", SETTLED, "<=", DISBURSED, until), ("BC", DISBURSED, "<=", PLAN), ("AC", SETTLED, "<=", PLAN))
    assert redundant_rules(rules, vocabulary) == {}


def test_the_rules_of_the_programme_that_others_force(vocabulary: Vocabulary) -> None:
    """A chain compares each step with the last one too; the links between force that (rule_language: a shared factor hides)."""
    rules = [rule for rule in load_rules(SETTINGS) if rule.judges in ("tien-do", "giao-ke-hoach")]
    assert redundant_rules(rules, vocabulary) == {
        "TD-03-1-4": ("TD-03-1", "TD-03-2", "TD-03-3"),
        "TD-03-2-4": ("TD-03-2", "TD-03-3"),
        "GK-02": ("TD-03-3", "TD-07"),
    }
