"""What came from one night to the next, as the bridge between their releases tells it."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from oracle.facts import Report
from oracle.marts import STATIONS, Table

# Reports of new periods open rows and close none, and nothing of a clean nation is disputed or missing.
UNMOVED = (
    "disputed_change", "disputed_low_change", "disputed_high_change", "missing_low_change", "missing_high_change",
)  # fmt: skip


def bridged(first: list[Report], second: list[Report], n_carried: int) -> dict[str, Table]:
    """Marts of two nights: the first took up `first`, the second what `second` has beside it, all of it new periods.

    A change of a plan stands at the month-end of the report that says it. `n_carried`: how often a figure of `first` was
    carried over a merger; what came later carries nothing.
    """
    then = {(report.unit, report.form, report.period_end) for report in first}
    new = [
        fact for report in second if (report.unit, report.form, report.period_end) not in then for fact in report.facts
    ]
    changes: dict[tuple, Decimal] = defaultdict(Decimal)
    counts: Counter[tuple] = Counter()
    for fact in new:
        key = (
            2,
            fact.unit,
            fact.period_end,
            fact.period_end.year,
            fact.fund,
            fact.activity,
            fact.indicator,
            fact.measure,
            "arrival",
        )
        changes[key] += fact.value
        counts[key] += 1
    opened = {
        (1, "arrival"): sum(len(report.facts) for report in first),
        (1, "succession"): n_carried,
        (2, "arrival"): len(new),
    }
    night = {"n_stations": STATIONS, "n_tries": STATIONS}
    return {
        "mart_release_bridge": {
            key: dict.fromkeys(UNMOVED, Decimal(0))
            | {"budget_year": key[3], "accepted_change": change, "n_changes": counts[key]}
            for key, change in changes.items()
        },
        "mart_release": {key: {"n_opened": n, "n_closed": 0} for key, n in opened.items()},
        "mart_night": {(1,): night, (2,): night},
    }
