"""`kc reconcile`: a problem as JSON in, what is violated, the minimal sets and ranked hypotheses as JSON out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from statistics import median
from typing import Any

from expectations.reconciliation.changes import Case, Repair
from expectations.reconciliation.compiler import compile_rules
from expectations.reconciliation.covering import Cover, Question, contradicting, minimal_sets, question
from expectations.reconciliation.feasibility import TooLarge
from expectations.reconciliation.given import (
    Given,
    ProblemError,
    by_name,
    check_ratios,
    listed,
    read_record,
    read_rules,
    read_weights,
)
from expectations.reconciliation.history import history
from expectations.reconciliation.ranking import rank
from expectations.reconciliation.ratios import ratio_repairs
from expectations.reconciliation.record import FIXED, Record, make_record
from expectations.reconciliation.repairs import repairs
from expectations.reconciliation.ruleset import RuleSet
from expectations.reconciliation.structure import Structure, structure

KEYS = {"rules", "weights", "negative_allowed", "records", "ratios"}
MOST_MINIMAL_SETS = 20_000


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
    records = [read_record(number, record) for number, record in enumerate(listed(problem, "records"))]
    named = dict.fromkeys(name for record in records for name in record.values)
    rules = read_rules(listed(problem, "rules"), named)
    compiled = compile_rules(rules, named, is_negative_allowed=bool(problem.get("negative_allowed", True)))
    weight, unit = read_weights(compiled, by_name(problem.get("weights") or None, "weights"))
    form = structure(compiled)
    ratios = [by_name(stated, "a ratio") for stated in listed(problem, "ratios")]
    check_ratios(compiled, ratios)
    return {"records": [_solve(compiled, form, weight, unit, record, ratios) for record in records]}


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
