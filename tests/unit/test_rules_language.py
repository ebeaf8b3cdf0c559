"""The language of the rules: what it expands to, and what it refuses with a clear sentence."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.rulebook.language import read_rules
from expectations.rulebook.loading import bounds_of, load_rules
from expectations.rulebook.rule import RuleError
from expectations.rulebook.vocabulary import Vocabulary, read_vocabulary
from ingestion.forms import load_forms
from warehouse.settings import Settings

SETTINGS = Settings(home=Path(), database_url=None, inbox=None)
BASE: dict[str, Any] = {
    "id": "X-01", "version": 1, "judges": "kinh-phi", "sheet": "money", "level": 1, "missing": "undecided",
    "valid_from": date(2024, 1, 1), "vi": "một câu", "en": "a sentence", "legal_basis": "một căn cứ", "severity": "warn",
    "scope": ["activity_code"], "operator": "<=",
    "left": [{"columns": ["kcdp_t_disbursed"]}], "right": [{"columns": ["kcdp_t_plan"]}],
}  # fmt: skip


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary(load_forms(SETTINGS.forms, SETTINGS.register), SETTINGS.register)


def _read(tmp_path: Path, vocabulary: Vocabulary, *entries: dict[str, Any]) -> list[Any]:
    (tmp_path / "some.yml").write_text(yaml.safe_dump({"rules": list(entries)}, allow_unicode=True), encoding="utf-8")
    return read_rules(tmp_path, vocabulary)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"left": [{"columns": ["no_such_column"]}]}, "no column 'no_such_column'"),
        ({"left": [{"form": "no-form", "columns": ["x"]}]}, "unknown form 'no-form'"),
        ({"left": [{"indicators": ["KC-Z99"]}]}, "unknown indicator 'KC-Z99'"),
        ({"left": [{"funds": ["KCXX"]}]}, "unknown fund 'KCXX'"),
        ({"left": [{"activities": ["A77"]}]}, "unknown activity 'A77'"),
        ({"left": [{"indicators_where": {"behaviour": ["no such"]}}]}, "behaviour of an indicator is 'no such'; it must be one of"),
        ({"left": [{"columns": ["kcdp_t_plan"], "shift": "tomorrow"}]}, "unknown shift 'tomorrow'"),
        ({"left": [{"column": ["kcdp_t_plan"]}]}, "unknown key 'column'"),
        ({"severity": "fatal"}, "severity is 'fatal'"),
        ({"scope": ["province"]}, "scope is 'province'"),
        ({"legal_basis": ""}, "legal_basis is ''; it must be a text"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"operator": "~"}, "operator is '~'"),
        ({"operator": "==", "severity": "block", "left": [{"columns": ["kcqg_plan"]}]}, "at most warn"),
        ({"left": [{"indicators": ["KC-A1-01"]}]}, "picks no column"),
        ({"each": True}, "without a factor"),
        ({"each": True, "left": [{"columns": ["kcdp_t_plan"], "times": 2}], "right": 0}, "without a factor"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, vocabulary: Vocabulary, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RuleError, match=r"some\.yml line \d+: X-01") as raised:
        _read(tmp_path, vocabulary, {**BASE, **change})
    assert sentence in str(raised.value)


SCALE: dict[str, Any] = {name: value for name, value in BASE.items() if name not in ("scope", "operator", "left", "right")}
OWN = {"columns": ["kcdp_t_plan"]}


@pytest.mark.parametrize(
    ("scale", "severity", "sentence"),
    [
        ({"year_before": [{"own": OWN, "against": OWN}]}, "warn", "the report is gauged against itself"),
        ({"year_before": [{"own": OWN, "against": {"shift": "prior_year"}}]}, "block", "one gauge alone blocks no report"),
        ({"last_year": []}, "warn", "unknown key 'last_year'"),
        ({"own_size": [{"own": OWN, "against": {"shift": "prior_year"}}]}, "warn", "unknown key 'against'"),
        ({"decisions": [{"own": OWN}]}, "warn", "against"),
    ],
)
def test_a_rule_of_scale_has_gauges_that_know_the_money_without_the_report(
    tmp_path: Path, vocabulary: Vocabulary, scale: dict[str, Any], severity: str, sentence: str
) -> None:
    with pytest.raises(RuleError, match=r"some\.yml line \d+: X-01") as raised:
        _read(tmp_path, vocabulary, {**SCALE, "scale": scale, "severity": severity})
    assert sentence in str(raised.value)


def test_a_changed_bound_is_another_rule(tmp_path: Path) -> None:
    register = tmp_path / "register"
    shutil.copytree(SETTINGS.register, register)
    before = bounds_of(SETTINGS)
    parameters = register / "parameters.csv"
    text = parameters.read_text(encoding="utf-8")
    parameters.write_text(text.replace("scale_share_pct,90,", "scale_share_pct,80,"), encoding="utf-8")
    after = bounds_of(replace(SETTINGS, register=register))
    assert {family for family in before if before[family] != after[family]} == {"scale"}


def test_an_id_stands_once(tmp_path: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(RuleError, match="X-01: this id stands twice"):
        _read(tmp_path, vocabulary, BASE, BASE)


def test_a_chain_is_its_links_from_small_to_large_and_to_the_last(tmp_path: Path, vocabulary: Vocabulary) -> None:
    steps = [{"columns": [name], "vi": name, "en": name} for name in ("kcdp_t_settled", "kcdp_t_disbursed", "kcdp_t_plan")]
    entry = {**BASE, "chain": steps, "vi": "{small} ≤ {large}", "en": "{small} <= {large}"}
    rules = _read(tmp_path, vocabulary, entry)
    assert [(rule.rule_id, rule.operator, rule.en) for rule in rules] == [
        ("X-01-1", "<=", "kcdp_t_settled <= kcdp_t_disbursed"),
        ("X-01-2", "<=", "kcdp_t_disbursed <= kcdp_t_plan"),
        ("X-01-1-3", "<=", "kcdp_t_settled <= kcdp_t_plan"),
    ]


def test_a_tree_is_a_balance_for_each_inner_node(tmp_path: Path, vocabulary: Vocabulary) -> None:
    def leaf(name: str) -> dict[str, Any]:
        return {"columns": [name], "vi": name, "en": name}

    local = {"whole": leaf("kcdp_t_implemented"), "parts": [leaf("kcdp_h_implemented"), leaf("kcdp_x_implemented")]}
    tree = {"whole": leaf("total_implemented"), "parts": [leaf("kcqg_implemented"), local]}
    rules = _read(tmp_path, vocabulary, {**BASE, "tree": tree, "vi": "{whole}: {parts}", "en": "{whole}: {parts}"})
    assert [(rule.rule_id, [term.column_names[0] for term in rule.terms]) for rule in rules] == [
        ("X-01", ["total_implemented", "kcqg_implemented", "kcdp_t_implemented"]),
        ("X-01-1", ["kcdp_t_implemented", "kcdp_h_implemented", "kcdp_x_implemented"]),
    ]


def test_the_hash_of_terms_follows_bounds_and_not_words(tmp_path: Path, vocabulary: Vocabulary) -> None:
    def hash_of(**change: Any) -> str:
        return _read(tmp_path, vocabulary, {**BASE, **change})[0].terms_hash

    assert hash_of() == hash_of(vi="câu khác", severity="shadow")
    assert len({hash_of(), hash_of(operator=">="), hash_of(tolerance_pct=5), hash_of(missing="zero")}) == 4


def test_the_rules_of_the_programme() -> None:
    rules = load_rules(SETTINGS)
    assert len(rules) >= 25
    assert {rule.family for rule in rules} == {"linear", "ratio", "unique", "not_copy", "cap", "outlier", "scale"}
    for rule in (rule for rule in rules if rule.family != "scale"):
        others = {(t.form_code, t.period_shift) for t in rule.terms} - {(rule.judges, "same")}
        assert len(others) <= 1, f"{rule.rule_id} compares with more than one other source"
