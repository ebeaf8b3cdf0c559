"""Which submission of one identity is in force: a walk through what arrived, in the order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

IN_FORCE = ("in_force", "nil")
JUDGED = (*IN_FORCE, "under_review")


@dataclass(frozen=True)
class Candidate:
    """What the gate needs to know of one visible submission.

    door_verdict is accept, return, or withdrawn by the desk; was_in_force: then it had come into force.
    """

    submission_key: int
    identity_key: str
    identity_sequence: int
    submission_kind: str
    door_verdict: str
    is_withdrawal: bool
    is_nil: bool
    recorded_state: str | None
    received_at: datetime
    was_in_force: bool = False


def choose(
    candidates: Iterable[Candidate],
    held: Callable[[int, datetime | None], int],
    vanished: Callable[[int, int], int],
) -> dict[int, str]:
    """The state of every submission of one identity, in the order of arrival.

    `held(key, moment)` counts the figures of a submission that were held by what was known at a moment (None: now);
    `vanished(new, old)` counts lines of `old` that `new` lost in silence. A revision is weighed when it comes, again when the
    next comes, and now. Nothing before the last one known to be in force, nil or a withdrawal is chosen again; what the desk took
    out before it was in force never competed.
    """
    ordered = sorted(candidates, key=lambda c: c.identity_sequence)
    ends = (c for c in ordered if c.recorded_state in (*IN_FORCE, "withdrawal") or c.was_in_force)
    settled = max((c.identity_sequence for c in ends), default=0)
    states: dict[int, str] = {}
    current: Candidate | None = None
    waiting: list[Candidate] = []

    def fits(candidate: Candidate, moment: datetime | None) -> bool:
        if current is None:
            return True
        lost = vanished(candidate.submission_key, current.submission_key)
        return held(candidate.submission_key, moment) + lost <= held(current.submission_key, moment)

    def weigh(moment: datetime | None) -> None:
        nonlocal current, waiting
        for candidate in list(waiting):
            if fits(candidate, moment):
                for before in waiting[: waiting.index(candidate)]:
                    states[before.submission_key] = "superseded"
                waiting = waiting[waiting.index(candidate) + 1 :]
                if current is not None:
                    states[current.submission_key] = "superseded"
                states[candidate.submission_key] = "nil" if candidate.is_nil else "in_force"
                current = candidate

    for candidate in ordered:
        key = candidate.submission_key
        if candidate.door_verdict == "return":
            states[key] = "returned"
        elif candidate.door_verdict == "withdrawn":
            states[key] = "withdrawn"
        elif candidate.submission_kind != "report":
            states[key] = candidate.submission_kind
        elif candidate.is_withdrawal:
            weigh(candidate.received_at)
            states |= {each.submission_key: "superseded" for each in waiting}
            if current is not None:
                states[current.submission_key] = "withdrawn"
            states[key], current, waiting = "withdrawal", None, []
        elif candidate.identity_sequence < settled:
            states[key] = "withdrawn" if candidate.recorded_state == "withdrawn" else "superseded"
        else:
            weigh(candidate.received_at)
            states[key] = "under_review"
            waiting.append(candidate)
            if candidate.recorded_state != "under_review":
                weigh(candidate.received_at)
    weigh(None)
    return states
