"""Where a step of a night ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from khuyencong.gate.steps import Arrived, next_horizon

START = datetime(2025, 7, 1)
QUARTER, HALF = date(2025, 3, 31), date(2025, 6, 30)


def came(day: int, identity: str, unit: str = "a", end: date = HALF, **more: object) -> Arrived:
    plain = {"spoken_until": end, "budget_year": 2025, "is_revision": False, "names_units": False, **more}
    return Arrived(day, identity, unit, end, received_at=START + timedelta(days=day), **plain)


REVISION = came(2, "a money", is_revision=True)
CASES = {
    "first reports need no step": ([came(1, "a money"), came(2, "b money", "b")], [], None),
    "a revision alone": ([came(1, "a money"), REVISION], [], None),
    "what comes for the first time is left aside by the gate": ([REVISION, came(3, "a results")], [], None),
    "another unit's revision": ([REVISION, came(3, "b money", "b", is_revision=True)], [], None),
    "of a later period": ([REVISION, came(3, "a year", end=date(2025, 12, 31), is_revision=True)], [], None),
    "of another form of the period": ([REVISION, came(3, "b", "b"), came(4, "a results", is_revision=True)], [], 3),
    "of an earlier period": ([REVISION, came(4, "a before", end=QUARTER, is_revision=True)], [], 2),
    "its own next revision is walked through": ([REVISION, came(3, "a money", is_revision=True)], [], None),
    "unless a decision could lapse": ([REVISION, came(3, "a money", is_revision=True, is_decided=True)], [], 2),
    "of a predecessor": ([REVISION, came(3, "old money", "old", end=QUARTER, is_revision=True)], [], 2),
    "of a decision that names units": (
        [REVISION, came(3, "plan", "centre", spoken_until=date(2025, 5, 5), names_units=True, is_revision=True)], [], 2),
    "of a decision of later": (
        [REVISION, came(3, "plan", "centre", spoken_until=date(2025, 8, 5), names_units=True, is_revision=True)], [], None),
    "of a decision of another year": (
        [REVISION, came(3, "plan", "centre", budget_year=2024, names_units=True, is_revision=True)], [], None),
    "of a list that names units": (
        [came(2, "treasury", "centre", names_units=True, is_revision=True), came(3, "z", "z", is_revision=True)], [], 2),
    "at the same moment": ([REVISION, came(2, "a results", is_revision=True)], [], None),
    "one under review is weighed with what speaks about it": ([came(3, "a results", is_revision=True)], [REVISION], None),
    "and again with the next": (
        [came(3, "a results", is_revision=True), came(4, "b", "b"), came(5, "a before", end=QUARTER, is_revision=True)],
        [REVISION], 4),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_step_ends_before_what_could_speak_about_it(name: str) -> None:
    unseen, waiting, day = CASES[name]
    expected = None if day is None else START + timedelta(days=day)
    assert next_horizon(unseen, waiting, lambda unit, other: (unit, other) == ("a", "old")) == expected
