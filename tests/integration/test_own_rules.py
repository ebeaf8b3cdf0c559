"""The words that no rule of the programme uses, on an invented form: each kind of rule passes, fails and abstains as worked out by
hand (own_rules/proofs), and a rule with one such word less, or another, contradicts its proof."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from judging import Judged, judged_cases
from own_rule_mutants import mutants_of_entry
from rule_proofs import contradictions, give_places, read_proofs

from expectations.rulebook.consistency import redundant_rules, refuse_contradictions
from expectations.rulebook.language import read_rules
from expectations.rulebook.rule import Rule, RuleError
from expectations.rulebook.vocabulary import Vocabulary, read_vocabulary
from ingestion.forms import load_forms
from warehouse.address import Warehouse
from warehouse.settings import Settings

FOLDER = Path(__file__).parent / "own_rules"
SETTINGS = Settings(home=Path(), database_url=None, inbox=None)
CASES = read_proofs(FOLDER / "proofs")
YEARS = give_places(CASES)
CONTENT = yaml.safe_load((FOLDER / "rules" / "own.yml").read_text(encoding="utf-8"))
# Another rule that says the same of every report that can be.
EQUIVALENT: dict[str, tuple[str, ...]] = {}


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programme's register, in which provinces owe the invented forms."""
    folder = Path(shutil.copytree(SETTINGS.register, tmp_path_factory.mktemp("own") / "register"))
    with (folder / "form_roles.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{path.stem},province,so\n" for path in sorted((FOLDER / "forms").glob("*.yml")))
    return folder


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory, register: Path) -> Vocabulary:
    folder = tmp_path_factory.mktemp("forms")
    for path in (*SETTINGS.forms.glob("*.yml"), *(FOLDER / "forms").glob("*.yml")):
        shutil.copy(path, folder)
    return read_vocabulary(load_forms(folder, register), register)


@pytest.fixture(scope="module")
def rules(vocabulary: Vocabulary) -> list[Rule]:
    return read_rules(FOLDER / "rules", vocabulary)


@pytest.fixture(scope="module")
def mutants(vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str, Rule]]:
    """The id under which a mutant is judged → its rule, what was changed, the mutant; those that the language refuses are none."""
    folder, found = tmp_path_factory.mktemp("mutants"), {}
    for entry in CONTENT["rules"]:
        first, last = YEARS[entry["id"]]
        for change, mutant in mutants_of_entry(entry):
            (folder / "mutant.yml").write_text(yaml.safe_dump({**CONTENT, "rules": [mutant]}, allow_unicode=True), encoding="utf-8")
            try:
                (rule,) = read_rules(folder, vocabulary)
            except RuleError:
                continue
            key = f"{entry['id']}~{len(found)}"
            days = {"valid_from": date(first, 1, 1), "valid_to": date(last, 12, 31)}
            found[key] = (entry["id"], change, dataclasses.replace(rule, rule_id=key, **days))
    return found


@pytest.fixture(scope="module")
def judged(
    cluster: Warehouse, tmp_path_factory: pytest.TempPathFactory, rules: list[Rule], mutants: dict[str, tuple[str, str, Rule]],
    vocabulary: Vocabulary, register: Path,
) -> Iterator[Judged]:  # fmt: skip
    """The rules and their mutants on the figures of the proofs, in one run of dbt."""
    every = [*rules, *(rule for _, _, rule in mutants.values())]
    own = {"forms": vocabulary.forms, "more_settings": {"register": register}}
    with judged_cases(cluster, tmp_path_factory.mktemp("own"), every, CASES, **own) as found:
        yield found


def test_each_rule_has_a_proof_in_which_it_passes_fails_and_abstains(rules: list[Rule]) -> None:
    assert {rule.rule_id for rule in rules} == set(CASES)
    for cases in CASES.values():
        words = {case.says.split()[0] for case in cases}
        assert words >= {"pass", "fail"} and words & {"undecided", "nothing"}


@pytest.mark.parametrize("rule_id", list(CASES))
def test_a_rule_says_what_its_proof_says(judged: Judged, rule_id: str) -> None:
    assert [said for case in CASES[rule_id] for said in contradictions(case, rule_id, judged.verdicts, judged.named)] == []


def test_every_new_word_is_noticed(judged: Judged, mutants: dict[str, tuple[str, str, Rule]]) -> None:
    assert {rule_id for rule_id, _, _ in mutants.values()} == set(CASES)
    assert {key for key, _ in judged.verdicts} & mutants.keys()
    survivors = [
        f"{rule_id}: {change}"
        for key, (rule_id, change, _) in mutants.items()
        if change not in EQUIVALENT.get(rule_id, ())
        and not any(True for case in CASES[rule_id] for _ in contradictions(case, key, judged.verdicts, judged.named))
    ]
    assert survivors == [], "\n".join(survivors)


def test_a_block_holds_a_condition_with_its_terms_and_no_figure_that_may_be_below_nought(rules: list[Rule]) -> None:
    each: dict[str, Any] = {rule.rule_id: rule for rule in rules}
    assert "net" not in each["NOT-NEGATIVE"].terms[0].column_names
    assert [term.side for term in each["WHEN-FIGURES"].terms] == ["left", "right", "when", "when"]


def test_rules_of_either_sign_and_of_some_lines_contradict_nobody(rules: list[Rule], vocabulary: Vocabulary) -> None:
    refuse_contradictions(rules, vocabulary)
    # what holds of each line holds of each kind; and of what is there both rules about a total say the same
    assert redundant_rules(rules, vocabulary) == {
        "SCOPE-ATTRIBUTE": ("SCOPE-ROW",), "ABSENT-LINE": ("ABSENT-REPORT",), "ABSENT-REPORT": ("ABSENT-LINE",),
    }  # fmt: skip
