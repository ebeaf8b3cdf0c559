"""A first draft of the proof of each linear rule that has none: `python tests/integration/propose_proofs.py [RULE…]`.

Every figure of the rule gets a number of its own, so that both sides agree exactly; the cases move one figure by one, blank it,
or leave a report out. What the rule must then say is worked out here from the words of the rules (docs/decisions/0022), not
asked of the SQL. Read the draft, put it into `proofs/*.yml`: from then on it is the proof, and the rule answers to it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from proof_drafts import MOST_CODES, Draft
from rule_proofs import read_proofs

from expectations.rulebook.loading import load_rules
from expectations.rulebook.rule import Rule
from expectations.rulebook.terms import Term
from expectations.rulebook.vocabulary import Vocabulary, read_vocabulary
from ingestion.forms import load_forms
from warehouse.settings import Settings


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
    vocabulary = read_vocabulary(load_forms(settings.forms, settings.register), settings.register)
    proofs = read_proofs()
    rules = [r for r in load_rules(settings) if r.family == "linear" and (r.rule_id in wanted or not wanted)]
    drafts = {r.rule_id: proof_of(r, vocabulary) for r in rules if r.rule_id in wanted or r.rule_id not in proofs}
    print(written(drafts), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
