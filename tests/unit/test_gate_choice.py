"""What is in force among the submissions of one identity."""

from __future__ import annotations

from datetime import datetime

import pytest

from khuyencong.gate.choice import Candidate, choose


def _of(key: int, **more: object) -> Candidate:
    plain = {
        "identity_key": "a", "identity_sequence": key, "submission_kind": "report", "door_verdict": "accept",
        "is_withdrawal": False, "is_nil": False, "recorded_state": None, "received_at": datetime(2025, 7, key),
    }  # fmt: skip
    return Candidate(key, **{**plain, **more})


CASES = {
    "alone": ([_of(1)], {}, {}, ["in_force"]),
    "alone with holds": ([_of(1)], {1: 9}, {}, ["in_force"]),
    "a better revision": ([_of(1), _of(2)], {1: 2, 2: 1}, {}, ["superseded", "in_force"]),
    "an equal revision": ([_of(1), _of(2)], {1: 2, 2: 2}, {}, ["superseded", "in_force"]),
    "a worse revision": ([_of(1), _of(2)], {1: 0, 2: 1}, {}, ["in_force", "under_review"]),
    "a vanished line": ([_of(1), _of(2)], {}, {(2, 1): 1}, ["in_force", "under_review"]),
    "worse, then good": ([_of(1), _of(2), _of(3)], {2: 1}, {}, ["superseded", "superseded", "in_force"]),
    "good, worse, worse": ([_of(1), _of(2), _of(3)], {2: 1, 3: 1}, {}, ["in_force", "under_review", "under_review"]),
    "returned": ([_of(1), _of(2, door_verdict="return")], {}, {}, ["in_force", "returned"]),
    "nil": ([_of(1, is_nil=True)], {}, {}, ["nil"]),
    "withdrawn": ([_of(1), _of(2, is_withdrawal=True)], {}, {}, ["withdrawn", "withdrawal"]),
    "withdrawn and sent again": (
        [_of(1), _of(2, is_withdrawal=True), _of(3)], {3: 5}, {}, ["withdrawn", "withdrawal", "in_force"]),
    "no older one returns": (
        [_of(1, recorded_state="superseded"), _of(2, recorded_state="in_force")], {2: 9}, {}, ["superseded", "in_force"]),
    "after a withdrawal nothing returns": (
        [_of(1, recorded_state="withdrawn"), _of(2, is_withdrawal=True, recorded_state="withdrawal")], {}, {},
        ["withdrawn", "withdrawal"]),
    "under review is tried again": (
        [_of(1, recorded_state="in_force"), _of(2, recorded_state="under_review")], {1: 1, 2: 1}, {},
        ["superseded", "in_force"]),
    "good when it came, disputed later": ([_of(1), _of(2)], {2: {5: 1}}, {}, ["superseded", "in_force"]),
    "bad when it came, the old one worse later": (
        [_of(1), _of(2)], {1: {5: 2}, 2: {2: 1}}, {}, ["superseded", "in_force"]),
    "let in by what was known when the next came": (
        [_of(1), _of(2), _of(4)], {1: {3: 2}, 2: {2: 1}, 4: {4: 2}}, {}, ["superseded", "in_force", "under_review"]),
    "of two that wait the first is let in": (
        [_of(1), _of(2), _of(3)], {1: {9: 1}, 2: {2: 1}, 3: {3: 2}}, {}, ["superseded", "in_force", "under_review"]),
    "a withdrawal ends what waits": (
        [_of(1), _of(2), _of(3, is_withdrawal=True)], {2: 1}, {}, ["withdrawn", "superseded", "withdrawal"]),
    "another sender": ([_of(1, submission_kind="cross_check")], {}, {}, ["cross_check"]),
    "running text": ([_of(1, submission_kind="mentions")], {}, {}, ["mentions"]),
}  # fmt: skip


def _held(known: int | dict[int, int], moment: datetime | None) -> int:
    """A number, or day of July → how many are held from then on."""
    if isinstance(known, int):
        return known
    return next((n for day, n in sorted(known.items(), reverse=True) if moment is None or day <= moment.day), 0)


@pytest.mark.parametrize("name", CASES)
def test_choice(name: str) -> None:
    candidates, held, vanished, expected = CASES[name]
    states = choose(candidates, lambda key, moment: _held(held.get(key, 0), moment), lambda new, old: vanished.get((new, old), 0))
    assert [states[candidate.submission_key] for candidate in candidates] == expected
