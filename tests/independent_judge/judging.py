"""A verdict for every linear rule and scope of a report: the interval of one side against that of the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from independent_judge.evidence import Beside, Shelf
from independent_judge.figures import Figure
from independent_judge.reports import Report
from independent_judge.rules import Rule, Term
from independent_judge.written import NOT_APPLICABLE, UNREADABLE

JANUARY_FIRST = (1, 1)


Cells = frozenset[tuple[object, ...]]  # (sha256, form, unit, period_end, sheet, row, column)


@dataclass(frozen=True)
class Verdict:
    """pass, fail or undecided with its reason; both sides as text; of a failure the cells that may be held."""

    rule_id: str
    severity: str
    scope: str
    verdict: str
    reason: str
    left: str
    right: str
    cells: Cells = frozenset()


@dataclass(frozen=True)
class Picked:
    """A figure as a term picks it: its coefficient, and whether it stands in another report than the one judged."""

    report: Report
    figure: Figure
    times: Decimal
    is_foreign: bool
    is_counted: bool


def verdicts(rule: Rule, judged: Report, shelf: Shelf, held: Cells) -> Iterator[Verdict]:
    """What a rule says of a report, scope by scope; nothing when the report is out of the rule's time.

    `held`: cells (report, sheet, row, column) that are disputed, and so no evidence against another report.
    """
    if not rule.valid_from <= judged.period_end <= (rule.valid_to or date.max):
        return
    beside = shelf.beside(rule, judged)
    left = _by_scope(rule, rule.left, judged, beside, shelf)
    right = _by_scope(rule, rule.right, judged, beside, shelf)
    if rule.shift and rule.shift[1] == "predecessors" and beside is None:
        return
    for scope in sorted(left.keys() | right.keys()):
        sides = left.get(scope, []), right.get(scope, [])
        if not any(p.report is judged for side in sides for p in side) and not (rule.missing == "must_exist" and _says(*sides)):
            continue  # what the report judged does not speak of is nobody's failing, unless the rule says that it must be there
        verdict, reason = _decide(rule, judged, beside, *sides, held)
        own = [p.figure for side in sides for p in side if p.report is judged] if verdict == "fail" else []
        cells = frozenset((*judged.name, *figure.place) for figure in own if figure.is_stored and figure.kind == "detail")
        yield Verdict(rule.rule_id, rule.severity, scope, verdict, reason, _shown(sides[0]), _shown(sides[1]), cells)


def _by_scope(rule: Rule, terms: tuple[Term, ...], judged: Report, beside: Beside | None, shelf: Shelf) -> dict[str, list[Picked]]:
    found: dict[str, list[Picked]] = {}
    for term in terms:
        is_foreign = term.form != rule.judges or term.shift != "same"
        source = (beside.figures if beside else []) if is_foreign else [(judged, figure) for figure in judged.figures]
        for report, figure in source:
            scope = _scope_of(rule, figure) if _fits(term, figure, shelf) else None
            if scope is not None:
                found.setdefault(scope, []).append(Picked(report, figure, term.times, is_foreign, term.is_count_of_lines))
    return found


def _scope_of(rule: Rule, figure: Figure) -> str | None:
    """name=value of every key of the scope; None when the figure lacks one."""
    values = [(name, figure.keys.get(name, "")) for name in rule.scope]
    return None if any(not value for _, value in values) else ";".join(f"{name}={value}" for name, value in values)


def _fits(term: Term, figure: Figure, shelf: Shelf) -> bool:
    indicator = figure.keys.get("indicator_code", "")
    row = shelf.register.indicators.get(indicator, {})
    return (
        figure.sheet == term.sheet
        and figure.kind == term.line
        and figure.state != NOT_APPLICABLE
        and (term.role is None or term.role == figure.role and (term.role != "figure" or figure.is_stored))
        and term.measure in (None, figure.measure)
        and (term.columns is None or figure.column in term.columns)
        and (term.indicators is None or indicator in term.indicators)
        and (term.funds is None or figure.keys.get("fund_code") in term.funds)
        and (term.activities is None or figure.keys.get("activity_code") in term.activities)
        and all(row.get(name) in words for name, words in term.where.items())
    )


def _decide(
    rule: Rule, judged: Report, beside: Beside | None, left: list[Picked], right: list[Picked], held: Cells
) -> tuple[str, str]:  # fmt: skip
    both = [*left, *right]
    if any(p.figure.state == UNREADABLE for p in both):
        return "undecided", "unreadable"
    if any(p.is_foreign and (*p.report.name, *p.figure.place) in held for p in both):
        return "undecided", "counterpart_disputed"
    if "whole_year" in rule.switches and (judged.period_start.month, judged.period_start.day) != JANUARY_FIRST:
        return "undecided", "period_differs"
    if beside is None:
        return "undecided", "nothing_to_compare" if "needs_amount" in rule.switches else "no_counterpart_report"
    if "adjacent" in rule.switches and beside.is_gap:
        return "undecided", "gap_in_periods"
    stops = _missing(rule, beside, left, right)
    if stops:
        return "undecided", stops
    if "needs_amount" in rule.switches and not _sum([p for p in both if p.is_foreign]):
        return "undecided", "nothing_to_compare"
    if "each" in rule.switches:
        return ("pass", "") if all(_holds(rule.operator, [p], []) for p in left) else ("fail", "hard")
    if _holds(rule.operator, left, right):
        return "pass", ""
    if "widen_by_cutoff" in rule.switches and beside.cutoff and _may_have_grown(judged, beside.cutoff, left, right):
        return "pass", "cut_off_later"
    return "fail", "hard"


def _says(*sides: list[Picked]) -> bool:
    """Whether there is anything but nought or nothing among some figures."""
    return any(p.figure.state == UNREADABLE or p.figure.value for side in sides for p in side)


def _may_have_grown(judged: Report, cutoff: date, left: list[Picked], right: list[Picked]) -> bool:
    """Whether the side whose data stop later holds more by no more than it grew, day by day, since the beginning of the span."""
    own, other = _sum(left), _sum(right)
    more = other - own if cutoff > judged.cutoff else own - other
    days, run = abs((cutoff - judged.cutoff).days), (max(cutoff, judged.cutoff) - judged.period_start).days
    return more > 0 and more * max(run, 1) <= max(abs(own), abs(other)) * days


def _missing(rule: Rule, beside: Beside, left: list[Picked], right: list[Picked]) -> str:
    """Why a rule cannot be decided for what is missing; empty when it can."""
    if rule.missing == "zero":
        return ""
    sides = [left, right] if rule.right else [left]
    is_silent = rule.shift is not None and not any(p.is_foreign for side in sides for p in side)
    if rule.missing == "must_exist" and any(not side for side in sides) and _says(*sides):
        return "missing_counterpart"
    if is_silent and not beside.says_nought or rule.shift is None and any(not side for side in sides):
        return "missing_term"
    if rule.missing == "skip_if_all":
        return "nothing_to_compare" if any(side and all(p.figure.is_missing for p in side) for side in sides) else ""
    return "missing_value" if any(p.figure.is_missing for side in sides for p in side) else ""


def _holds(operator: str, left: list[Picked], right: list[Picked]) -> bool:
    """Whether some numbers within what is printed satisfy the comparison: rounded to nearest, or all cut off."""
    difference = _sum(left) - _sum(right)
    halves = sum((abs(p.times) * p.figure.step / 2 for p in (*left, *right)), Decimal(0))
    low, high = difference - halves, difference + halves
    if (operator == ">=" or low <= 0) and (operator == "<=" or high >= 0):
        return True
    cut_left, cut_right = _cut(left), _cut(right)
    low, high = cut_left[0] - cut_right[1], cut_left[1] - cut_right[0]
    return (operator == ">=" or low < 0) and (operator == "<=" or high > 0)


def _cut(side: list[Picked]) -> tuple[Decimal, Decimal]:
    """The lowest and highest sum when the digits behind the last one were cut off."""
    low = high = Decimal(0)
    for p in side:
        value, more = _value(p), p.figure.step
        ends = (value, value + more) if value > 0 else (value - more, value) if value < 0 else (-more, more)
        ends = tuple(sorted(p.times * end for end in ends))
        low, high = low + ends[0], high + ends[1]
    return low, high


def _sum(side: list[Picked]) -> Decimal:
    return sum((p.times * _value(p) for p in side), Decimal(0))


def _value(picked: Picked) -> Decimal:
    if picked.is_counted:
        return Decimal(1)
    return Decimal(0) if picked.figure.is_missing else picked.figure.value


def _shown(side: list[Picked]) -> str:
    return f"{_sum(side):f} of {len(side)}"
