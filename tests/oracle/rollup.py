"""Rows of units, regions and the nation on a map, from the rows of units as they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from oracle.comparators import Row, Span
from oracle.standing import Books, Key
from oracle.territory import NATION

ALL = "all"
DIMENSIONS = ("fund", "activity")
HUNDREDTH = Decimal("0.01")
# A clean nation holds, misses and bounds nothing; the nation of six units proves these columns with numbers of its own.
OPEN_AMOUNTS = ("disputed", "disputed_low", "disputed_high", "missing_low", "missing_high")
OPEN_COUNTS = ("n_disputed", "n_missing", "n_returned", "n_estimated", "n_under_review", "n_unbounded")
AFTER_FINAL = ("final_release", "accepted_after_final", "disputed_after_final")
Numbers = dict[str, Any]


@dataclass(frozen=True)
class View:
    """What a roll-up is asked for: a span, the day of a map (None: as reported), unit, region or nation, what is added up."""

    span: Span
    map_day: date | None
    by: str
    total: tuple[str, ...] = ()

    def group(self, unit: str) -> str:
        """The row of the map under which a unit's figures stand."""
        if self.by == "nation":
            return NATION
        place = self.span.territory.place(unit, self.map_day)
        return place if self.by == "unit" else self.span.territory.region(place, self.map_day or self.span.end)

    def key(self, key: Key) -> Key:
        return (*(ALL if name in self.total else code for name, code in zip(DIMENSIONS, key, strict=False)), *key[2:])


def roll_up(view: View) -> dict[Row, Numbers]:
    """(unit, region or nation of the map, key) → every number of the row."""
    span = view.span
    groups: dict[Row, list[Row]] = defaultdict(list)
    for unit, key in span.rows:
        groups[view.group(unit), view.key(key)].append((unit, key))
    asked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for unit, form, end in span.books.owed:
        if end == span.end:
            asked[view.group(unit), form].add(unit)
    return {group: _row(view, parts, _owing(view, group[0], parts, asked)) for group, parts in groups.items()}


def _owing(view: View, group: str, parts: list[Row], asked: dict[tuple[str, str], set[str]]) -> set[Row]:
    """(unit, key) for each unit that owes a report for the row: who owes its form, or whom its lines name.

    An accepted report says nought for each key that it lacks, so whoever owes the form is asked for every row of it, and for
    a total over funds whoever owes it for any of them; nobody is asked for a fund or an activity out of force.
    """
    books = view.span.books
    found: set[Row] = set()
    keys = {key for _, key in parts}
    if "fund" in view.total:
        keys |= {(fund, *key[1:]) for key in keys for code, fund in books.register.source if code == key[2]}
    for key in keys:
        if not books.in_force(key, view.span.end):
            continue
        form = books.form(key)
        if form in books.calendar_forms:
            found |= {(unit, key) for unit in asked[group, form]}
        else:
            found |= {(unit, of) for unit, of in parts if of == key}
    return found


def _row(view: View, parts: list[Row], owing: set[Row]) -> Numbers:
    span, books = view.span, view.span.books
    indicator_key = parts[0][1]
    n_owed = len({unit for unit, _ in owing})
    nil = {unit for unit, key in owing if _is_nil(span, unit, key)}
    row: Numbers = dict.fromkeys(AFTER_FINAL) | dict.fromkeys(OPEN_COUNTS, 0) | {
        "budget_year": span.end.year, "additive": books.is_added(indicator_key), "status": "accepted", "n_owed": n_owed,
        "n_reported": n_owed, "n_accepted": n_owed, "n_nil": len(nil), "coverage_count_pct": percent(n_owed, n_owed),
    }  # fmt: skip
    accepted = _accepted(view, parts)
    row |= dict.fromkeys(OPEN_AMOUNTS, None if accepted is None else Decimal(0))
    row |= {"accepted": accepted, "at_least": accepted, "at_most": accepted}
    row |= _planned(view, parts, owing, accepted) | _grown(span, parts)
    return row | {"ratio_mark": _mark(books, indicator_key, row)}


def _accepted(view: View, parts: list[Row]) -> Decimal | None:
    """Σ of what may be added, one figure alone, establishments counted again; None for what is never added."""
    books, key = view.span.books, parts[0][1]
    figures = [view.span.rows[row] for row in parts]
    if books.is_added(key):
        return sum((figure.value for figure in figures), Decimal(0))
    if _is_uncounted(view, key):
        return None
    if books.counts_establishments(key):
        return Decimal(len(set().union(*(figure.establishments for figure in figures))))
    return figures[0].value if view.by == "unit" and len(figures) == 1 else None


def _is_uncounted(view: View, key: Key) -> bool:
    """What is met twice is counted from January only: one count taken from another is none. A plan is of the whole year."""
    return view.span.books.is_distinct(key) and view.span.first_month > 1 and key[3] != "plan"


def _planned(view: View, parts: list[Row], owing: set[Row], accepted: Decimal | None) -> Numbers:
    """Plan, ratio and coverage by plan money; of what is not added by unit only."""
    nothing = dict.fromkeys(("plan_indicator_code", "plan_value", "plan_pct", "coverage_plan_pct"))
    is_alone = view.by == "unit" and len(parts) == 1
    if not (view.span.books.is_added(parts[0][1]) or is_alone) or _is_uncounted(view, parts[0][1]):
        return nothing
    plans = {row: plan for row in parts if (plan := view.span.plan(row)) is not None}
    if not plans:
        return nothing
    plan = sum(plans.values(), Decimal(0))
    asked = sum((plan for row, plan in plans.items() if view.span.is_asked(row)), Decimal(0)) if owing else Decimal(0)
    return {
        "plan_indicator_code": "+".join(sorted({view.span.plan_indicator(key) or "" for _, key in plans})),
        "plan_value": plan,
        "plan_pct": None if accepted is None else percent(accepted, plan),
        "coverage_plan_pct": percent(asked, asked),
    }


def _grown(span: Span, parts: Iterable[Row]) -> Numbers:
    """The year before and the same units now, of the units compared."""
    compared = {row: span.compared[row] for row in parts if row in span.compared}
    if not compared:
        return {"prior_value": None, "same_units_value": None, "n_same_units": 0, "growth_pct": None}
    prior = sum((each.prior for each in compared.values()), Decimal(0))
    now = sum((each.now for each in compared.values()), Decimal(0))
    growth = rounded((now / prior - 1) * 100) if prior else None
    n_units = len({unit for unit, _ in compared})
    return {"prior_value": prior, "same_units_value": now, "n_same_units": n_units, "growth_pct": growth}


def _mark(books: Books, key: Key, row: Numbers) -> str:
    """Why a ratio of money deserves a look; no plan of a clean nation is open."""
    marks: list[str] = []
    if not books.is_money(key):
        return ""
    if row["plan_value"] is not None and row["accepted"] * 100 > row["plan_value"] * books.register.parameter(
        "plan_pct_most"
    ):
        marks.append("above-plan")
    prior, now, most = row["prior_value"], row["same_units_value"], books.register.parameter("growth_most_times")
    if prior and now and prior > 0 and now > 0 and (now > most * prior or prior > most * now):
        marks.append("growth")
    return ",".join(marks)


def _is_nil(span: Span, unit: str, key: Key) -> bool:
    report = span.books.by_identity.get((unit, span.books.form(key), span.end))
    return report is not None and report.is_nil


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Percent with two decimals, half away from nought; None of nothing."""
    return rounded(Decimal(part) * 100 / whole) if whole else None


def rounded(value: Decimal) -> Decimal:
    return value.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
