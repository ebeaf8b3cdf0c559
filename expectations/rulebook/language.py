"""The language of the rules: YAML sentences about figures, read into linear rules and a few other families.

A rule names the form it judges, its scope (which keys must be equal on both sides), a left and a right side of terms and
an operator; `when` says where it is due. A term picks figures by form, sheet, columns, indicators, funds, activities, the form's
own codes (`where`), measure, kind of line and period_shift.
`chain` (small to large) and `tree` (whole and parts) are short forms of several linear rules; `ratio`,
`unique`, `not_copy`, `cap`, `outlier` and `scale` are families of their own. Everything a rule names must exist in the forms and
the register.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from expectations.rulebook.building import rule_of, term_of
from expectations.rulebook.linear import chain_of, linear_of, tree_of
from expectations.rulebook.rule import Rule, RuleError
from expectations.rulebook.scale import scale_parts
from expectations.rulebook.single import SINGLE_FAMILIES, single_parts
from expectations.rulebook.vocabulary import Vocabulary
from expectations.rulebook.words import FAMILIES, check_rule, one_of
from ingestion.known_words import line_of, placed, read_yaml

FILE_KEYS = ("defaults", "rules")


def read_rules(folder: Path, vocabulary: Vocabulary) -> list[Rule]:
    """Every rule of a folder of YAML files, in file and rule order; raises RuleError naming file and rule."""
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.yml")):
        content = _content_of(path)
        for entry in content["rules"]:
            place = f"{path.name}: {entry.get('id', 'a rule without id')}"
            try:
                rules.extend(_expand({**content.get("defaults", {}), **entry}, vocabulary))
            except (ValueError, KeyError, TypeError) as error:
                said = str(error) if "line " in str(error) else f"{line_of(entry)}{error}"
                raise RuleError(placed(place, said)) from error
    seen: set[str] = set()
    for rule in rules:
        if rule.rule_id in seen:
            raise RuleError(f"{rule.rule_id}: this id stands twice.")
        seen.add(rule.rule_id)
    if not rules:
        raise RuleError(f"{folder.name}: no rule in this folder.")
    return rules


def _content_of(path: Path) -> dict[str, Any]:
    try:
        content = read_yaml(path)
        for key in content:
            one_of(key, FILE_KEYS, "a key of the file")
        if not isinstance(content.get("rules"), list) or not all(isinstance(each, dict) for each in content["rules"]):
            raise ValueError("rules must be a list of rules, each a mapping")
    except ValueError as error:
        raise RuleError(str(error) if str(error).startswith(path.name) else f"{path.name}: {error}") from error
    return content


def _expand(entry: dict[str, Any], vocabulary: Vocabulary) -> Iterator[Rule]:
    check_rule(entry)
    for key in ("id", "version", "judges", "severity", "vi", "en", "legal_basis", "valid_from", "level", "missing"):
        if entry.get(key) in (None, ""):
            raise ValueError(f"the key {key!r} is missing")
    one_of(entry["judges"], vocabulary.forms, "judges", "ingestion/forms")
    if "sheet" in entry:
        sheets = [sheet.sheet_code for sheet in vocabulary.forms[entry["judges"]].sheets]
        one_of(entry["sheet"], sheets, "sheet", f"{entry['judges']}.yml")
    for fund in entry.get("funds", ()):
        one_of(fund, vocabulary.funds, "funds", "register/funds.csv")
    said = [family for family in FAMILIES if family in entry]
    if len(said) > 1:
        raise ValueError(f"a rule is of one family, not of {' and '.join(said)}")
    if "chain" in entry:
        yield from chain_of(entry, vocabulary)
    elif "tree" in entry:
        yield from tree_of(entry, entry["tree"], entry["id"], vocabulary)
    elif "ratio" in entry:
        yield _ratio(entry, vocabulary)
    elif "scale" in entry:
        yield _scale(entry, vocabulary)
    elif any(name in entry for name in SINGLE_FAMILIES):
        yield _single(entry, vocabulary)
    else:
        right = entry["right"]
        yield linear_of(entry, entry["id"], entry["left"], [] if right == 0 else right, vocabulary)


def _ratio(entry: Mapping[str, Any], vocabulary: Vocabulary) -> Rule:
    ratio = entry["ratio"]
    parts = [
        ("left", "reported", 0, ratio["reported"]),
        ("right", "numerator", 0, ratio["numerator"]),
        *[("right", "denominator", n, part) for n, part in enumerate([ratio["denominator"], *ratio.get("alternatives", [])])],
    ]  # fmt: skip
    if entry["severity"] == "block":
        raise ValueError("a stated ratio is a check input: at most warn")
    terms = [
        term_of(entry, side, number, part, vocabulary, role=role, alternative=alternative)
        for number, (side, role, alternative, part) in enumerate(parts, 1)
    ]
    parameters = {"scale": ratio.get("scale", 100), **({"growth": True} if ratio.get("growth") else {})}
    return rule_of(entry, entry["id"], "ratio", "==", terms, parameters, vocabulary)


def _scale(entry: Mapping[str, Any], vocabulary: Vocabulary) -> Rule:
    parts, parameters = scale_parts(entry["scale"], entry["judges"], vocabulary.forms[entry["judges"]])
    if entry["severity"] == "block" and len(set(parameters["gauges"])) < 2:
        raise ValueError("one gauge alone blocks no report")
    terms = [
        term_of(entry, side, number, part, vocabulary, role=role, alternative=alternative)
        for number, (side, role, alternative, part) in enumerate(parts, 1)
    ]
    return rule_of({**entry, "scope": ()}, entry["id"], "scale", "==", terms, parameters, vocabulary)


def _single(entry: Mapping[str, Any], vocabulary: Vocabulary) -> Rule:
    """The families that look at figures one by one."""
    family, scope, parts, parameters = single_parts(entry, vocabulary.forms)
    terms = [term_of(entry, side, number, part, vocabulary) for number, (side, part) in enumerate(parts, 1)]
    return rule_of({**entry, "scope": scope}, entry["id"], family, "==", terms, parameters, vocabulary)
