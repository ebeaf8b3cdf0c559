"""What a problem gives the engine, read and checked: its records, rules, weights and ratios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from expectations.reconciliation.language import Rule, read_rule
from expectations.reconciliation.ratios import names_of
from expectations.reconciliation.record import FIXED, exact
from expectations.reconciliation.ruleset import RuleSet

RECORD_KEYS = {"id", "values", "intervals", "previous"}
MOST_CELLS = 200


class ProblemError(ValueError):
    """A problem that cannot be read; the message names the place."""


@dataclass(frozen=True)
class Given:
    """A record of a problem: its id, the reported figures, what intervals they stand for, and the previous figures."""

    id: object
    values: Mapping[str, object]
    intervals: Mapping[str, object]
    previous: Mapping[str, object]


def listed(problem: Mapping[str, object], key: str) -> list[object]:
    """What a problem lists under a key; nothing where it is left out. Raises ProblemError."""
    given = problem.get(key) or ()
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise ProblemError(f"{key}: a list is expected, not {given!r}")
    return list(given)


def by_name(given: object, what: str) -> Mapping[str, object]:
    """An object of a problem; empty where it is left out. Raises ProblemError."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ProblemError(f"{what}: an object is expected, not {given!r}")
    return given


def read_record(number: int, record: object) -> Given:
    """The record at a position of a problem. Raises ProblemError."""
    if not isinstance(record, Mapping) or not isinstance(record.get("values"), Mapping):
        raise ProblemError(f"record {number}: an object with id and values is expected")
    name = record.get("id", number)
    if set(record) - RECORD_KEYS:
        raise ProblemError(f"record {name!r}: unknown {sorted(set(record) - RECORD_KEYS)}")
    if len(record["values"]) > MOST_CELLS:
        raise ProblemError(f"record {name!r}: more than {MOST_CELLS} figures")
    parts = (by_name(record.get(key) or None, f"record {name!r}, {key}") for key in ("intervals", "previous"))
    return Given(record.get("id"), record["values"], *parts)


def read_rules(rules: Iterable[object], named: Mapping[str, None]) -> list[Rule]:
    """Rules, each a sentence or an object with its name, that speak of figures as the records spell them. Raises RuleError."""
    return _spelt_as_reported([_rule(rule) for rule in rules], named)


def _rule(rule: object) -> Rule:
    if isinstance(rule, Mapping):
        return read_rule(str(rule["rule"]), str(rule.get("name") or rule["rule"]))
    return read_rule(str(rule))


def _spelt_as_reported(rules: list[Rule], named: Mapping[str, None]) -> list[Rule]:
    """Names count without their case where the rules and the records each spell a name in one way only."""
    spelt: dict[str, list[str]] = {}
    for name in named:
        spelt.setdefault(name.casefold(), []).append(name)
    used = {name for rule in rules for name in rule.cells}
    other = {n: spelt[n.casefold()][0] for n in used if n not in named and len(spelt.get(n.casefold(), ())) == 1}
    return [rule.renamed(other) for rule in rules] if other else rules


def check_ratios(rules: RuleSet, ratios: Sequence[Mapping[str, object]]) -> None:
    """Raises ProblemError for a ratio that names no figure of the rules."""
    for stated in ratios:
        names = [stated.get(key) for key in ("reported", "num", "den")] + names_of(stated.get("alternatives"))
        strange = [name for name in names if name not in rules.number]
        if strange:
            raise ProblemError(f"ratio {dict(stated)!r}: no figure named {strange!r}")


def read_weights(rules: RuleSet, given: Mapping[str, object]) -> tuple[list[int], Fraction]:
    """Weights as integers and what one of them is worth. Raises ProblemError."""
    folded = {name.casefold(): weight for name, weight in given.items()}
    values: list[Fraction | int | None] = []
    for name in rules.cells:
        raw = given.get(name, folded.get(name.casefold(), 1))
        value = None if str(raw).lower() in ("inf", "infinity", "+inf") else exact(raw)
        if value is not None and value <= 0:
            raise ProblemError(f'weight of {name!r}: a number above 0 or "inf" is expected, not {raw!r}')
        values.append(value)
    scale = lcm(*(v.denominator for v in values if v is not None), 1)
    return [FIXED if v is None else int(v * scale) for v in values], Fraction(1, scale)
