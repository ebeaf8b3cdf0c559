"""A first draft of the proof of each linear rule that has none: `python tests/integration/propose_proofs.py [RULE…]`.

Every figure of the rule gets a number of its own, so that both sides agree exactly; the cases move one figure by one, blank it,
or leave a report out. What the rule must then say is worked out here from the words of the rules (docs/decisions/0022), not
asked of the SQL. Read the draft, put it into `proofs/*.yml`: from then on it is the proof, and the rule answers to it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from rule_proofs import read_proofs

from expectations.rule_language import Rule
from expectations.rule_loader import load_rules
from expectations.rule_terms import Term, Vocabulary, read_vocabulary
from ingestion.forms import load_forms
from khuyencong.settings import Settings

MOST_SCOPES, MOST_CODES = 8, 7
BY_COLUMN = ("fund_code", "indicator_code", "column_name")


@dataclass
class Item:
    """One figure of a rule: its report, line and column, the scope that it counts for, its number."""

    report: str
    line: tuple[tuple[str, str], ...]
    column: str
    scope: str
    side: str
    coefficient: int
    value: Any = 0


class Draft:
    """The figures of one linear rule and what follows from them."""

    def __init__(self, rule: Rule, vocabulary: Vocabulary) -> None:
        self.rule, self.vocabulary = rule, vocabulary
        self.has_right = any(term.side == "right" for term in rule.terms)
        self.is_each = bool(rule.parameters.get("each"))
        self.foreign = next((t for t in rule.terms if self.report_of(t) == "other"), None)
        self.items = self._chosen([item for term in rule.terms for item in self._items(term)])
        self.scopes = list(dict.fromkeys(item.scope for item in self.items))
        for scope in self.scopes:
            self._fill([item for item in self.items if item.scope == scope])

    def report_of(self, term: Term) -> str:
        own = term.form_code == self.rule.judges
        return "judged" if own and term.period_shift in ("same", "plan_in_force") else "other"

    def _items(self, term: Term) -> Iterator[Item]:
        sheet = next(s for s in self.vocabulary.forms[term.form_code].sheets if s.sheet_code == term.sheet_code)
        for line in self.lines_of(term, sheet):
            keys = dict(line)
            for name in term.column_names:
                column = sheet.column_by_name[name]
                if term.measure and self._measure(column, keys.get("indicator")) != term.measure:
                    continue
                scope = self.scope_of(sheet, column, keys)
                yield Item(self.report_of(term), line, name, scope, term.side, int(term.coefficient))

    def scope_of(self, sheet: Any, column: Any, keys: Mapping[str, str]) -> str:
        """The scope that a cell counts for, as the warehouse writes it."""
        known = {
            "activity_code": keys.get("activity", "all" if keys.get("kind") else "A3"),
            "fund_code": column.fund or keys.get("fund") or sheet.line_fund,
            "indicator_code": column.indicator or column.counts_as or column.fact or keys.get("indicator"),
            "column_name": column.name,
            "project_key": keys.get("project"),
            "establishment_key": keys.get("establishment"),
            "unit_key": "own",
        }
        return ";".join(f"{n}={known[n]}" for n in known if n in self.rule.scope and known[n])

    def lines_of(self, term: Term, sheet: Any) -> Iterator[tuple[tuple[str, str], ...]]:
        """The lines of a sheet on which a term is proved: two where it adds lines up, one a code that it names."""
        base: dict[str, str] = {} if sheet is self.vocabulary.forms[term.form_code].sheets[0] else {"sheet": sheet.sheet_code}
        if term.line_kind == "total":
            yield tuple({**base, "kind": "total"}.items())
            return
        names = {column.name for column in sheet.columns}
        free: list[list[tuple[str, str]]] = []
        if "indicator" in names:
            free.append([("indicator", code) for code in self._codes(term, sheet)])
        elif "activity" in names:
            several = "activity_code" not in self.rule.scope and "project_code" not in names
            free.append([("activity", code) for code in term.activity_codes or (("A1", "A3") if several else ("A3",))])
        if "project_code" in names:
            adds = "project_key" not in self.rule.scope
            free.append([("project", name) for name in (("P1", "P2") if adds else ("P1",))])
        if "tax_code" in sheet.line_key:
            base["establishment"] = "9900000001"
            free.append([("fund", code) for code in (term.fund_codes or ("KCDP-T",))[:MOST_CODES]])
        if "line_unit" in names:
            base["unit"] = "own"
        if "effect" in names:
            base["effect"] = "assign"
        for chosen in product(*free):
            yield tuple({**base, **dict(chosen)}.items())

    def _measure(self, column: Any, code: str | None) -> str:
        """The measure of a figure, as staging reads it."""
        if column.measure != "by_behaviour" or code is None:
            return column.measure
        behaviour = self.vocabulary.indicators[code]["behaviour"]
        return {"ytd_flow": "ytd", "average": "stock"}.get(behaviour, behaviour)

    def _codes(self, term: Term, sheet: Any) -> list[str]:
        """Indicators of each aggregation and behaviour among those of a term, so that no word of its filter is idle."""
        known = self.vocabulary.indicators
        columns = [sheet.column_by_name[name] for name in term.column_names]
        codes = [
            code for code in term.indicator_codes or known
            if not term.measure or any(self._measure(column, code) == term.measure for column in columns)
        ]  # fmt: skip
        codes = [c for c in codes if self.rule.judges in known[c]["source_form"]] or codes
        if term.indicator_codes and len(codes) <= MOST_CODES:
            return codes
        kinds = {(known[c]["aggregation"], known[c]["behaviour"]): c for c in reversed(codes) if known[c]["is_formula"] == "no"}
        return sorted(kinds.values())[:MOST_CODES]

    def _chosen(self, items: list[Item]) -> list[Item]:
        sides = {"left", "right"} if self.has_right else {"left"}
        scopes = [s for s in dict.fromkeys(i.scope for i in items) if {i.side for i in items if i.scope == s} == sides]
        return [item for item in items if item.scope in scopes[:MOST_SCOPES]]

    def _fill(self, items: list[Item]) -> None:
        """Numbers that differ, with both sides equal; nothing but zero where the rule compares with zero."""
        if not self.has_right:
            return
        added = [item for item in items if item.coefficient]
        heavy = max(("right", "left"), key=lambda side: max(abs(i.coefficient) for i in added if i.side == side))
        free = [item for item in added if item.side == heavy]
        light = [item for item in added if item.side != heavy]
        for number, item in enumerate(item for item in items if not item.coefficient):
            item.value = 7 + number
        for number, item in enumerate(light[:-1]):
            item.value = 101 + 6 * number
        rest = sum(item.value * item.coefficient for item in light[:-1])
        for number, item in enumerate(free):
            item.value = 211 + 10 * number + (rest if number == 0 else 0)
        needed = Fraction(sum(i.value * i.coefficient for i in free) - rest, light[-1].coefficient)
        assert needed.denominator == 1 and needed > 0, f"{self.rule.rule_id}: no numbers found"
        light[-1].value = int(needed)

    # What the rule says of changed figures.

    def says(self, changed: dict[int, Any], *, is_other_empty: bool = False) -> str:
        """The verdict when items (by their place in `items`) have other values; '…' is missing, '#REF!' unreadable."""
        said = {self._says(scope, changed, is_other_empty) for scope in self.scopes}
        assert len(said) == 1, f"{self.rule.rule_id}: scopes differ: {said}"
        return said.pop()

    def _says(self, scope: str, changed: dict[int, Any], is_other_empty: bool) -> str:
        cells = [
            (item, changed.get(n, item.value))
            for n, item in enumerate(self.items)
            if item.scope == scope and not (is_other_empty and item.report == "other")
        ]
        if any(value == "#REF!" for _, value in cells):
            return "undecided unreadable"
        absent = {side: [v == "…" for i, v in cells if i.side == side and i.coefficient] for side in ("left", "right")}
        if self.rule.missing == "skip_if_all":
            if any(absent[side] and all(absent[side]) for side in absent):
                return "undecided nothing_to_compare"
        elif self.rule.missing != "zero" and any(absent["left"] + absent["right"]):
            return "undecided missing_value"
        total = {
            side: sum(0 if v == "…" else v * i.coefficient for i, v in cells if i.side == side) for side in ("left", "right")
        }
        difference = total["left"] - total["right"]
        if self.is_each:
            difference = min((v for _, v in cells if v != "…"), default=0)
        holds = {"==": difference == 0, "<=": difference <= 0, ">=": difference >= 0}[self.rule.operator]
        return "pass exact" if holds else "fail hard"

    def first(self, side: str) -> list[int]:
        """In each scope the first figure of a side that is added."""
        return [
            next(n for n, i in enumerate(self.items) if i.scope == scope and i.side == side and i.coefficient)
            for scope in self.scopes
        ]

    def one_a_scope(self) -> list[set[int]]:
        """The figures taken one by one in each scope: the first of each, the second of each …"""
        by_scope = [[n for n, i in enumerate(self.items) if i.scope == scope] for scope in self.scopes]
        return [{numbers[min(k, len(numbers) - 1)] for numbers in by_scope} for k in range(max(map(len, by_scope)))]

    def every(self, side: str) -> list[int]:
        """All figures of a side."""
        return [n for n, item in enumerate(self.items) if item.side == side and item.coefficient]

    def names(self, numbers: list[int] | None = None) -> dict[str, list[str]]:
        """Report → columns of the figures."""
        chosen = self.items if numbers is None else [self.items[n] for n in numbers]
        return {r: sorted({i.column for i in chosen if i.report == r}) for r in dict.fromkeys(i.report for i in chosen)}


def proof_of(rule: Rule, vocabulary: Vocabulary) -> dict[str, Any]:
    """The draft of one linear rule's proof, as `rule_proofs.read_proofs` reads it."""
    draft = Draft(rule, vocabulary)
    lines: dict[str, list[tuple[tuple[str, str], ...]]] = {"judged": []}
    for item in draft.items:
        here = lines.setdefault(item.report, [])
        if item.line not in here:
            here.append(item.line)
    reports = _reports(rule, draft, lines)
    silent = _bystanders(rule, draft, reports)
    cases: list[dict[str, Any]] = []

    def case(changed: dict[int, Any], **more: Any) -> None:
        says = more.pop("says", None) or draft.says(changed, is_other_empty=more.pop("is_other_empty", False))
        found: dict[str, Any] = {"says": says}
        if changed:
            found["where"] = _where(draft, lines, changed)
        if says.startswith("fail"):
            named = list(changed) if draft.is_each else None
            found["names"] = more.pop("names", None) or draft.names(
                [n for n in named if changed[n] < 0] if named is not None else None
            )
        found |= more
        if found not in cases:
            cases.append(found)

    first, rest = draft.first("left"), draft.every("left")
    over = {n: draft.items[n].value + 1 for n in first}
    under = {n: draft.items[n].value - 1 for n in first}
    case({})
    if draft.is_each:
        case(dict.fromkeys(rest, 5))
        for chosen in draft.one_a_scope():
            case({n: -1 if n in chosen else 5 for n in rest})
    else:
        case(over)
        case(under)
    case(dict.fromkeys(first, "…"))
    case(dict.fromkeys(rest, "…"))
    case(dict.fromkeys(first, "#REF!"))
    if draft.has_right:
        case(dict.fromkeys(draft.first("right"), "…"))
        case(dict.fromkeys(draft.every("right"), "…"))
    _counterpart_cases(rule, draft, case)
    if rule.parameters.get("whole_year"):
        case(over, says="undecided period_differs", **{"with": {"judged": {"starts_in": 2}}})
    if rule.parameters.get("adjacent"):
        case({}, says="undecided gap_in_periods", **{"with": {"other": {"month": reports["other"]["month"] - 3}}})
    if rule.parameters.get("widen_by_cutoff"):
        later = "judged" if rule.operator == "<=" else "other"
        case(over if later == "judged" else under, says="pass cut_off_later", **{"with": {later: {"cut_off_later": 10}}})
    proof: dict[str, Any] = {"scopes": draft.scopes}
    if silent:
        proof["silent"] = silent
    return {**proof, "reports": reports, "cases": cases}


