"""When a linear rule is due: its `when:`, a list of conditions that must all hold in the scope that it judges.

A condition is a term compared with a number (in đồng, or the indicator's unit), or `where:` alone: codes that the lines judged must
have. Where one certainly does not hold the rule says nothing; where one cannot be told it is undecided.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from expectations.rulebook.building import term_of
from expectations.rulebook.own_names import Where, alternatives, read_where
from expectations.rulebook.terms import Term
from expectations.rulebook.vocabulary import Vocabulary
from expectations.rulebook.words import CONDITION_KEYS

SIDE, ROLE = "when", "condition"


def conditions_of(entry: Mapping[str, Any], n_terms: int, vocabulary: Vocabulary) -> tuple[list[Term], dict[str, Any]]:
    """The terms of a rule's conditions, numbered after its own, and its parameters `when` (the comparison of each) and `when_codes`
    (sets of codes of which a line must have one). Both are empty for a rule without conditions. Raises ValueError.
    """
    compared = [each for each in entry.get("when", ()) if each.keys() != {"where"}]
    if compared and "column_name" in entry.get("scope", ()):
        raise ValueError("when: a rule of each column (scope column_name) has no other column in its scope to ask")
    terms = [
        term_of(entry, SIDE, n_terms + n, _term_part(each), vocabulary, role=ROLE, alternative=n)
        for n, each in enumerate(compared, 1)
    ]
    parameters: dict[str, Any] = {}
    if compared:
        parameters["when"] = [{name: each[name] for name in CONDITION_KEYS} for each in compared]
    if codes := _codes(entry, vocabulary):
        parameters["when_codes"] = alternatives(codes)
    return terms, parameters


def _term_part(condition: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in condition.items() if name not in CONDITION_KEYS}


def _codes(entry: Mapping[str, Any], vocabulary: Vocabulary) -> Where:
    found: list[tuple[str, tuple[str, ...]]] = []
    for each in entry.get("when", ()):
        if each.keys() == {"where"}:
            if "sheet" not in entry:
                raise ValueError("when: codes are asked of the lines of a sheet; the rule must say its sheet")
            sheet = vocabulary.sheet(entry["judges"], entry["sheet"])
            found += read_where(each["where"], sheet, vocabulary.lists, f"{entry['judges']}.yml")
    names = [name for name, _ in found]
    if len(set(names)) < len(names):
        raise ValueError("when: a dimension or attribute is asked for twice; list all its codes in one condition")
    return tuple(found)
