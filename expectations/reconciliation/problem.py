"""`kc reconcile`: a problem as JSON in, what is violated, the minimal sets and ranked hypotheses as JSON out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod
from statistics import median
from typing import Any

from expectations.reconciliation.changes import Case, Repair
from expectations.reconciliation.compiler import compile_rules
from expectations.reconciliation.covering import Cover, Question, contradicting, minimal_sets, question
from expectations.reconciliation.feasibility import TooLarge
from expectations.reconciliation.history import history
from expectations.reconciliation.language import Rule, read_rule
from expectations.reconciliation.ranking import rank
from expectations.reconciliation.ratios import names_of, ratio_repairs
from expectations.reconciliation.record import FIXED, Record, exact, make_record
from expectations.reconciliation.repairs import repairs
from expectations.reconciliation.ruleset import RuleSet
from expectations.reconciliation.structure import Structure, structure

KEYS = {"rules", "weights", "negative_allowed", "records", "ratios"}
RECORD_KEYS = {"id", "values", "intervals", "previous"}
MOST_MINIMAL_SETS = 20_000
MOST_CELLS = 200


class ProblemError(ValueError):
    """A problem that cannot be read; the message names the place."""


def reconcile(problem: Mapping[str, object]) -> dict[str, list[dict[str, Any]]]:
    """Judge every record of a problem and say which figures are probably wrong (shape: DESIGN.md, Part III).

    Deterministic. `objective` is the weight of the lightest sets of figures whose change satisfies all rules,
    `minimal_sets` are all of them; null and [] when no change of the changeable figures does, or when `gave_up`.
    `hypotheses` are best first; `suggested` gives a value by cell, null where the rules leave a range.
    Raises RuleError, ContradictoryRules or ProblemError.
    """
    unknown = set(problem) - KEYS
    if unknown or "rules" not in problem or "records" not in problem:
        raise ProblemError(f"a problem has rules and records and may have {sorted(KEYS)}; unknown: {sorted(unknown)}")
    records = [_checked(number, record) for number, record in enumerate(_listed(problem, "records"))]
    rules = [_rule(rule) for rule in _listed(problem, "rules")]
    named = dict.fromkeys(name for record in records for name in record.values)
    rules = _spelt_as_reported(rules, named)
    compiled = compile_rules(rules, named, is_negative_allowed=bool(problem.get("negative_allowed", True)))
    weight, unit = _weights(compiled, _by_name(problem.get("weights") or None, "weights"))
    form = structure(compiled)
    ratios = [_by_name(stated, "a ratio") for stated in _listed(problem, "ratios")]
    _check_ratios(compiled, ratios)
    return {"records": [_solve(compiled, form, weight, unit, record, ratios) for record in records]}


@dataclass(frozen=True)
class Given:
    """A record of a problem: its id, the reported figures, what intervals they stand for, and the previous figures."""

    id: object
    values: Mapping[str, object]
    intervals: Mapping[str, object]
    previous: Mapping[str, object]


def _listed(problem: Mapping[str, object], key: str) -> Sequence[object]:
    given = problem.get(key) or ()
    if isinstance(given, str | bytes) or not isinstance(given, Sequence):
        raise ProblemError(f"{key}: a list is expected, not {given!r}")
    return given


def _by_name(given: object, what: str) -> Mapping[str, object]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ProblemError(f"{what}: an object is expected, not {given!r}")
    return given


def _checked(number: int, record: object) -> Given:
    if not isinstance(record, Mapping) or not isinstance(record.get("values"), Mapping):
        raise ProblemError(f"record {number}: an object with id and values is expected")
    name = record.get("id", number)
    if set(record) - RECORD_KEYS:
        raise ProblemError(f"record {name!r}: unknown {sorted(set(record) - RECORD_KEYS)}")
    if len(record["values"]) > MOST_CELLS:
        raise ProblemError(f"record {name!r}: more than {MOST_CELLS} figures")
    parts = (_by_name(record.get(key) or None, f"record {name!r}, {key}") for key in ("intervals", "previous"))
    return Given(record.get("id"), record["values"], *parts)


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


def _check_ratios(rules: RuleSet, ratios: Sequence[Mapping[str, object]]) -> None:
    for stated in ratios:
        names = [stated.get(key) for key in ("reported", "num", "den")] + names_of(stated.get("alternatives"))
        strange = [name for name in names if name not in rules.number]
        if strange:
            raise ProblemError(f"ratio {dict(stated)!r}: no figure named {strange!r}")


def _weights(rules: RuleSet, given: Mapping[str, object]) -> tuple[list[int], Fraction]:
    """Weights as integers and what one of them is worth."""
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


def _solve(
    rules: RuleSet,
    form: Structure,
    weight: list[int],
    unit: Fraction,
    given: Given,
    ratios: Sequence[Mapping[str, object]],
) -> dict[str, Any]:
    try:
        record = make_record(rules, given.values, given.intervals, given.previous, weight)
    except ValueError as reason:
        raise ProblemError(f"record {given.id!r}: {reason}") from None
    past = history(record, form)
    usual = median([w for w in weight if w != FIXED] or [1])
    covers, events, broken = [], [], 0
    for component in rules.components:
        asked = question(record, component)
        cover = minimal_sets(asked)
        covers.append(cover)
        if cover.objective != 0 and not asked.violated:
            broken |= _contradiction(asked)
        if asked.violated or cover.objective or past.is_known or past.off_grain:
            found = repairs(Case(asked, cover, past, form, component, usual))
            events.append(found)
    events += ratio_repairs(record, ratios)
    violated = [r for r in range(len(rules.rules)) if r in record.violated or _is_broken(record, broken, r)]
    objective, sets, gave_up = _joined(covers)
    return {
        "id": given.id,
        "violated": violated,
        "undecided": [r for r in record.undecided if r < len(rules.rules) and r not in violated],
        "objective": None if objective is None else number(objective * unit),
        "minimal_sets": [[rules.cells[c] for c in cells] for cells in sets],
        "hypotheses": [
            {
                "cells": [rules.cells[c] for c in hypothesis.cells],
                "mechanism": "+".join(dict.fromkeys(part.mechanism for part in hypothesis.parts)),
                "suggested": _suggested(record, hypothesis.parts),
                "confidence": hypothesis.confidence,
            }
            for hypothesis in rank(events)
        ],
        "gave_up": gave_up,
    }


def _contradiction(asked: Question) -> int:
    """Rules that no value of the missing cells can satisfy together."""
    try:
        return contradicting(asked, ()) or 0
    except TooLarge:
        return 0


def _is_broken(record: Record, mask: int, rule: int) -> bool:
    """Whether an undecided rule with a reported figure is among those that nothing can satisfy."""
    is_reported = any(record.value[c] is not None for c in record.rules.cells_of[rule])
    return bool(mask >> rule & 1) and is_reported and rule in record.undecided


def _joined(covers: Sequence[Cover]) -> tuple[int | None, list[tuple[int, ...]], bool]:
    """Minimal sets of the record: one set of each component, in every combination."""
    if any(cover.has_given_up for cover in covers) or prod(len(c.sets) for c in covers) > MOST_MINIMAL_SETS:
        return None, [], True
    objectives = [cover.objective for cover in covers if cover.objective is not None]
    if len(objectives) < len(covers):
        return None, [], False
    sets = [tuple(sorted(cell for part in parts for cell in part)) for parts in product(*(c.sets for c in covers))]
    return sum(objectives), sorted(sets), False


def _suggested(record: Record, parts: Iterable[Repair]) -> dict[str, object]:
    meant = dict(sorted(pair for part in parts for pair in part.meant))
    return {record.rules.cells[c]: None if v is None else number(Fraction(v) / record.scale) for c, v in meant.items()}


def number(value: Fraction | int) -> int | float:
    """A number as JSON writes it: whole numbers as they are, others as the nearest float."""
    exact_value = Fraction(value)
    return int(exact_value) if exact_value.denominator == 1 else float(exact_value)
