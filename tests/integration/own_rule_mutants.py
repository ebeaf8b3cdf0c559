"""Rules of own_rules with one new word less, or another: what a slip of the hand in `where`, `when`, `absent`, a scope
of its own, a shift, a sign or a second form could make of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

CONDITION_OPERATORS = ("==", "<=", ">=", "<", ">")


def mutants_of_entry(entry: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what is changed, the changed entry of the YAML) for every new word that the entry says."""
    for n, name in enumerate(entry["scope"]):
        yield f"scope without {name}", _changed(entry, ("scope",), [each for m, each in enumerate(entry["scope"]) if m != n])
    for n, condition in enumerate(entry.get("when", ())):
        yield f"condition {n} dropped", _changed(entry, ("when",), [each for m, each in enumerate(entry["when"]) if m != n])
        for operator in CONDITION_OPERATORS if "operator" in condition else ():
            if operator != condition["operator"]:
                yield f"condition {n} {operator}", _changed(entry, ("when", n, "operator"), operator)
        for value in (condition["value"] - 1, condition["value"] + 1) if "value" in condition else ():
            yield f"condition {n} {value}", _changed(entry, ("when", n, "value"), value)
    for side in ("left", "right", "when"):
        for n, term in enumerate(entry[side] if isinstance(entry.get(side), list) else ()):
            yield from _of_term(entry, (side, n), term)
            if side != "when" and len(entry[side]) > 1:
                yield f"{side} {n} dropped", _changed(entry, (side,), [each for m, each in enumerate(entry[side]) if m != n])


def _of_term(entry: Mapping[str, Any], place: tuple[Any, ...], term: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    said = ".".join(map(str, place))
    for word in ("absent", "absent_report", "shift", "times"):
        if word in term:
            yield f"{said} without {word}", _changed(entry, place, {key: each for key, each in term.items() if key != word})
    if term.get("shift") == "last_of_year_before":
        for shift in ("previous", "prior_year"):
            yield f"{said} {shift}", _changed(entry, (*place, "shift"), shift)
    for name, codes in term.get("where", {}).items():
        rest = {other: each for other, each in term["where"].items() if other != name}
        if rest or len(term) > 1:
            yield f"{said} for every {name}", _changed(entry, (*place, "where"), rest)
        for code in codes if len(codes) > 1 else ():
            less = [each for each in codes if each != code]
            yield f"{said} without {name} {code}", _changed(entry, (*place, "where", name), less)
    for word, other in (("absent", "absent_report"), ("absent_report", "absent")):
        if word in term and other not in term:
            rest = {key: each for key, each in term.items() if key != word}
            yield f"{said} {other} for {word}", _changed(entry, place, {**rest, other: "zero"})


def _changed(entry: Mapping[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(dict(entry))
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return changed