def _where(draft: Draft, lines: dict[str, list[Any]], changed: dict[int, Any]) -> list[str]:
    """Changed cells as a proof names them: `report line column column = value`."""
    columns: dict[tuple[str, int, Any], list[str]] = {}
    for n, value in changed.items():
        item = draft.items[n]
        columns.setdefault((item.report, lines[item.report].index(item.line) + 1, value), []).append(item.column)
    return [f"{report} {line} {' '.join(names)} = {value}" for (report, line, value), names in columns.items()]


def _counterpart_cases(rule: Rule, draft: Draft, case: Any) -> None:
    """No report beside the judged one; one that lacks the line; the judged report without its own."""
    if draft.foreign is None:
        return
    is_line = draft.vocabulary.forms[draft.foreign.form_code].is_line_form
    own_side = "left" if draft.foreign.side == "right" else "right"
    if rule.parameters.get("needs_amount"):
        case({}, says="undecided nothing_to_compare", without=["other"])
        return
    if draft.foreign.period_shift == "predecessors":
        case({}, says="nothing", without=["other"])
    else:
        case({}, says="undecided no_counterpart_report", without=["other"])
    empty = {"with": {"other": {"lines": []}}}
    if rule.missing == "must_exist":
        case({}, says="undecided missing_counterpart", **empty)
    elif not is_line:
        case({}, says="undecided missing_term", **empty)
    else:
        own = [n for n, item in enumerate(draft.items) if item.side == own_side]
        case({}, is_other_empty=True, names=draft.names(own), **empty)
    if rule.missing == "must_exist":
        case({}, says="undecided missing_counterpart", **{"with": {"judged": {"lines": []}}})


