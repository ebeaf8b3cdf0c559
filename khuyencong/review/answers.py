"""What reviewers answered on a page: each choice becomes a decision under their login, or a refusal with its sentence.

A choice left as it is, an option not taken and a page that nobody answered record no decision: the flag stays held.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from khuyencong.review.decided_values import read_value
from khuyencong.review.decisions import DecisionError, write_decision
from khuyencong.review.ends import pending_words, revoke, sign, standing_words, words_to_end
from khuyencong.review.words import (
    OFFERED,
    PENDING,
    RECORD,
    REVOKE_REASON,
    REVOKE_WORD,
    STILL_HELD,
    AnswerRefused,
)

FIELDS = ("choice", "cell", "value", "reason")  # of each flag, named <field>_<flag_id>


@dataclass(frozen=True)
class Answer:
    """What came back from a page: `fields` as typed, by whom (an Airflow user's name; None when time ran out) and when."""

    options: tuple[str, ...]
    fields: Mapping[str, Any]
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class Word:
    """One decision as `write_decision` takes it."""

    decision: str
    reason: str
    value: Decimal | None = None
    figure_key: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one question; `sentences` (vi, en) only when the answer was refused, `note` when more is to be done."""

    flag_id: str
    outcome: str
    sentences: tuple[str, str] | None = None
    note: tuple[str, str] | None = None


def given_for(fields: Mapping[str, Any], flag_id: str) -> dict[str, str]:
    """What was typed for a flag, as text that the database can keep, without spaces around it; empty where nothing was."""
    typed = {name: fields.get(f"{name}_{flag_id}") for name in FIELDS}
    return {name: "" if value is None else _storable(str(value)) for name, value in typed.items()}


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()


def word_of(given: Mapping[str, str], figures: Sequence[Mapping[str, Any]], asks: str = "flag") -> Word | None:
    """The decision that was chosen, None for "still held". Raises AnswerRefused for one that is not complete or not clear.

    given    from `given_for`
    figures  the suspected figures as the page showed them (review.request.shown)
    asks     what the page asked (review.request.asks): only what it offered can be chosen
    """
    choice = given["choice"] or STILL_HELD
    if choice not in OFFERED[asks]:
        raise AnswerRefused("choice_unknown", written=choice)
    if choice == STILL_HELD:
        return None
    if not given["reason"]:
        raise AnswerRefused("no_reason")
    if choice != "correct":
        if given["value"]:
            raise AnswerRefused("value_not_wanted", written=given["value"])
        return Word(choice, given["reason"])
    chosen = figures
    if len(figures) > 1:
        chosen = [figure for place, figure in enumerate(figures, 1) if str(place) == given["cell"]]
    if len(chosen) != 1:
        raise AnswerRefused("several_figures")
    value = read_value(given["value"], chosen[0]["is_money"], Decimal(chosen[0].get("factor", 1)))
    return Word(choice, given["reason"], value, chosen[0]["figure_key"])


def record_answer(connection: Any, asked_from: str, answer: Answer, now: datetime) -> list[Outcome]:
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


def _end_word(connection: Any, asked_from: str, answer: Answer, now: datetime) -> Outcome | None:
    """End the word that the page's own field names; None when it names none, or when an earlier try ended it."""
    flag_id, reason = (
        _storable("" if (typed := answer.fields.get(name)) is None else str(typed)) for name in (REVOKE_WORD, REVOKE_REASON)
    )
    if not flag_id or answer.answered_by is None:
        return None
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                """select exists (select 1 from review.revocation inner join review.decision using (decision_key)
                    where decision.flag_id = %s and revocation.carried_from = %s)""",
                (flag_id, asked_from),
            )
            if cursor.fetchone()[0]:
                return None
            if not reason:
                raise AnswerRefused("no_reason")
            _revoke(cursor, asked_from, flag_id, answer.answered_by, reason, now)
    except (AnswerRefused, DecisionError) as refusal:
        if isinstance(refusal, DecisionError):
            refusal = AnswerRefused(refusal.code, said=str(refusal), login=answer.answered_by)
        return Outcome(flag_id, "refused", refusal.sentences)
    return Outcome(flag_id, "decided")


