"""A rule from its terms and words, of whatever family, and what no rule may say of its scope and terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from expectations.rulebook.own_names import check_scope
from expectations.rulebook.rule import Rule
from expectations.rulebook.terms import Term, read_term
from expectations.rulebook.vocabulary import Vocabulary

LINEAR = "linear"


def term_of(entry: Mapping[str, Any], side: str, number: int, part: Mapping[str, Any], vocabulary: Vocabulary, **more: Any) -> Term:
    """A term with what its rule says for all of its own: the form that it judges, the sheet, the funds. Raises ValueError."""
    own = {"form": entry["judges"], **({"sheet": entry["sheet"]} if "sheet" in entry else {})}
    if part.get("form", entry["judges"]) != entry["judges"]:
        own = {}
    elif "funds" in entry:
        own["funds"] = entry["funds"]
    return read_term({**own, **part}, side, number, vocabulary, **more)


def rule_of(
    entry: Mapping[str, Any], rule_id: str, family: str, operator: str, terms: Sequence[Term], parameters: Mapping[str, Any],
    vocabulary: Vocabulary, vi: str | None = None, en: str | None = None,
) -> Rule:  # fmt: skip
    """The rule, once its scope is one that its figures have; raises ValueError."""
    scope = tuple(entry.get("scope", ()))
    if scope:
        named = sorted(terms, key=lambda term: term.form_code != entry["judges"])
        sheets = {f"{t.form_code}/{t.sheet_code}": vocabulary.sheet(t.form_code, t.sheet_code) for t in named}
        check_scope(scope, sheets, vocabulary.lists)
    if family != LINEAR:
        if "when" in entry:
            raise ValueError(f"when is a condition of a linear rule, not of one of the family {family}")
        if any(term.is_absent_zero or term.is_absent_report_zero for term in terms):
            raise ValueError(f"absent is of a term of a linear rule, not of one of the family {family}")
    return Rule(
        rule_id, int(entry["version"]), family, entry["judges"], scope, operator,
        entry["severity"], entry["missing"], int(entry["level"]), entry["valid_from"], entry.get("valid_to"),
        entry.get("tolerance_pct", 0), parameters, vi or entry["vi"], en or entry["en"], entry["legal_basis"], tuple(terms),
    )  # fmt: skip