def _reports(rule: Rule, draft: Draft, lines: dict[str, list[Any]]) -> dict[str, dict[str, Any]]:
    """The reports of a proof: forms, months, and the lines with their figures."""
    forms = draft.vocabulary.forms
    months = [m for m in forms[rule.judges].period_months if m >= 9]
    judged: dict[str, Any] = {"form": rule.judges, "month": months[0]}
    shift = draft.foreign.period_shift if draft.foreign else "same"
    if rule.valid_to:
        judged["in_year"] = max(rule.valid_from.year, rule.valid_to.year - 1)
    if shift == "predecessors":
        judged["in_year"] = 2025
        judged["is_successor"] = True
    reports = {"judged": judged}
    if draft.foreign:
        other: dict[str, Any] = {"form": draft.foreign.form_code, "month": judged["month"]}
        if shift == "previous":
            other["month"] = max(m for m in forms[rule.judges].period_months if m < judged["month"])
        elif shift == "prior_year":
            other["year"] = -1
        elif shift == "predecessors":
            other |= {"unit": "predecessor", "month": 6}
        elif shift == "plan_in_force":
            other["month"] = 1
        reports["other"] = other
    for name, report in reports.items():
        report["lines"] = [
            {**dict(line), "cells": {i.column: i.value for i in draft.items if i.report == name and i.line == line}}
            for line in lines[name]
        ]
    return reports


