"""Histories of nights for tests of the release layer alone: what a few figures said on each night, as short words.

A night is {figure: word}; a figure that a night does not name is not there. Words: "5" accepted, "held 5", "missing 2-9"
(between 2 and 9), "missing 2" (no upper bound), "carried 5". A report is {unit period: state}.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from released import AS_OF, set_facts, start_run

from khuyencong.release.release import ReleaseOutcome, open_release

Q1, Q2, Q3 = "2025-03-31", "2025-06-30", "2025-09-30"
PLAN = {"indicator_code": "KC-P02", "measure": "plan", "period_end": "2025-12-31", "effective_from": Q1}
WORKERS = {"indicator_code": "KC-A4-02e", "fund_code": "KCQG", "activity_code": "A4", "form_code": "ket-qua"}
FIRM = {"indicator_code": "KC-B01", "fund_code": "KCQG", "period_end": Q2, "form_code": "thu-huong"}

# Name → what differs from the usual row: Hà Nội, first quarter, disbursed provincial money.
FIGURES: dict[str, dict[str, Any]] = {
    "hanoi A1 Q1": {},
    "hanoi A1 Q2": {"period_end": Q2},
    "hanoi A2 Q2": {"period_end": Q2, "activity_code": "A2"},
    "hanoi plan": {**PLAN, "effective_to": Q2},
    "hanoi plan from June": {**PLAN, "effective_from": Q2},
    "hanoi workers": WORKERS,
    "hanoi workers, women": {**WORKERS, "dimension_key": "sex=F"},
    "hanoi A1 Q1, women": {"dimension_key": "sex=F"},
    "hanoi A1 Q2, women": {"dimension_key": "sex=F", "period_end": Q2},
    "longan A1 Q2": {"unit_key": "long-an", "period_end": Q2},
    "longan A1 Q3": {"unit_key": "long-an", "period_end": Q3, "carried_into": "tay-ninh-2025"},
    "tayninh A1 Q3": {"unit_key": "tay-ninh-2025", "period_end": Q3},
    "firm X at hanoi": {**FIRM, "establishment_key": "X", "project_key": "P1"},
    "firm Y at hanoi": {**FIRM, "establishment_key": "Y", "project_key": "P1"},
    "firm X again": {**FIRM, "establishment_key": "X", "project_key": "P2"},
    "firm X again, women": {**FIRM, "establishment_key": "X", "project_key": "P2", "dimension_key": "sex=F"},
    "firm X at hue": {**FIRM, "establishment_key": "X", "project_key": "P3", "unit_key": "hue"},
}
REPORTS = {
    "hanoi Q1": {}, "hanoi Q2": {"period_end": Q2}, "longan Q2": {"unit_key": "long-an", "period_end": Q2},
    "tayninh Q3": {"unit_key": "tay-ninh-2025", "period_end": Q3},
}  # fmt: skip

amount = st.one_of(st.integers(0, 9), st.just(10**15))
bounds = st.builds(lambda low, more: f"missing {low}" + (f"-{low + more}" if more else ""), st.integers(0, 3), st.integers(0, 3))
word = st.one_of(
    amount.map(str), amount.map(lambda v: f"held {v}"), bounds, amount.map(lambda v: f"carried {v}")
)  # fmt: skip
figures = st.dictionaries(st.sampled_from(sorted(FIGURES)), word, max_size=6)
reports = st.dictionaries(st.sampled_from(sorted(REPORTS)), st.sampled_from(["in_force", "missing", "nil"]), max_size=3)
histories = st.lists(st.tuples(figures, reports), min_size=1, max_size=4)


def contribution(figure: str, says: str) -> dict[str, Any]:
    """The row of facts.fct_contribution that a figure's word stands for."""
    row = {"effective_from": FIGURES[figure].get("period_end", Q1), **FIGURES[figure], "cause_reference": f"{figure}: {says}"}
    kind, _, rest = says.rpartition(" ")
    if kind == "missing":
        low, _, high = rest.partition("-")
        return row | {"state": "missing", "value": None, "low": low, "high": high or None}
    value = "1" if row.get("establishment_key") else rest
    if kind == "held":
        return row | {"state": "disputed", "value": value, "low": 0, "high": value, "held_by": "R"}
    return row | {"state": kind or "accepted", "value": value}


def report(name: str, state: str) -> dict[str, Any]:
    """The row of facts.fct_report that a report's state stands for."""
    row = {**REPORTS[name], "state": state}
    return row if state != "missing" else row | {"sha256_in_force": None, "period_start": None}


def play(connection: Any, history: list[tuple[dict, dict]], shuffle: random.Random | None = None) -> list[ReleaseOutcome]:
    """Every night of a history, one after the other from an empty release, rows in a shuffled order; their outcomes."""
    with connection, connection.cursor() as cursor:
        for table in ("control_total", "contribution", "report", "release", "run"):
            cursor.execute(f"delete from release.{table}")
    return [play_night(connection, one_night, number, shuffle) for number, one_night in enumerate(history)]


def play_night(
    connection: Any, one_night: tuple[dict, dict], number: int, shuffle: random.Random | None = None
) -> ReleaseOutcome:
    """One more night, `number` days after the first."""
    said, stood = one_night
    rows = [contribution(figure, says) for figure, says in said.items()]
    reports_now = [report(name, state) for name, state in stood.items()]
    if shuffle:
        shuffle.shuffle(rows)
        shuffle.shuffle(reports_now)
    as_of = AS_OF + timedelta(days=number)
    with connection, connection.cursor() as cursor:
        set_facts(cursor, rows, reports_now)
        run_key = start_run(cursor, as_of)
    return open_release(connection, run_key, as_of)
