"""The language of the rules: YAML sentences about figures, read into linear rules and a few other families.

A rule names the form it judges, its scope (which keys must be equal on both sides), a left and a right side of terms and
an operator. A term picks figures by form, sheet, columns, indicators, funds, activities, measure, kind of line and
period_shift. `chain` (small to large) and `tree` (whole and parts) are short forms of several linear rules; `ratio`,
`unique`, `not_copy`, `cap`, `outlier` and `scale` are families of their own. Everything a rule names must exist in the forms and
the register.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from expectations.rulebook.rule import Rule, RuleError
from expectations.rulebook.scale import scale_parts
from expectations.rulebook.single import SINGLE_FAMILIES, single_parts
from expectations.rulebook.terms import Term, Vocabulary, read_term
from expectations.rulebook.words import FAMILIES, PARAMETERS, check_rule, one_of
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
        yield from _chain(entry, vocabulary)
    elif "tree" in entry:
        yield from _tree(entry, entry["tree"], entry["id"], vocabulary)
    elif "ratio" in entry:
        yield _ratio(entry, vocabulary)
    elif "scale" in entry:
        yield _scale(entry, vocabulary)
    elif any(name in entry for name in SINGLE_FAMILIES):
        yield _single(entry, vocabulary)
    else:
        right = entry["right"]
        yield _linear(entry, entry["id"], entry["left"], [] if right == 0 else right, vocabulary)


def _linear(
    entry: Mapping[str, Any], rule_id: str, left: Sequence[Any], right: Sequence[Any], vocabulary: Vocabulary, **words: str
) -> Rule:
    terms = [_term(entry, side, number, part, vocabulary) for number, (side, part) in enumerate(
        [("left", part) for part in left] + [("right", part) for part in right], 1)]  # fmt: skip
    parameters = {name: True for name in PARAMETERS if entry.get(name)}
    if parameters.get("each") and (right or any(term.coefficient != 1 for term in terms)):
        raise ValueError("a rule on each figure compares it, without a factor, with 0")
    others = {(term.form_code, term.period_shift) for term in terms} - {(entry["judges"], "same")}
    if len(others) > 1:
        raise ValueError("a rule compares with one other form or period")
    if entry["severity"] == "block":
        _check_may_block(entry, terms, vocabulary)
    return _rule(entry, rule_id, "linear", entry["operator"], terms, parameters, **words)


def _check_may_block(entry: Mapping[str, Any], terms: Sequence[Term], vocabulary: Vocabulary) -> None:
    """A balance with check inputs among its terms is at most warn (DESIGN.md, The gate)."""
    checks = [
        name
        for term in terms
        if term.form_code == entry["judges"]
        for name in term.column_names
        if vocabulary.column(term.form_code, term.sheet_code, name).role == "check"
    ]
    if checks and entry["operator"] == "==" and not entry.get("each"):
        raise ValueError(f"a balance with the check input {checks[0]!r} among its terms is at most warn")


def _chain(entry: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Rule]:
    """Each step against the next, and against the last: a factor that two neighbours share hides from their own link."""
    steps = [dict(step) for step in entry["chain"]]
    words = [(step.pop("vi"), step.pop("en")) for step in steps]
    last = len(steps) - 1
    links = [(n, n + 1, f"{entry['id']}-{n + 1}") for n in range(last)]
    links += [(n, last, f"{entry['id']}-{n + 1}-{last + 1}") for n in range(last - 1)]
    for small, large, rule_id in links:
        vi = entry["vi"].format(small=words[small][0], large=words[large][0])
        en = entry["en"].format(small=words[small][1], large=words[large][1])
        yield _linear({**entry, "operator": "<="}, rule_id, [steps[small]], [steps[large]], vocabulary, vi=vi, en=en)


def _tree(entry: Mapping[str, Any], node: Mapping[str, Any], rule_id: str, vocabulary: Vocabulary) -> Iterator[Rule]:
    """One balance for each inner node; a part that has parts of its own is a node below."""
    parts = [dict(part) for part in node["parts"]]
    names = [(part.pop("vi"), part.pop("en")) for part in (dict(p.get("whole", p)) for p in parts)]
    whole = {key: value for key, value in node["whole"].items() if key not in ("vi", "en")}
    terms = [{k: v for k, v in part.get("whole", part).items() if k not in ("vi", "en")} for part in parts]
    vi = entry["vi"].format(whole=node["whole"]["vi"], parts=", ".join(name[0] for name in names))
    en = entry["en"].format(whole=node["whole"]["en"], parts=", ".join(name[1] for name in names))
    operator = "==" if entry["tree"].get("complete", True) else ">="
    yield _linear({**entry, "operator": operator}, rule_id, [whole], terms, vocabulary, vi=vi, en=en)
    for number, part in enumerate((p for p in parts if "parts" in p), 1):
        yield from _tree(entry, part, f"{rule_id}-{number}", vocabulary)


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
        _term(entry, side, number, part, vocabulary, role=role, alternative=alternative)
        for number, (side, role, alternative, part) in enumerate(parts, 1)
    ]
    parameters = {"scale": ratio.get("scale", 100), **({"growth": True} if ratio.get("growth") else {})}
    return _rule(entry, entry["id"], "ratio", "==", terms, parameters)


def _scale(entry: Mapping[str, Any], vocabulary: Vocabulary) -> Rule:
    parts, parameters = scale_parts(entry["scale"], entry["judges"], vocabulary.forms[entry["judges"]])
    if entry["severity"] == "block" and len(set(parameters["gauges"])) < 2:
        raise ValueError("one gauge alone blocks no report")
    terms = [
        _term(entry, side, number, part, vocabulary, role=role, alternative=alternative)
        for number, (side, role, alternative, part) in enumerate(parts, 1)
    ]
    return _rule({**entry, "scope": ()}, entry["id"], "scale", "==", terms, parameters)


def _single(entry: Mapping[str, Any], vocabulary: Vocabulary) -> Rule:
    """The families that look at figures one by one."""
    family, scope, parts, parameters = single_parts(entry, vocabulary.forms)
    terms = [_term(entry, side, number, part, vocabulary) for number, (side, part) in enumerate(parts, 1)]
    return _rule({**entry, "scope": scope}, entry["id"], family, "==", terms, parameters)


def _term(entry: Mapping[str, Any], side: str, number: int, part: Mapping[str, Any], vocabulary: Vocabulary, **more: Any) -> Term:
    own = {"form": entry["judges"], **({"sheet": entry["sheet"]} if "sheet" in entry else {})}
    if part.get("form", entry["judges"]) != entry["judges"]:
        own = {}
    elif "funds" in entry:
        own["funds"] = entry["funds"]
    return read_term({**own, **part}, side, number, vocabulary, **more)


def _rule(
    entry: Mapping[str, Any], rule_id: str, family: str, operator: str, terms: Sequence[Term],
    parameters: Mapping[str, Any], vi: str | None = None, en: str | None = None,
) -> Rule:  # fmt: skip
    return Rule(
        rule_id, int(entry["version"]), family, entry["judges"], tuple(entry.get("scope", ())), operator,
        entry["severity"], entry["missing"], int(entry["level"]), entry["valid_from"], entry.get("valid_to"),
        entry.get("tolerance_pct", 0), parameters, vi or entry["vi"], en or entry["en"], entry["legal_basis"], tuple(terms),
    )  # fmt: skip