def _bystanders(rule: Rule, draft: Draft, reports: dict[str, Any]) -> list[str]:
    """Figures that a filter keeps out, large enough to be noticed if it did not; returns the scopes that stay without verdict."""
    silent: set[str] = set()
    for term in rule.terms:
        report = reports[draft.report_of(term)]
        sheet = next(s for s in draft.vocabulary.forms[term.form_code].sheets if s.sheet_code == term.sheet_code)
        lines = [dict(line) for line in draft.lines_of(term, sheet)]
        own = [line for line in report["lines"] if {k: v for k, v in line.items() if k != "cells"} in lines]
        strange = _strange_columns(rule, term, sheet)
        _add(draft, sheet, own[0], strange, 9001, silent)
        if term.line_kind == "total":
            continue
        keys = {key: value for key, value in own[0].items() if key != "cells"}
        codes = _strangers(term, draft) if term.indicator_codes is not None or term.measure is not None else []
        others = [("indicator", code, 5003) for code in codes if "indicator" in keys]
        others += [("fund", "own", 6007)] if term.fund_codes is not None and "fund" in keys else []
        others += [("activity", "A4", 7001)] if term.activity_codes is not None else []
        for key, value, amount in others:
            line = next((line for line in report["lines"] if line.get(key) == value), None)
            if line is None:
                line = {**keys, key: value, "cells": {}}
                report["lines"].append(line)
            _add(draft, sheet, line, [*map(sheet.column_by_name.get, term.column_names[:4]), *strange], amount, silent)
    return sorted(silent - set(draft.scopes))


