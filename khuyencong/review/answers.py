"""What reviewers answered on a page: each choice becomes a decision under their login, or a refusal with its sentence.

A choice left as it is, an option not taken and a page that nobody answered record no decision: the flag stays held.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from khuyencong.review.decided_figures import DecisionError
from khuyencong.review.decisions import Carried, Word, write_decision
from khuyencong.review.ends import pending_words, revoke, sign, standing_words, words_to_end
from khuyencong.review.typed_answers import given_for, storable, word_of
from khuyencong.review.words import PENDING, RECORD, REVOKE_REASON, REVOKE_WORD, STILL_HELD, AnswerRefused
from warehouse.rows import rows_by_name, single_row, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


@dataclass(frozen=True)
class Answer:
    """What came back from a page: `fields` as typed, by whom (an Airflow user's name; None when time ran out) and when."""

    options: tuple[str, ...]
    fields: Mapping[str, Any]
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What became of one question; `sentences` (vi, en) only when the answer was refused, `note` when more is to be done."""

    flag_id: str
    outcome: str
    sentences: tuple[str, str] | None = None
    note: tuple[str, str] | None = None


@dataclass(frozen=True)
class OpenQuestion:
    """A row of review.request that nobody has closed: the page and the flag, what was shown and asked.

    known_until  the last decision that there was when the page asked: a later one on the flag is not what was answered
    """

    asked_from: str
    flag_id: str
    shown: list[dict[str, Any]]
    evidence_hash: str
    known_until: int
    asks: str


def record_answer(connection: Connection, asked_from: str, answer: Answer, now: datetime) -> list[Outcome]:
    """Close every open question of a page: a decision, still held, timed out, or refused; each in a transaction of its own.

    Recording again changes nothing: what was closed stays closed.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select request_key from review.request where asked_from = %s and closed_at is null order by place", (asked_from,)
        )
        keys = [row[0] for row in cursor]
    # the word that is to end first: an open page ends it
    ended = [_end_word(connection, asked_from, answer, now)] if keys and answer.options == (RECORD,) else []
    recorded = [_record_one(connection, key, answer, now) for key in keys]
    return [outcome for outcome in (*ended, *recorded) if outcome]


def _end_word(connection: Connection, asked_from: str, answer: Answer, now: datetime) -> Outcome | None:
    """End the word that the page's own field names; None when it names none, or when an earlier try ended it."""
    flag_id, reason = (
        storable("" if (typed := answer.fields.get(name)) is None else str(typed)) for name in (REVOKE_WORD, REVOKE_REASON)
    )
    if not flag_id or answer.answered_by is None:
        return None
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                read_statement(__package__, "was_ended_from"), {"flag_id": flag_id, "asked_from": asked_from}
            )
            if single_value(cursor):
                return None
            if not reason:
                raise AnswerRefused("no_reason")
            _revoke(cursor, flag_id, Carried(answer.answered_by, asked_from), reason, now)
    except (AnswerRefused, DecisionError) as refusal:
        if isinstance(refusal, DecisionError):
            refusal = AnswerRefused(refusal.code, said=str(refusal), login=answer.answered_by)
        return Outcome(flag_id, "refused", refusal.sentences)
    return Outcome(flag_id, "decided")


def _revoke(cursor: Cursor, flag_id: str, carried: Carried, reason: str, now: datetime) -> None:
    ends = [key for _, keys in words_to_end(cursor, flag_id) for key in keys]
    revoke(cursor, ends, reason, revoked_at=now, revoked_by=carried.decided_by, carried_from=carried.carried_from)


def _record_one(connection: Connection, request_key: int, answer: Answer, now: datetime) -> Outcome | None:
    try:
        with connection, connection.cursor() as cursor:
            return _close(cursor, request_key, answer, now, None)
    except AnswerRefused as refusal:
        with connection, connection.cursor() as cursor:
            return _close(cursor, request_key, answer, now, refusal)


def _close(
    cursor: Cursor, request_key: int, answer: Answer, now: datetime, refusal: AnswerRefused | None
) -> Outcome | None:
    """Close a question that is still open, with its decision in the same transaction. Raises AnswerRefused before it does."""
    cursor.execute(read_statement(__package__, "open_question"), {"request_key": request_key})
    row = next(rows_by_name(cursor), None)
    if row is None:
        return None
    question, note = OpenQuestion(**row), None
    given = given_for(answer.fields, question.flag_id)
    if refusal is not None:
        outcome = "refused"
    elif answer.answered_by is None:
        outcome = "timed_out"
    elif answer.options != (RECORD,) or (word := word_of(given, question.shown, question.asks)) is None:
        outcome = STILL_HELD
    else:
        note = _decide(cursor, question, answer.answered_by, word, now)
        outcome = "decided"
    vi, en = refusal.sentences if refusal else (None, None)
    cursor.execute(
        read_statement(__package__, "close_question"),
        {
            "request_key": request_key,
            "closed_at": now,
            "outcome": outcome,
            "answered_by": answer.answered_by,
            "answered_at": answer.answered_at,
            "answer": None if answer.answered_by is None else json.dumps(given, ensure_ascii=False),
            "refusal_code": refusal and refusal.code,
            "refusal_vi": vi,
            "refusal_en": en,
        },
    )
    return Outcome(question.flag_id, outcome, refusal.sentences if refusal else None, note)


def _decide(
    cursor: Cursor, question: OpenQuestion, login: str, word: Word, now: datetime
) -> tuple[str, str] | None:
    """Record the word of a login; what is to be said of it (vi, en), None when it counts. Raises AnswerRefused."""
    flag_id, carried = question.flag_id, Carried(login, question.asked_from)
    cursor.execute(
        read_statement(__package__, "decided_meanwhile"), {"flag_id": flag_id, "known_until": question.known_until}
    )
    if (other := cursor.fetchone()) is not None:
        raise AnswerRefused("decided_meanwhile", login=other[0], word=other[1])
    try:
        if word.decision == "revoke":
            _revoke(cursor, flag_id, carried, word.reason, now)
            return None
        _refuse_changed(cursor, flag_id, question.evidence_hash)
        if word.decision == "sign":
            groups = [one.group_key for one in pending_words(cursor, flag_id)]
            sign(cursor, groups, word.reason, signed_at=now, signed_by=login, carried_from=question.asked_from)
            return None
        write_decision(cursor, flag_id, word, decided_at=now, carried=carried)
    except DecisionError as refusal:
        raise AnswerRefused(refusal.code, said=str(refusal), login=login) from refusal
    is_pending = any(one.state == "pending" for one in standing_words(cursor, flag_id))
    return PENDING if is_pending else None


def _refuse_changed(cursor: Cursor, flag_id: str, evidence_hash: str) -> None:
    """A flag that is still open must be as the page showed it; a closed one is refused by the one who writes."""
    cursor.execute(
        "select closed_run is null, review.evidence_of(flag_id) = %s from checks.flag where flag_id = %s", (evidence_hash, flag_id)
    )
    is_open, is_same = single_row(cursor)
    if is_open and not is_same:
        raise AnswerRefused("flag_changed")
