"""Rules from YAML into register.rule and register.rule_term."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from expectations.rulebook.consistency import refuse_contradictions
from expectations.rulebook.language import read_rules
from expectations.rulebook.rule import Rule
from expectations.rulebook.terms import MORE_COLUMNS, TERM_COLUMNS
from expectations.rulebook.vocabulary import Vocabulary, read_vocabulary
from ingestion.forms import load_forms
from ingestion.register import load_register
from warehouse.settings import Settings

if TYPE_CHECKING:
    from warehouse.connections import Connection


RULE_COLUMNS = (
    "rule_id", "rule_version", "family", "judges_form", "scope", "operator", "severity", "missing_mode", "level",
    "valid_from", "valid_to", "tolerance_pct", "parameters", "rule_name", "rule_name_en", "legal_basis", "terms_hash",
)  # fmt: skip


def load_rules(settings: Settings) -> list[Rule]:
    """Every rule of expectations/rules, expanded and checked, one by one and against each other; raises RuleError."""
    vocabulary = vocabulary_of(settings)
    rules = read_rules(settings.rules, vocabulary)
    refuse_contradictions(rules, vocabulary)
    return rules


def vocabulary_of(settings: Settings) -> Vocabulary:
    """What the rules of an installation may name."""
    return read_vocabulary(load_forms(settings.forms, settings.register), settings.register)


def load_rules_into(connection: Connection, settings: Settings) -> int:
    """Replace register.rule and register.rule_term by the rules of the YAML files, in one transaction; returns their number."""
    return write_rules(connection, load_rules(settings), bounds_of(settings))


def bounds_of(settings: Settings) -> dict[str, str]:
    """Family → hash of the rows of the register that are bounds of its rules."""
    caps = (settings.register / "caps.csv").read_bytes()
    parameters = load_register(settings.register).parameters
    scale = sorted((code, value) for code, value in parameters.items() if code.startswith("scale_"))
    return {"cap": hashlib.sha256(caps).hexdigest(), "scale": hashlib.sha256(repr(scale).encode()).hexdigest()}


def write_rules(connection: Connection, rules: Sequence[Rule], bounds: Mapping[str, str] = MappingProxyType({})) -> int:
    """Replace register.rule and register.rule_term by `rules`, in one transaction; returns their number.

    `bounds` (bounds_of) stand for rows of the register that are bounds of a family's rules: a decision on such a rule ends when
    they change.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("delete from register.rule_term")
        cursor.execute("delete from register.rule")
        cursor.executemany(
            f"insert into register.rule ({', '.join(RULE_COLUMNS)}) values ({', '.join(['%s'] * len(RULE_COLUMNS))})",
            [_row(rule, bounds.get(rule.family, "")) for rule in rules],
        )
        names = ("rule_id", *TERM_COLUMNS, *MORE_COLUMNS)
        cursor.executemany(
            f"insert into register.rule_term ({', '.join(names)}) values ({', '.join(['%s'] * len(names))})",
            [(rule.rule_id, *term.as_row(), *term.words_more()) for rule in rules for term in rule.terms],
        )
    return len(rules)


def _row(rule: Rule, bounds: str) -> tuple[Any, ...]:
    terms_hash = rule.terms_hash
    if bounds:
        terms_hash = hashlib.sha256(f"{terms_hash}|{bounds}".encode()).hexdigest()
    return (
        rule.rule_id, rule.version, rule.family, rule.judges, list(rule.scope), rule.operator, rule.severity,
        rule.missing, rule.level, rule.valid_from, rule.valid_to, rule.tolerance_pct,
        json.dumps(rule.parameters, sort_keys=True), rule.vi, rule.en, rule.legal_basis, terms_hash,
    )  # fmt: skip