def _revoke(cursor: Any, asked_from: str, flag_id: str, login: str, reason: str, now: datetime) -> None:
    ends = [key for _, keys in words_to_end(cursor, flag_id) for key in keys]
    revoke(cursor, ends, reason, revoked_at=now, revoked_by=login, carried_from=asked_from)


def _record_one(connection: Any, request_key: int, answer: Answer, now: datetime) -> Outcome | None:
    try:
        with connection, connection.cursor() as cursor:
            return _close(cursor, request_key, answer, now, None)
    except AnswerRefused as refusal:
        with connection, connection.cursor() as cursor:
            return _close(cursor, request_key, answer, now, refusal)


def _close(
    cursor: Any, request_key: int, answer: Answer, now: datetime, refusal: AnswerRefused | None
) -> Outcome | None:
    """Close a question that is still open, with its decision in the same transaction. Raises AnswerRefused before it does."""
    cursor.execute(
        """select asked_from, flag_id, shown, evidence_hash, coalesce(newest_decision_key, 0), asks from review.request
        where request_key = %s and closed_at is null for update""",
        (request_key,),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    asked_from, flag_id, shown, evidence_hash, known_until, asks = row
    note = None
    given = given_for(answer.fields, flag_id)
    if refusal is not None:
        outcome = "refused"
    elif answer.answered_by is None:
        outcome = "timed_out"
    elif answer.options != (RECORD,) or (word := word_of(given, shown, asks)) is None:
        outcome = STILL_HELD
    else:
        note = _decide(cursor, asked_from, flag_id, evidence_hash, known_until, answer.answered_by, word, now)
        outcome = "decided"
    vi, en = refusal.sentences if refusal else (None, None)
    cursor.execute(
        """update review.request set closed_at = %s, outcome = %s, answered_by = %s, answered_at = %s, answer = %s,
            refusal_code = %s, refusal_vi = %s, refusal_en = %s
        where request_key = %s""",
        (now, outcome, answer.answered_by, answer.answered_at,
         None if answer.answered_by is None else json.dumps(given, ensure_ascii=False),
         refusal and refusal.code, vi, en, request_key),
    )  # fmt: skip
    return Outcome(flag_id, outcome, refusal.sentences if refusal else None, note)


def _decide(
    cursor: Any,
    asked_from: str,
    flag_id: str,
    evidence_hash: str,
    known_until: int,
    login: str,
    word: Word,
    now: datetime,
) -> tuple[str, str] | None:
    """Record the word of a login; what is to be said of it (vi, en), None when it counts. Raises AnswerRefused.

    known_until  the last decision that there was when the page asked: a later one on the flag is not what was answered
    """
    cursor.execute(
        """select decided_by, decision from review.decision_state
        where flag_id = %s and decision_key > %s and word_state in ('counts', 'pending')
        order by decision_key desc limit 1""",
        (flag_id, known_until),
    )
    if (other := cursor.fetchone()) is not None:
        raise AnswerRefused("decided_meanwhile", login=other[0], word=other[1])
    carried = {"carried_from": asked_from}
    try:
        if word.decision == "revoke":
            _revoke(cursor, asked_from, flag_id, login, word.reason, now)
            return None
        _refuse_changed(cursor, flag_id, evidence_hash)
        if word.decision == "sign":
            groups = [one.group_key for one in pending_words(cursor, flag_id)]
            sign(cursor, groups, word.reason, signed_at=now, signed_by=login, **carried)
            return None
        write_decision(
            cursor, flag_id, word.decision, word.reason, word.value, decided_at=now, figure_key=word.figure_key,
            decided_by=login, **carried,
        )  # fmt: skip
    except DecisionError as refusal:
        raise AnswerRefused(refusal.code, said=str(refusal), login=login) from refusal
    is_pending = any(one.state == "pending" for one in standing_words(cursor, flag_id))
    return PENDING if is_pending else None


def _refuse_changed(cursor: Any, flag_id: str, evidence_hash: str) -> None:
    """A flag that is still open must be as the page showed it; a closed one is refused by the one who writes."""
    cursor.execute(
        "select closed_run is null, review.evidence_of(flag_id) = %s from checks.flag where flag_id = %s", (evidence_hash, flag_id)
    )
    is_open, is_same = cursor.fetchone()
    if is_open and not is_same:
        raise AnswerRefused("flag_changed")
