"""The words of a rule's YAML: what each key may say, so that a misspelt one is refused by name and never read as nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ingestion.form_words import KEY_NAMES, MEASURES, QUANTITY_ROLES
from ingestion.known_words import fault_of_keys, unknown_word

FAMILIES = ("chain", "tree", "ratio", "unique", "not_copy", "cap", "outlier", "scale")
# Sources that know the size of a report's money without the report.
SCALE_GAUGES = ("decisions", "treasury", "year_before", "own_size")
SCOPES = KEY_NAMES
SEVERITIES = ("shadow", "warn", "block")
MISSING_MODES = ("undecided", "zero", "skip_if_all", "must_exist")
OPERATORS = ("==", "<=", ">=")
SHIFTS = ("same", "previous", "prior_year", "plan_in_force", "predecessors", "last_of_year_before")
LINE_KINDS = ("detail", "total", "block_total")
AGGREGATES = ("sum", "count_lines")
# What the lack of a line, or of the whole report that a term is of, says.
ABSENT = ("undecided", "zero")
CONDITION_OPERATORS = ("==", "<=", ">=", "<", ">")
# needs_amount: the rule says nothing where the other period or form has no amount to compare with.
PARAMETERS = ("each", "adjacent", "whole_year", "widen_by_cutoff", "needs_amount")
# key of a rule → what stands there
RULE_KEYS = {
    **dict.fromkeys(("id", "judges", "sheet", "vi", "en", "legal_basis", "operator", "severity", "missing"), "text"),
    **dict.fromkeys(("version", "level"), "count"), **dict.fromkeys(("valid_from", "valid_to"), "day"),
    **dict.fromkeys(("scope", "funds"), "texts"), **dict.fromkeys(PARAMETERS, "flag"), "tolerance_pct": "number",
    "left": "entries", "right": "entries or 0", "chain": "entries", "when": "entries",
    **dict.fromkeys((family for family in FAMILIES if family != "chain"), "mapping"),
}  # fmt: skip
TERM_KEYS = {
    **dict.fromkeys(("form", "sheet", "role", "measure", "line", "shift", "aggregate", "absent", "absent_report"), "text"),
    **dict.fromkeys(("columns", "indicators", "funds", "activities"), "texts"), "indicators_where": "mapping",
    "where": "texts by name", "times": "number",
}  # fmt: skip
# A condition is a term compared with a number, or the codes that the lines judged must have.
CONDITION_KEYS = {"operator": "text", "value": "number"}
# What stands in a family's own mapping beside, or instead of, the keys of a term.
SENTENCES = {"vi": "text", "en": "text"}
NODE_KEYS = {"whole": "mapping", "parts": "entries"}
TREE_KEYS = {**NODE_KEYS, "complete": "flag"}
RATIO_KEYS = {
    **dict.fromkeys(("reported", "numerator", "denominator"), "mapping"), "alternatives": "entries", "scale": "number",
    "growth": "flag",
}  # fmt: skip
FAMILY_KEYS = {
    "unique": {"key": "text"},
    "not_copy": {"per": "text", "min_nonzero": "number"},
    "cap": {"priority_factor": "number", "beneficiaries_on": "text"},
    "outlier": {
        "per": "texts", "since": "text",
        **dict.fromkeys(("exponent", "width", "floor", "least_factor", "min_observations"), "number"),
    },
}  # fmt: skip
# By what the figures of a gauge are told the size that they should have.
COMPARISONS = {"own_size": "things"}
COMPARED = "against"


def check_rule(entry: Mapping[str, Any]) -> None:
    """Raise ValueError for a key of a rule that is not known or holds another kind of thing, at any depth; and for its words."""
    _check_keys(entry, RULE_KEYS, "the rule")
    one_of(entry.get("severity", SEVERITIES[0]), SEVERITIES, "severity")
    one_of(entry.get("missing", MISSING_MODES[0]), MISSING_MODES, "missing")
    one_of(entry.get("operator", OPERATORS[0]), OPERATORS, "operator")
    terms = [(side, term) for side in ("left", "right") for term in entry.get(side) or ()]
    terms += [("chain", _without_sentences(step, "chain")) for step in entry.get("chain", ())]
    if "tree" in entry:
        _check_keys(entry["tree"], TREE_KEYS, "tree", NODE_KEYS)
        terms += _terms_of_tree(entry["tree"])
    if "ratio" in entry:
        _check_keys(entry["ratio"], RATIO_KEYS, "ratio", ("reported", "numerator", "denominator"))
        terms += [(name, entry["ratio"][name]) for name in ("reported", "numerator", "denominator")]
        terms += [("alternatives", term) for term in entry["ratio"].get("alternatives", ())]
    for family, own in FAMILY_KEYS.items():
        if family in entry:
            needed = [name for name in own if name != "beneficiaries_on"]
            _check_keys(entry[family], {**TERM_KEYS, **own}, family, needed)
            for key in ("key", "per"):
                for name in _listed(entry[family].get(key)):
                    one_of(name, SCOPES, key)
            terms.append((family, {key: value for key, value in entry[family].items() if key not in own}))
    if "scale" in entry:
        terms += _terms_of_scale(entry["scale"])
    terms += [("when", _without_comparison(condition)) for condition in entry.get("when", ())]
    for place, term in terms:
        check_term(term, place)


def check_term(term: Mapping[str, Any], place: str) -> None:
    """Raise ValueError for a key or a word of a term that does not exist; its codes and columns are looked up elsewhere."""
    _check_keys(term, TERM_KEYS, f"a term ({place})")
    one_of(term.get("role", QUANTITY_ROLES[0]), QUANTITY_ROLES, "role")
    one_of(term.get("measure", MEASURES[0]), [each for each in MEASURES if each != "by_behaviour"], "measure")
    for key in ("absent", "absent_report"):
        one_of(term.get(key, ABSENT[0]), ABSENT, key)


def one_of(word: object, allowed: Collection[str], what: str, home: str = "") -> None:
    """Raise ValueError for a word that is not allowed, with what stands near it and what is allowed."""
    said = unknown_word(word, allowed, what, home)
    if said:
        raise ValueError(said)


def _terms_of_tree(node: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The terms of a node and of the nodes below it: a part is a term, or a node with a whole and parts of its own."""
    terms: list[tuple[str, Mapping[str, Any]]] = [("whole", _without_sentences(node["whole"], "whole"))]
    for part in node["parts"]:
        if "whole" in part or "parts" in part:
            _check_keys(part, NODE_KEYS, "parts", NODE_KEYS)
            terms += _terms_of_tree(part)
        else:
            terms.append(("parts", _without_sentences(part, "parts")))
    return terms


