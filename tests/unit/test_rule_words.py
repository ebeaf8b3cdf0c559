"""No word of a rule is misspelt without a word said: each leaf and key of every rule is misspelt and must be refused by name."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from misspelt import leaves, misspellings, names_of, replaced

from expectations.rulebook import language
from expectations.rulebook.language import read_rules
from expectations.rulebook.loading import vocabulary_of
from expectations.rulebook.rule import RuleError
from expectations.rulebook.words import FAMILY_KEYS, RULE_KEYS, TERM_KEYS
from ingestion.known_words import read_yaml
from warehouse.settings import Settings

SETTINGS = Settings(home=Path(), database_url=None, inbox=None)
# Sentences, and the name by which a proof and the releases know the rule: a rule without its proof fails a test of its own.
FREE_TEXT = {"vi", "en", "legal_basis", "id"}
FILES = sorted(path.name for path in SETTINGS.rules.glob("*.yml"))


@functools.cache
def vocabulary():
    return vocabulary_of(SETTINGS)


@functools.cache
def words():
    """Every word that exists somewhere in a rule's place; a slip that makes another of them is another sentence."""
    known = vocabulary()
    columns = {c.name for form in known.forms.values() for sheet in form.sheets for c in sheet.columns}
    values = {value for row in known.indicators.values() for value in row.values()}
    return columns | values | set(known.indicators) | known.funds | known.activities


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Reads a set of rules, as the file some.yml says them, without writing them."""
    (tmp_path / "some.yml").touch()

    def rules_of(content):
        monkeypatch.setattr(language, "read_yaml", lambda path: content)
        return read_rules(tmp_path, vocabulary())

    return rules_of


def alone(name):
    """Each rule of a file with what its file's defaults say."""
    content = read_yaml(SETTINGS.rules / name)
    return [{**content.get("defaults", {}), **rule} for rule in content["rules"]]


@pytest.mark.parametrize("name", FILES)
def test_a_misspelt_word_of_a_rule_is_refused_by_name(name, read):
    n_refused = 0
    for rule in alone(name):
        read({"rules": [rule]})
        for path, leaf in leaves(rule):
            if names_of(path)[-1] in FREE_TEXT:
                continue
            for wrong in misspellings(leaf):
                if isinstance(wrong, str) and wrong in words():
                    continue
                with pytest.raises(RuleError, match=r"some\.yml") as refused:
                    read({"rules": [replaced(rule, path, wrong)]})
                told = wrong[0] if isinstance(wrong, list) and isinstance(wrong[0], int) else wrong
                assert repr(told) in str(refused.value), (path, wrong, str(refused.value))
                n_refused += 1
    assert n_refused > 100


@pytest.mark.parametrize("name", FILES)
def test_a_misspelt_key_of_a_rule_is_refused_by_name(name, read):
    for rule in alone(name):
        places = {path[:n] for path, _ in leaves(rule) for n in range(len(path)) if isinstance(path[n], str)}
        for place in places:
            node = functools.reduce(lambda node, key: node[key], place, rule)
            for key in node:
                renamed = {(f"{each}x" if each == key else each): value for each, value in node.items()}
                with pytest.raises(RuleError, match=f"'{key}x'"):
                    read({"rules": [replaced(rule, place, renamed) if place else renamed]})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"rule": []}, "a key of the file is 'rule'; it must be one of defaults, rules. Near it: rules."),
        ({"defaults": {}}, "rules must be a list"),
        ({"rules": ["KP-01"]}, "rules must be a list of rules, each a mapping"),
    ],
)
def test_a_file_that_holds_no_rules_says_so(content, sentence, read):
    with pytest.raises(RuleError, match=r"some\.yml") as refused:
        read(content)
    assert sentence in str(refused.value)


def test_a_rule_is_of_one_family(read):
    rule = next(rule for rule in alone("thoi-gian.yml") if "not_copy" in rule)
    with pytest.raises(RuleError, match="of one family, not of unique and not_copy"):
        read({"rules": [{**rule, "unique": {"key": "project_key", "columns": ["kcdp_t_plan"], "sheet": "money"}}]})


def test_the_words_of_families_are_words_of_rules():
    assert FAMILY_KEYS.keys() <= RULE_KEYS.keys()
    assert not TERM_KEYS.keys() & {name for own in FAMILY_KEYS.values() for name in own}
