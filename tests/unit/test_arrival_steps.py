"""Where a step of a night ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from khuyencong.arrival_steps import Arrived, next_horizon

START = datetime(2025, 7, 1)
QUARTER, HALF = date(2025, 3, 31), date(2025, 6, 30)


def came(day: int, identity: str, unit: str = "a", end: date = HALF, **more: object) -> Arrived:
    plain = {"spoken_until": end, "budget_year": 2025, "is_revision": False, "names_units": False, **more}
    return Arrived(day, identity, unit, end, received_at=START + timedelta(days=day), **plain)


REVISION = came(2, "a money", is_revision=True)
CASES = {
    "first reports need no step": ([came(1, "a money"), came(2, "b money", "b")], [], None),
    "a revision alone": ([came(1, "a money"), REVISION], [], None),
    "what another unit sends says nothing": ([came(1, "a money"), REVISION, came(3, "b money", "b")], [], None),
    "a later period says nothing": ([REVISION, came(3, "a year", end=date(2025, 12, 31))], [], None),
    "another form of the period": ([REVISION, came(3, "b", "b"), came(4, "a results")], [], 3),
    "an earlier period": ([REVISION, came(4, "a before", end=QUARTER)], [], 2),
    "its own next revision": ([REVISION, came(3, "a money", is_revision=True)], [], 2),
    "two revisions that do not meet": ([REVISION, came(3, "b money", "b", is_revision=True)], [], None),
    "two that do": ([came(1, "a results", is_revision=True), REVISION], [], 1),
    "a predecessor's report": ([REVISION, came(3, "old money", "old", end=QUARTER)], [], 2),
    "a decision names units": ([REVISION, came(3, "plan", "centre", spoken_until=date(2025, 5, 5), names_units=True)], [], 2),
    "a decision of later": ([REVISION, came(3, "plan", "centre", spoken_until=date(2025, 8, 5), names_units=True)], [], None),
    "a decision of another year": ([REVISION, came(3, "plan", "centre", budget_year=2024, names_units=True)], [], None),
    "a revised list that names units": (
        [came(2, "treasury", "centre", names_units=True, is_revision=True), came(3, "z progress", "z")], [], 2),
    "at the same moment": ([REVISION, came(2, "a results")], [], None),
    "one under review is weighed with what speaks about it": ([came(3, "a results")], [REVISION], None),
    "and again with the next": ([came(3, "a results"), came(4, "b", "b"), came(5, "a before", end=QUARTER)], [REVISION], 4),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_step_ends_before_what_could_speak_about_it(name: str) -> None:
    unseen, waiting, day = CASES[name]
    expected = None if day is None else START + timedelta(days=day)
    assert next_horizon(unseen, waiting, lambda unit, other: (unit, other) == ("a", "old")) == expected
