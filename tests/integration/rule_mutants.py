"""Wrong copies of the rules, one change each: what a slip of the hand in expectations/rules could make of them.

Two ways: a change of the rule as it is judged (operator, sign, term, time, scope, mode, number), and a word left out of its YAML
(a column, an indicator, a filter). docs/decisions/0022 lists the changes.
"""

from __future__ import annotations

import copy
import csv
import dataclasses
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from expectations.rulebook.language import read_rules
from expectations.rulebook.rule import Rule, RuleError
from expectations.rulebook.terms import Term
from expectations.rulebook.vocabulary import Vocabulary
from expectations.rulebook.words import FAMILIES, MISSING_MODES, TERM_KEYS

EQUIVALENT = Path(__file__).parent / "proofs" / "equivalent_mutants.csv"
OPERATORS = ("==", "<=", ">=")
FIRST_DAY = date(2024, 1, 1)  # no form is older
NOT_MUTATED = ("form", "sheet", "vi", "en", "times")  # the first two must fit each other, `times` is the coefficient


@dataclass(frozen=True)
class Mutant:
    """A rule with one change; `rule` is None where the language refuses it or the rule is gone: nobody can load that."""

    of: str
    change: str
    rule: Rule | None


def mutants_of(rules: Sequence[Rule], folder: Path, vocabulary: Vocabulary) -> list[Mutant]:
    """Every mutant of every rule, no two of one rule alike."""
    found: list[Mutant] = []
    seen = {_content(rule) for rule in rules}
    known = {rule.rule_id: rule for rule in rules}
    for mutant in [*_of_judged(rules), *_of_written(known, folder, vocabulary)]:
        if mutant.rule is None:
            found.append(mutant)
        elif _content(mutant.rule) not in seen:
            seen.add(_content(mutant.rule))
            found.append(mutant)
    return found


def _content(rule: Rule) -> tuple[Any, ...]:
    """What decides a verdict, with the rule's id."""
    return rule.rule_id, rule.terms_hash, rule.valid_from, rule.valid_to


def _of_judged(rules: Sequence[Rule]) -> Iterator[Mutant]:
    for rule in rules:
        for change, changes in _changes(rule):
            yield Mutant(rule.rule_id, change, dataclasses.replace(rule, **changes))


def _changes(rule: Rule) -> Iterator[tuple[str, dict[str, Any]]]:
    if rule.family == "linear":
        for operator in OPERATORS:
            yield f"operator {operator}", {"operator": operator}
        for missing in MISSING_MODES:
            yield f"missing {missing}", {"missing": missing}
    for name in rule.scope:
        yield f"scope without {name}", {"scope": tuple(n for n in rule.scope if n != name)}
    for name, value in rule.parameters.items():
        less = {n: v for n, v in rule.parameters.items() if n != name}
        if isinstance(value, bool):
            yield f"without {name}", {"parameters": less}
        elif isinstance(value, int | float):
            step = 1 if isinstance(value, int) else value / 10
            for other in (value + step, value - step):
                yield f"{name} {other:g}", {"parameters": {**less, name: other}}
    if rule.valid_from > FIRST_DAY:
        yield "valid from the first day", {"valid_from": FIRST_DAY}
    if rule.valid_to is not None:
        yield "valid for ever", {"valid_to": None}
    if rule.tolerance_pct:
        yield "no tolerance", {"tolerance_pct": 0}
    for n, term in enumerate(rule.terms):
        place = f"term {term.number}"
        if len(rule.terms) > 1:
            yield f"{place} dropped", {"terms": rule.terms[:n] + rule.terms[n + 1 :]}
        for what, changes in _term_changes(rule, term):
            changed = dataclasses.replace(term, **changes)
            yield f"{place} {what}", {"terms": (*rule.terms[:n], changed, *rule.terms[n + 1 :])}
    if rule.family == "ratio":
        swap = {"numerator": "denominator", "denominator": "numerator"}
        terms = [t if t.alternative else dataclasses.replace(t, role=swap.get(t.role, t.role)) for t in rule.terms]
        yield "numerator and denominator exchanged", {"terms": tuple(terms)}


def _term_changes(rule: Rule, term: Term) -> Iterator[tuple[str, dict[str, Any]]]:
    if rule.family == "linear":
        yield "sign", {"coefficient": -term.coefficient}
        yield "coefficient + 1", {"coefficient": term.coefficient + 1}
        yield "side", {"side": "left" if term.side == "right" else "right"}
    yield "shift", {"period_shift": "previous" if term.period_shift == "same" else "same"}
    yield "line", {"line_kind": "total" if term.line_kind == "detail" else "detail"}
    yield "aggregate", {"aggregate": "sum" if term.aggregate == "count_lines" else "count_lines"}


def _of_written(known: Mapping[str, Rule], folder: Path, vocabulary: Vocabulary) -> Iterator[Mutant]:
    """Each word of a term left out of its YAML, and what the language then makes of it."""
    with tempfile.TemporaryDirectory() as place:
        for path in sorted(folder.glob("*.yml")):
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            for entry in content["rules"]:
                before = _expanded(entry, content.get("defaults", {}), Path(place), vocabulary) or {}
                for change, mutated in _left_out(entry):
                    after = _expanded(mutated, content.get("defaults", {}), Path(place), vocabulary)
                    for rule_id in before:
                        rule = None if after is None else after.get(rule_id)
                        if rule is None or _content(rule) != _content(known[rule_id]):
                            yield Mutant(rule_id, change, rule)


def _expanded(
    entry: Mapping[str, Any], defaults: Mapping[str, Any], place: Path, vocabulary: Vocabulary
) -> dict[str, Rule] | None:
    """The rules of one entry by id; None when the language refuses it."""
    file = place / "mutant.yml"
    file.write_text(yaml.safe_dump({"defaults": dict(defaults), "rules": [entry]}, allow_unicode=True), encoding="utf-8")
    try:
        return {rule.rule_id: rule for rule in read_rules(place, vocabulary)}
    except RuleError:
        return None


def _left_out(entry: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key in ("left", "right", *FAMILIES):
        for path in _words(entry.get(key), (key,)):
            mutated = copy.deepcopy(dict(entry))
            holder: Any = mutated
            for step in path[:-1]:
                holder = holder[step]
            gone = holder.pop(path[-1])
            word = gone if isinstance(gone, str) else path[-1]
            yield f"without {word} of {'.'.join(map(str, path[:-1]))}", mutated


def _words(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Paths to what can be left out: members of lists, filters of terms."""
    if isinstance(node, list):
        for n, member in enumerate(node):
            if len(node) > 1:
                yield (*path, n)
            yield from _words(member, (*path, n))
    elif isinstance(node, dict):
        for key, value in node.items():
            is_filter = key in TERM_KEYS or path[-1] == "indicators_where"
            if is_filter and key not in NOT_MUTATED and key != "columns":
                yield (*path, key)
            if key not in NOT_MUTATED:
                yield from _words(value, (*path, key))


@dataclass
class Equivalent:
    """A row that says why some mutants cannot be told from their rule; `rule` is one or several names with wildcards."""

    rule: str
    change: str
    reason: str
    n_used: int = 0

    def fits(self, mutant: Mutant) -> bool:
        """Whether this row speaks of the mutant."""
        is_of_rule = any(fnmatchcase(mutant.of, rule) for rule in self.rule.split())
        return is_of_rule and fnmatchcase(mutant.change, self.change)


def read_equivalent() -> list[Equivalent]:
    """The rows of equivalent_mutants.csv."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        return [Equivalent(**row) for row in csv.DictReader(file)]
