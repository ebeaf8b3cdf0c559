"""The rows of every mart by key, as the oracle knows them; a mart's name leads to a function of the nation looked at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from oracle.comparators import Span
from oracle.duties import Duty
from oracle.rollup import View, percent, roll_up
from oracle.standing import Books
from oracle.territory import NATION

Table = dict[tuple, dict[str, Any]]
# land, door, read, build, reconcile, facts, release, marts: each begun once in a night in which nothing fails
STATIONS = 8
ROLLUP_KEY = ("unit_key", "period_end", "fund_code", "activity_code", "indicator_code", "measure")
KEYS: Mapping[str, tuple[str, ...]] = {
    "mart_national_rollup": ROLLUP_KEY,
    "mart_regional_rollup": ROLLUP_KEY,
    "mart_unit_rollup": ROLLUP_KEY,
    "mart_coverage": ("group_key", "period_end", "form_code"),
    "mart_reporting": ("unit_key", "form_code", "period_end"),
    "mart_release": ("release_number", "reason"),
    "mart_night": ("run_key",),
    "mart_release_bridge": (
        "release_number",
        *ROLLUP_KEY[:2],
        "budget_year",
        *ROLLUP_KEY[2:],
        "reason",
    ),
    "mart_held_figures": ("unit_key", "form_code", "period_end", "sheet_name", "cell_address", "rule_id"),
}


def marts_of(books: Books, owed: list[Duty]) -> dict[str, Table]:
    """Every mart of an installation whose first and only night took up all reports of a clean nation."""
    return {
        "mart_national_rollup": _rollups(books, "nation"),
        "mart_regional_rollup": _rollups(books, "region"),
        "mart_unit_rollup": _rollups(books, "unit"),
        "mart_coverage": _coverage(books, owed),
        "mart_reporting": {(duty.unit, duty.form, duty.period_end): _reporting(duty) for duty in owed},
        "mart_release": {(1, reason): {"n_opened": n, "n_closed": 0} for reason, n in _reasons(books).items()},
        "mart_night": {(1,): {"n_stations": STATIONS, "n_tries": STATIONS}},
        "mart_release_bridge": {},  # there is nothing before a first release
        "mart_held_figures": {},  # a clean nation holds nothing
    }


def _rollups(books: Books, by: str) -> Table:
    """Every month-end that a flow or a stock speaks of, from January, as reported."""
    found: Table = {}
    for end in books.periods:
        for (unit, (fund, activity, indicator, measure)), row in roll_up(View(Span(books, 1, end), None, by)).items():
            found[unit, end, fund, activity, indicator, measure] = row
    return found


def _coverage(books: Books, owed: list[Duty]) -> Table:
    """Sums of duties by form, period and group: the nation, a region, or a unit of no region."""
    added: dict[tuple, Counter[str]] = defaultdict(Counter)
    for duty in owed:
        for group in (NATION, books.territory.region(duty.unit, duty.period_end)):
            added[group, duty.period_end, duty.form].update(duty.counts)
    return {key: dict(counts) | _rates(counts) for key, counts in added.items()}


def _reporting(duty: Duty) -> dict[str, Any]:
    """One duty; no mail was sent for it."""
    nobody = dict.fromkeys(("n_reminders", "n_overdue_notices", "n_escalations"), 0)
    return duty.counts | _rates(duty.counts) | nobody | {"budget_year": duty.period_end.year}


def _rates(counts: Mapping[str, int]) -> dict[str, Decimal | None]:
    return {
        "completeness_pct": percent(counts["n_reported"], counts["n_owed"]),
        "timeliness_pct": percent(counts["n_on_time"], counts["n_owed"]),
    }


def _reasons(books: Books) -> dict[str, int]:
    """Rows that the first release opened: one a figure of a report, and one for each that was carried over a merger."""
    reported = sum(len(report.facts) for report in books.reports)
    reasons = {"arrival": reported, "succession": books.n_carried}
    return {reason: n for reason, n in reasons.items() if n}
