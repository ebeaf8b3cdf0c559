"""Linear rules: sums compared with sums, and their short forms, a chain from small to large and a tree of wholes and parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from expectations.rulebook.building import LINEAR, rule_of, term_of
from expectations.rulebook.conditions import conditions_of
from expectations.rulebook.rule import Rule
from expectations.rulebook.terms import Term
from expectations.rulebook.vocabulary import Vocabulary
from expectations.rulebook.words import PARAMETERS
from ingestion.form_words import ROW

# What these say is of two sides, or of the days between two reports.
OF_ONE_OTHER = ("adjacent", "widen_by_cutoff", "needs_amount")


def linear_of(
    entry: Mapping[str, Any], rule_id: str, left: Sequence[Any], right: Sequence[Any], vocabulary: Vocabulary, **words: str
) -> Rule:
    """Terms on the left compared with terms on the right, or with 0. Raises ValueError for a sentence that cannot be meant."""
    terms = [term_of(entry, side, number, part, vocabulary) for number, (side, part) in enumerate(
        [("left", part) for part in left] + [("right", part) for part in right], 1)]  # fmt: skip
    parameters: dict[str, Any] = {name: True for name in PARAMETERS if entry.get(name)}
    if parameters.get("each"):
        if right or any(term.coefficient != 1 for term in terms):
            raise ValueError("a rule on each figure compares it, without a factor, with 0")
        if entry["operator"] == ">=":
            terms = [_not_negative(term, part, vocabulary) for term, part in zip(terms, left, strict=True)]
    others = {(term.form_code, term.period_shift) for term in terms} - {(entry["judges"], "same")}
    for name in OF_ONE_OTHER:
        if name in parameters and len(others) > 1:
            raise ValueError(f"{name}: a rule that says so compares with one other form or period")
    if entry["missing"] == "must_exist" and any(term.is_absent_zero or term.is_absent_report_zero for term in terms):
        raise ValueError("missing is 'must_exist' and a term says that what is absent is zero; one of both")
    if entry["severity"] == "block":
        _check_may_block(entry, terms, vocabulary)
    conditions, asked = conditions_of(entry, len(terms), vocabulary)
    places = {(term.form_code, term.period_shift) for term in [*terms, *conditions]}
    if ROW in entry.get("scope", ()) and places != {(entry["judges"], "same")}:
        raise ValueError("scope: a row is a line of the report judged; no other form or period has it")
    return rule_of(entry, rule_id, LINEAR, entry["operator"], [*terms, *conditions], {**parameters, **asked}, vocabulary, **words)


def _not_negative(term: Term, part: Mapping[str, Any], vocabulary: Vocabulary) -> Term:
    """A term of a rule that each figure is 0 or more, without the columns whose figures may be below it by their form."""
    free = [name for name in term.column_names if vocabulary.column(term.form_code, term.sheet_code, name).negative]
    for name in free:
        if name in part.get("columns", ()):
            raise ValueError(f"{name!r} may be below 0 by its form (negative: true), and the rule says that it may not")
    kept = tuple(name for name in term.column_names if name not in free)
    if not kept:
        raise ValueError(f"a term on {term.form_code} picks no column whose figures may not be below 0")
    return replace(term, column_names=kept)


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


def chain_of(entry: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Rule]:
    """Each step against the next, and against the last: a factor that two neighbours share hides from their own link."""
    steps = [dict(step) for step in entry["chain"]]
    words = [(step.pop("vi"), step.pop("en")) for step in steps]
    last = len(steps) - 1
    links = [(n, n + 1, f"{entry['id']}-{n + 1}") for n in range(last)]
    links += [(n, last, f"{entry['id']}-{n + 1}-{last + 1}") for n in range(last - 1)]
    for small, large, rule_id in links:
        vi = entry["vi"].format(small=words[small][0], large=words[large][0])
        en = entry["en"].format(small=words[small][1], large=words[large][1])
        yield linear_of({**entry, "operator": "<="}, rule_id, [steps[small]], [steps[large]], vocabulary, vi=vi, en=en)


def tree_of(entry: Mapping[str, Any], node: Mapping[str, Any], rule_id: str, vocabulary: Vocabulary) -> Iterator[Rule]:
    """One balance for each inner node; a part that has parts of its own is a node below."""
    parts = [dict(part) for part in node["parts"]]
    names = [(part.pop("vi"), part.pop("en")) for part in (dict(p.get("whole", p)) for p in parts)]
    whole = {key: value for key, value in node["whole"].items() if key not in ("vi", "en")}
    terms = [{k: v for k, v in part.get("whole", part).items() if k not in ("vi", "en")} for part in parts]
    vi = entry["vi"].format(whole=node["whole"]["vi"], parts=", ".join(name[0] for name in names))
    en = entry["en"].format(whole=node["whole"]["en"], parts=", ".join(name[1] for name in names))
    operator = "==" if entry["tree"].get("complete", True) else ">="
    yield linear_of({**entry, "operator": operator}, rule_id, [whole], terms, vocabulary, vi=vi, en=en)
    for number, part in enumerate((p for p in parts if "parts" in p), 1):
        yield from tree_of(entry, part, f"{rule_id}-{number}", vocabulary)
