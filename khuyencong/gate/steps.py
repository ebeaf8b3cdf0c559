"""The steps in which a night takes up what arrived, so that what is in force does not depend on how many nights there were.

A revision is weighed with what was known when it came. What came later for the first time is left aside by the gate itself;
what replaced something that was known then is not: a step ends before a revision that could speak about a revision of the step,
or about one under review. Most nights have one step; a first night over old files has as many as it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


Follows = Callable[[str, str], bool]


@dataclass(frozen=True)
class Arrived:
    """What the planning of steps must know of a submission that the door accepted.

    spoken_until   month-end that it speaks about, or the day of a decision if that is earlier
    is_revision    an earlier submission of its identity was accepted
    names_units    its lines name units, so it speaks about all of them
    is_decided     a reviewer decided on a figure of its identity
    """

    submission_key: int
    identity_key: str
    unit_key: str
    period_end: date
    spoken_until: date
    budget_year: int
    received_at: datetime
    is_revision: bool
    names_units: bool
    is_decided: bool = False


def could_speak_about(later: Arrived, judged: Arrived, follows: Follows) -> bool:
    """Whether an arrival may change what rules say about a submission: same identity, evidence of the same unit or of one
    that it followed and for no later period, or a document whose lines name units.

    `follows(unit, other)`: the unit succeeded the other.
    """
    if later.identity_key == judged.identity_key:
        return True
    if later.names_units:
        return later.budget_year == judged.budget_year and later.spoken_until <= judged.period_end
    if judged.names_units:
        return later.period_end == judged.period_end
    is_family = later.unit_key == judged.unit_key or follows(judged.unit_key, later.unit_key)
    return is_family and later.period_end <= judged.period_end


def next_horizon(unseen: Iterable[Arrived], waiting: Sequence[Arrived], follows: Follows) -> datetime | None:
    """The moment at which the next step ends; None: it takes up all that is unseen.

    `unseen` in the order of arrival; `waiting` are under review and are weighed again once something else is said about them.
    Revisions of one identity are walked through in one step, unless a decision could lapse between them.
    """
    watched: list[Arrived] = []
    asleep, last = list(waiting), None
    for arrived in unseen:
        if arrived.is_revision:
            is_later = last is not None and arrived.received_at > last
            if is_later and any(_must_wait(arrived, each, follows) for each in watched):
                return last
            woken = [each for each in asleep if could_speak_about(arrived, each, follows)]
            asleep = [each for each in asleep if each not in woken]
            watched += [*woken, arrived]
        last = arrived.received_at
    return None


def _must_wait(later: Arrived, judged: Arrived, follows: Follows) -> bool:
    if later.identity_key == judged.identity_key:
        return later.is_decided
    return could_speak_about(later, judged, follows)


def begin_steps(connection: Connection, as_of: datetime, follows: Follows) -> None:
    """Set the horizon of the first step, before anything is judged."""
    with connection, connection.cursor() as cursor:
        cursor.execute("delete from checks.horizon")
        _set_horizon(cursor, as_of, follows)


def next_step(connection: Connection, run_key: int, as_of: datetime, follows: Follows) -> set[int] | None:
    """Go on to the next step: what stands is guessed for what it takes up, as at the start of a night.

    Returns the submissions to judge; None when the night has seen everything.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute("delete from checks.horizon returning received_until")
        if cursor.fetchone() is None:
            return None
        _set_horizon(cursor, as_of, follows)
        cursor.execute(read_statement(__package__, "taken_up"))
        cursor.execute(read_statement(__package__, "forget_standing"))
        changed = {key for (key,) in cursor}
        cursor.execute(read_statement(__package__, "guess_standing"), {"run_key": run_key})
        cursor.execute("select submission_key from taken_up")
        return changed | {key for (key,) in cursor}


def _set_horizon(cursor: Cursor, as_of: datetime, follows: Follows) -> None:
    cursor.execute(read_statement(__package__, "arrived"), {"as_of": as_of, "is_waiting": False})
    unseen = [Arrived(*row) for row in cursor]
    cursor.execute(read_statement(__package__, "arrived"), {"as_of": as_of, "is_waiting": True})
    waiting = [Arrived(*row) for row in cursor]
    until = next_horizon(unseen, waiting, follows)
    if until is not None:
        cursor.execute("insert into checks.horizon (received_until) values (%s)", (until,))
