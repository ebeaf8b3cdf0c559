"""The YAML of the rules into sums that are compared: chains and trees written out, terms with all that narrows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

OTHER_FAMILIES = ("ratio", "unique", "not_copy", "cap", "outlier", "scale")
KEYS = (
    "activity_code", "column_name", "establishment_key", "fund_code", "indicator_code", "project_key", "unit_key",
)  # fmt: skip


@dataclass(frozen=True)
class Term:
    """Figures of one form and sheet that are added, each times `times`; what is None lets everything through."""

    form: str
    sheet: str
    shift: str
    line: str
    role: str | None
    measure: str | None
    columns: tuple[str, ...] | None
    indicators: tuple[str, ...] | None
    funds: tuple[str, ...] | None
    activities: tuple[str, ...] | None
    where: Mapping[str, tuple[str, ...]]
    times: Decimal
    is_count_of_lines: bool


@dataclass(frozen=True)
class Rule:
    """`left` (operator) `right`, for each scope of the form that it judges; an empty right side is nought."""

    rule_id: str
    judges: str
    scope: tuple[str, ...]
    operator: str
    severity: str
    missing: str
    valid_from: date
    valid_to: date | None
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    switches: frozenset[str]

    @property
    def shift(self) -> tuple[str, str] | None:
        """(form, shift) of the terms that look into another report; None when all stands in the one judged."""
        foreign = {(t.form, t.shift) for t in (*self.left, *self.right) if t.form != self.judges or t.shift != "same"}
        assert len(foreign) <= 1, f"{self.rule_id} looks into several reports"
        return next(iter(foreign), None)


def read_rules(folder: Path) -> tuple[list[Rule], dict[str, str]]:
    """(linear rules, rules that are none → their family)."""
    linear: list[Rule] = []
    others: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in document["rules"]:
            said = {**document["defaults"], **entry}
            family = next((name for name in OTHER_FAMILIES if name in said), None)
            if family:
                others[said["id"]] = family
            else:
                linear += _written_out(said)
    return linear, others


def _written_out(said: Mapping[str, Any]) -> Iterator[Rule]:
    if "chain" in said:
        steps, last = said["chain"], len(said["chain"])
        pairs = [(n, n + 1, f"{said['id']}-{n}") for n in range(1, last)]
        pairs += [(n, last, f"{said['id']}-{n}-{last}") for n in range(1, last - 1)]
        for small, large, rule_id in pairs:
            yield _rule({**said, "id": rule_id, "operator": "<="}, [steps[small - 1]], [steps[large - 1]])
    elif "tree" in said:
        tree = said["tree"]
        assert not any("parts" in part for part in tree["parts"]), f"{said['id']}: a tree of one level is all that the judge knows"
        yield _rule({**said, "operator": "=="}, [tree["whole"]], tree["parts"])
    else:
        yield _rule(said, said["left"], said["right"] if isinstance(said["right"], list) else [])


def _rule(said: Mapping[str, Any], left: list[Mapping[str, Any]], right: list[Mapping[str, Any]]) -> Rule:
    return Rule(
        rule_id=said["id"],
        judges=said["judges"],
        scope=tuple(sorted(said.get("scope", ()))),
        operator=said["operator"],
        severity=said["severity"],
        missing=said["missing"],
        valid_from=said["valid_from"],
        valid_to=said.get("valid_to"),
        left=tuple(_term(said, term) for term in left),
        right=tuple(_term(said, term) for term in right),
        switches=frozenset(
            name for name in ("each", "adjacent", "whole_year", "widen_by_cutoff", "needs_amount") if said.get(name)
        ),
    )


def _term(said: Mapping[str, Any], term: Mapping[str, Any]) -> Term:
    def named(key: str) -> tuple[str, ...] | None:
        words = term.get(key, said.get(key) if key == "funds" else None)
        return None if words is None else tuple(words)

    return Term(
        form=term.get("form", said["judges"]),
        sheet=term.get("sheet", said["sheet"]),
        shift=term.get("shift", "same"),
        line=term.get("line", "detail"),
        role=term.get("role"),
        measure=term.get("measure"),
        columns=named("columns"),
        indicators=named("indicators"),
        funds=named("funds"),
        activities=named("activities"),
        where={name: tuple(words) for name, words in term.get("indicators_where", {}).items()},
        times=Decimal(str(term.get("times", 1))),
        is_count_of_lines=term.get("aggregate") == "count_lines",
    )
