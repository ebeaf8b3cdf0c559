"""The gate: which submission of each identity is in force, and which of its figures are held.

A revision comes into force when it holds no more figures than the one in force; a line that silently disappeared counts as
held. What stands decides what the others are compared with, so the gate judges again until its choice no longer changes.
Before each choice the engine is asked who the culprit is: where it is sure, the other figures of a failed verdict go free.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from khuyencong.culprits.naming import Known, name_culprits
from khuyencong.gate.choice import JUDGED, Candidate, choose
from khuyencong.gate.lapses import end_decisions
from khuyencong.gate.record import count_held, held_since, in_force, write_choice, write_history, write_rejudge
from khuyencong.gate.steps import Follows, next_step
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


MAX_ROUNDS = 8
KEEP_FROM_ROUND = 3


class GateError(RuntimeError):
    """What stands kept changing: two identities decide on each other in a circle."""


@dataclass(frozen=True)
class GateCounts:
    """submissions seen, in force (nil included), under review, figures held in force, and how often rules were judged."""

    submissions: int
    in_force: int
    under_review: int
    held: int
    rounds: int


def run_gate(
    connection: Connection,
    run_key: int,
    as_of: datetime,
    rejudge: Callable[[], None],
    follows: Follows = lambda unit, other: False,
) -> GateCounts:
    """Choose what is in force, judging again by `rejudge` until it is stable; write standing, history and holds.

    `as_of` is the moment of the run (release.run); `follows(unit, other)` says that the unit succeeded the other. What arrived
    is taken up in the steps of khuyencong.gate.steps, each settled before the next. In a step a figure once held stays held
    from the third round on, so that two reports whose holds clear each other do not go round in a circle; raises GateError
    when MAX_ROUNDS do not settle it.
    """
    rounds, known = 0, Known()
    while True:
        states, held, step_rounds = _settle(connection, run_key, rejudge, known)
        rounds += step_rounds
        write_history(connection, run_key, states, held)
        end_decisions(connection, run_key)
        taken_up = next_step(connection, run_key, as_of, follows)
        if taken_up is None:
            break
        gone = [key for key, state in states.items() if state not in JUDGED]
        with connection, connection.cursor() as cursor:
            cursor.execute("delete from checks.chk_verdict where submission_key = any(%s)", (gone,))
            write_rejudge(cursor, taken_up, taken_up)
        rejudge()
        rounds += 1
    n_review = sum(state == "under_review" for state in states.values())
    return GateCounts(len(states), len(in_force(states)), n_review, count_held(connection, run_key), rounds)


def _settle(
    connection: Connection, run_key: int, rejudge: Callable[[], None], known: Known
) -> tuple[dict[int, str], dict[int, int], int]:
    """The stable states of one step, the figures held of each submission, and how many rounds it took."""
    rounds = 1
    states, held = _choose(connection, known)
    while changed := write_choice(connection, run_key, states, keeps_holds=rounds >= KEEP_FROM_ROUND):
        if rounds == MAX_ROUNDS:
            raise GateError(f"What is in force did not settle in {rounds} rounds; submissions {sorted(changed)[:10]}.")
        rejudge()
        rounds += 1
        states, held = _choose(connection, known)
    return states, held, rounds


def _choose(connection: Connection, known: Known) -> tuple[dict[int, str], dict[int, int]]:
    name_culprits(connection, known)
    with connection, connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "candidates"))
        candidates = [Candidate(*row) for row in cursor]
        since = held_since(cursor)
        lines = _lines(cursor, candidates)

    def held(submission_key: int, moment: datetime | None) -> int:
        return sum(moment is None or known <= moment for known in since.get(submission_key, ()))

    states: dict[int, str] = {}
    for _, group in groupby(candidates, key=lambda c: c.identity_key):
        states |= choose(group, held, lambda new, old: len(lines.get(old, set()) - lines.get(new, set())))
    return states, {key: len(moments) for key, moments in since.items()}


def _lines(cursor: Cursor, candidates: list[Candidate]) -> dict[int, set[str]]:
    """The lines that say something, of the submissions that have a rival of the same identity."""
    rivals: dict[str, list[int]] = defaultdict(list)
    for candidate in candidates:
        if candidate.submission_kind == "report" and candidate.door_verdict == "accept" and not candidate.is_withdrawal:
            rivals[candidate.identity_key].append(candidate.submission_key)
    keys = [key for group in rivals.values() if len(group) > 1 for key in group]
    cursor.execute(read_statement(__package__, "lines_that_say_something"), {"submissions": keys})
    lines: dict[int, set[str]] = defaultdict(set)
    for submission_key, line_key in cursor:
        lines[submission_key].add(line_key)
    return lines