def _terms_of_scale(scale: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The terms of every comparison of every gauge: its own figures, and those or the things that they are gauged by."""
    _check_keys(scale, dict.fromkeys(SCALE_GAUGES, "entries"), "scale")
    terms: list[tuple[str, Mapping[str, Any]]] = []
    for gauge, comparisons in scale.items():
        other = COMPARISONS.get(gauge, COMPARED)
        for comparison in comparisons:
            _check_keys(comparison, {"own": "mapping", other: "mapping"}, gauge, ("own", other))
            terms += [(gauge, comparison["own"]), (gauge, comparison[other])]
    return terms


def _without_sentences(term: Mapping[str, Any], place: str) -> dict[str, Any]:
    _check_keys(term, {**TERM_KEYS, **SENTENCES}, place, SENTENCES)
    return {key: value for key, value in term.items() if key not in SENTENCES}


def _without_comparison(condition: Any) -> Mapping[str, Any]:
    """A condition without what it is compared with; raises ValueError for one that is neither a comparison nor codes alone."""
    needed = () if isinstance(condition, Mapping) and condition.keys() == {"where"} else tuple(CONDITION_KEYS)
    _check_keys(condition, {**TERM_KEYS, **CONDITION_KEYS}, "when", needed)
    one_of(condition.get("operator", CONDITION_OPERATORS[0]), CONDITION_OPERATORS, "operator")
    return {key: value for key, value in condition.items() if key not in CONDITION_KEYS}


def _check_keys(entry: Any, kinds: Mapping[str, str], place: str, needed: Collection[str] = ()) -> None:
    said = fault_of_keys(entry, kinds, needed)
    if said:
        raise ValueError(f"{place}: {said}")


def _listed(names: str | list[str] | None) -> list[str]:
    return [names] if isinstance(names, str) else names or []