def _add(draft: Draft, sheet: Any, line: dict[str, Any], columns: list[Any], amount: int, silent: set[str]) -> None:
    """Cells that no term picks; below zero where a rule looks at each figure."""
    for column in columns:
        if column.name not in line["cells"]:
            line["cells"][column.name] = -amount if draft.is_each else amount
            silent.add(draft.scope_of(sheet, column, line))


def _strange_columns(rule: Rule, term: Term, sheet: Any) -> list[Any]:
    """Columns that a term does not pick: of another role, fund, indicator, measure, and else as near as there is."""
    attributes = ("role", "fund", "indicator", "measure")
    picked = [sheet.column_by_name[name] for name in term.column_names]
    known = {attribute: {getattr(column, attribute) for column in picked} for attribute in attributes}
    taken = {name for other in rule.terms for name in other.column_names if other.sheet_code == term.sheet_code}
    free = [c for c in sheet.columns if c.is_quantity and c.name not in taken and c.measure != "ratio" and c.type != "date"]
    found = []
    for attribute in attributes:
        differ = [c for c in free if getattr(c, attribute) not in known[attribute]]
        found += sorted(differ, key=lambda c: sum(getattr(c, a) not in known[a] for a in attributes))[:1]
    return list({column.name: column for column in found}.values())


def _strangers(term: Term, draft: Draft) -> list[str]:
    """One indicator of each behaviour and aggregation that a term does not pick."""
    known = draft.vocabulary.indicators
    form = term.form_code
    others = [
        c for c, row in known.items()
        if row["is_formula"] == "no" and form in row["source_form"]
        and (term.indicator_codes is None or c not in term.indicator_codes)
    ]  # fmt: skip
    if term.indicator_codes is None:
        measure = {"ytd": "ytd_flow"}.get(term.measure or "", term.measure)
        others = [c for c in others if known[c]["behaviour"] != measure]
    kinds = {(known[c]["aggregation"], known[c]["behaviour"]): c for c in reversed(others)}
    return sorted(kinds.values())[:MOST_CODES]


class _Flow(dict):
    """A mapping that is written on one line."""


def _compact(value: Any) -> Any:
    if isinstance(value, dict):
        return _Flow({k: _compact(v) for k, v in value.items()})
    return value


def written(proofs: dict[str, dict[str, Any]]) -> str:
    """The proofs as YAML: a line a report line and a case."""
    dumper = type("Dumper", (yaml.SafeDumper,), {"ignore_aliases": lambda self, data: True})
    dumper.add_representer(_Flow, lambda d, data: d.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True))
    laid_out = {}
    for rule_id, proof in proofs.items():
        reports = {
            name: {**{k: v for k, v in report.items() if k != "lines"}, "lines": [_compact(line) for line in report["lines"]]}
            for name, report in proof["reports"].items()
        }
        laid_out[rule_id] = {**proof, "reports": reports, "cases": [_compact(case) for case in proof["cases"]]}
    return yaml.dump(laid_out, Dumper=dumper, sort_keys=False, allow_unicode=True, width=10_000)


def main(wanted: list[str]) -> None:
    """Print drafts for the rules named, or for every linear rule without a proof."""
    settings = Settings(home=Path(), database_url=None, inbox=None)
    vocabulary = read_vocabulary(load_forms(settings.forms), settings.register)
    proofs = read_proofs()
    rules = [r for r in load_rules(settings) if r.family == "linear" and (r.rule_id in wanted or not wanted)]
    drafts = {r.rule_id: proof_of(r, vocabulary) for r in rules if r.rule_id in wanted or r.rule_id not in proofs}
    print(written(drafts), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
