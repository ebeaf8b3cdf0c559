"""What rules may say of a form's own dimensions, conditions, absence and signs is refused by name where it cannot be meant."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.reconciliation.language import RuleError as SentenceError
from expectations.reconciliation.language import read_rule
from expectations.rulebook.consistency import ContradictoryRules, refuse_contradictions
from expectations.rulebook.language import read_rules
from expectations.rulebook.rule import Rule, RuleError
from expectations.rulebook.vocabulary import Vocabulary, read_vocabulary
from ingestion.forms import load_forms
from warehouse.settings import PROJECT, Settings

SETTINGS = Settings(home=Path(), database_url=None, inbox=None)
FOLDER = PROJECT / "tests" / "integration" / "own_rules"
BASE: dict[str, Any] = yaml.safe_load("""
{id: X, judges: bieu-a, sheet: lines, version: 1, level: 1, missing: undecided, severity: warn, valid_from: 2024-01-01, vi: một câu,
 en: a sentence, legal_basis: căn cứ, scope: [project_key], left: [{columns: [paid]}], operator: "<=", right: [{columns: [amount]}]}
""")
B = {"form": "bieu-b", "sheet": "lines", "columns": ["received"]}


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    folder = tmp_path_factory.mktemp("forms")
    for path in (*SETTINGS.forms.glob("*.yml"), *(FOLDER / "forms").glob("*.yml")):
        shutil.copy(path, folder)
    return read_vocabulary(load_forms(folder, SETTINGS.register), SETTINGS.register)


def _read(tmp_path: Path, vocabulary: Vocabulary, **words: Any) -> list[Rule]:
    (tmp_path / "some.yml").write_text(yaml.safe_dump({"rules": [{**BASE, **words}]}, allow_unicode=True), encoding="utf-8")
    return read_rules(tmp_path, vocabulary)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"left": [{"columns": ["paid"], "where": {"sexx": ["F"]}}]}, "no dimension or attribute 'sexx'"),
        ({"left": [{"columns": ["paid"], "where": {"sex": ["X"]}}]}, "where, sex is 'X'; it must be one of F, M"),
        ({"left": [{"columns": ["paid"], "where": {"sex": []}}]}, "where: sex lists no code"),
        ({"left": [{"columns": ["paid"], "where": {"sex": "F"}}]}, "it must be a mapping of names to lists of texts"),
        ({"left": [{"columns": ["paid"], "where": {"amount": ["F"]}}]}, "no dimension or attribute 'amount'"),
        ({"scope": ["sexx"]}, "scope is 'sexx'"),
        ({"scope": ["kind"], "right": [B]}, "bieu-b/lines has no dimension or attribute 'kind'"),
        ({"scope": ["note"]}, "'note' of bieu-a/lines may be left empty"),
        ({"scope": ["row"], "right": [B]}, "a row is a line of the report judged"),
        ({"scope": ["row"], "right": [{"columns": ["amount"], "shift": "previous"}]}, "a row is a line of the report judged"),
        ({"when": [{"columns": ["base"], "operator": "!=", "value": 0}]}, "operator is '!='"),
        ({"when": [{"columns": ["base"], "operator": ">", "value": "0"}]}, "value is '0'; it must be a number"),
        ({"when": [{"columns": ["base"]}]}, "when: the key 'operator' is missing"),
        ({"when": [{"columns": ["basis"], "operator": ">", "value": 0}]}, "no column 'basis'"),
        ({"when": [{"where": {"note": ["r"]}}]}, "where, note is 'r'"),
        ({"when": [{"where": {"note": ["p"]}}, {"where": {"note": ["q"]}}]}, "asked for twice"),
        ({"when": {"columns": ["base"]}}, "it must be a list of entries"),
        ({"scope": ["column_name"], "when": [{"columns": ["base"], "operator": ">", "value": 0}]}, "no other column in its scope"),
        ({"right": [{**B, "absent": "nought"}]}, "absent is 'nought'; it must be one of undecided, zero"),
        ({"right": [{**B, "absent_report": 0}]}, "absent_report is 0"),
        ({"right": [{**B, "absent": "zero"}], "missing": "must_exist"}, "one of both"),
        ({"right": [B, {**B, "form": "bieu-d", "columns": ["given"]}], "widen_by_cutoff": True}, "with one other form or period"),
        ({"right": [{"columns": ["amount"], "shift": "last_of_year"}]}, "Near it: last_of_year_before"),
        ({"left": [{"columns": ["net"]}], "operator": ">=", "right": 0, "each": True}, "'net' may be below 0 by its form"),
    ],
)
def test_a_word_that_cannot_be_meant_is_refused(
    tmp_path: Path, vocabulary: Vocabulary, words: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RuleError, match=r"some\.yml.*X") as refused:
        _read(tmp_path, vocabulary, **words)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("words", [
    {"when": [{"columns": ["base"], "operator": ">", "value": 0}]}, {},
])  # fmt: skip
def test_a_family_that_is_not_linear_has_no_conditions_and_no_absence(
    tmp_path: Path, vocabulary: Vocabulary, words: dict[str, Any]
) -> None:
    body = {key: value for key, value in BASE.items() if key not in ("left", "right", "operator", "scope")}
    unique: dict[str, Any] = {"key": "project_key", "columns": ["paid"], "sheet": "lines", **({} if words else {"absent": "zero"})}
    (tmp_path / "some.yml").write_text(yaml.safe_dump({"rules": [{**body, **words, "unique": unique}]}), encoding="utf-8")
    with pytest.raises(RuleError, match="of a linear rule, not of one of the family unique|of a term of a linear rule"):
        read_rules(tmp_path, vocabulary)


def test_a_word_that_is_not_said_changes_no_hash(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (plain,) = _read(tmp_path, vocabulary)
    said = [
        {"left": [{"columns": ["paid"], "where": {"sex": ["F"]}}]}, {"left": [{"columns": ["paid"], "where": {"sex": ["M"]}}]},
        {"left": [{"columns": ["paid"], "absent": "zero"}]}, {"left": [{"columns": ["paid"], "absent_report": "zero"}]},
        {"when": [{"columns": ["base"], "operator": ">", "value": 0}]},
        {"when": [{"columns": ["base"], "operator": ">", "value": 1}]},
        {"when": [{"where": {"note": ["p"]}}]}, {"scope": ["project_key", "sex"]}, {"scope": ["row"]},
    ]  # fmt: skip
    hashes = {_read(tmp_path, vocabulary, **words)[0].terms_hash for words in said}
    assert len(hashes) == len(said) and plain.terms_hash not in hashes
    empty = {"left": [{"columns": ["paid"], "where": {}, "absent": "undecided", "absent_report": "undecided"}], "when": []}
    assert _read(tmp_path, vocabulary, **empty)[0].terms_hash == plain.terms_hash
    assert all("where" not in str(part) for part in plain.terms[0].content())


def test_a_total_of_the_opposite_sign_contradicts_only_where_no_figure_may_be_below_nought(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    opposite = {"scope": [], "operator": "=="}
    sides = {"left": [{"columns": ["net"], "line": "total"}], "right": [{"columns": ["net"], "times": -1}]}
    refuse_contradictions(_read(tmp_path, vocabulary, **opposite, **sides), vocabulary)
    sides = {"left": [{"columns": ["paid"], "line": "total"}], "right": [{"columns": ["paid"], "times": -1}]}
    with pytest.raises(ContradictoryRules):
        refuse_contradictions(_read(tmp_path, vocabulary, **opposite, **sides), vocabulary)
    # a figure that rules leave nothing but nought from both sides, though it may be below it
    closed = []
    for name, operator, times in (("LEAST", ">=", 2), ("MOST", "<=", 3)):
        sides = {"left": [{"columns": ["net"]}], "right": [{"columns": ["net"], "times": times}]}
        closed += [dataclasses.replace(_read(tmp_path, vocabulary, operator=operator, **sides)[0], rule_id=name)]
    with pytest.raises(ContradictoryRules, match="LEAST, MOST"):
        refuse_contradictions(closed, vocabulary)


def test_a_condition_that_may_not_hold_contradicts_nobody(tmp_path: Path, vocabulary: Vocabulary) -> None:
    words = {"operator": "==", "right": [{"columns": ["paid"], "times": 2}]}
    with pytest.raises(ContradictoryRules):
        refuse_contradictions(_read(tmp_path, vocabulary, **words), vocabulary)
    when = [{"columns": ["base"], "operator": ">", "value": 0}]
    refuse_contradictions(_read(tmp_path, vocabulary, **words, when=when), vocabulary)


def test_a_sentence_of_the_engine_may_have_several_conditions() -> None:
    rule = read_rule("if (x > 0) if (z == 2) y >= 1")
    assert [(each.terms, each.constant, each.operator) for each in rule.alternatives] == [
        ((("x", -1),), 0, ">="), ((("z", 1),), -2, ">"), ((("z", -1),), 2, ">"), ((("y", 1),), -1, ">="),
    ]  # fmt: skip
    with pytest.raises(SentenceError, match="bracket of the condition is not closed"):
        read_rule("if (x > 0) if (z == 2 y >= 1")


def test_codes_of_columns_are_names_for_rules_too():
    from dataclasses import replace

    from expectations.rulebook.own_names import own_names

    sheet = load_forms(SETTINGS.forms, SETTINGS.register)["kinh-phi"].sheets[0]
    first, second, *rest = sheet.columns
    split = replace(sheet, columns=(replace(first, keys={"sex": "F"}), replace(second, keys={"sex": "M"}), *rest))
    assert own_names(split, {}) == {"sex": ("F", "M")}
