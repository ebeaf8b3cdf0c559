"""A reviewer's word on a flag: one row a (figure, rule) of the flag, against the value that was reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from psycopg2 import sql
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extras import execute_values

from khuyencong.review.decided_figures import DecisionError, decided_figures

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor

WORDS = ("confirm", "waive", "correct", "apply")
COLUMNS = (
    "flag_id", "figure_key", "rule_id", "rule_terms_hash", "reported_value", "decision", "corrected_value", "reason",
    "until_date", "decided_at",
)  # fmt: skip
# A reviewer's own login may not even name the columns of a carried answer.
COLUMNS_OF_CARRIED = (*COLUMNS, "decided_by", "carried_from")


@dataclass(frozen=True)
class Word:
    """What a reviewer says of a flag: `confirm`, `waive`, `correct` or `apply`, and why.

    value        the true value of the currency or the indicator's unit, for `correct` only
    figure_key   which figure a correction is about, when the flag suspects several
    until        last day of a waiver
    is_block     whether `apply` may correct more than one cell
    """

    decision: str
    reason: str
    value: Decimal | None = None
    figure_key: str | None = None
    until: date | None = None
    is_block: bool = True


@dataclass(frozen=True)
class Carried:
    """Whose word another login carries: the login of the reviewer, and the page that asked for it."""

    decided_by: str
    carried_from: str


def decide(
    connection: Connection, flag_id: str, decision: str, reason: str, value: Decimal | None = None,
    until: date | None = None, *, decided_at: datetime, figure_key: str | None = None,
) -> int:  # fmt: skip
    """Record a reviewer's word in a transaction of its own; as `write_decision`."""
    with connection, connection.cursor() as cursor:
        return write_decision(cursor, flag_id, Word(decision, reason, value, figure_key, until), decided_at=decided_at)


def write_decision(
    cursor: Cursor, flag_id: str, word: Word, *, decided_at: datetime, carried: Carried | None = None
) -> int:
    """Record a word on an open flag; returns the number of rows written, which are one word.

    Who decides is the database login, unless an answer is carried. That it is a reviewer's, and not the sender's, is judged by
    the database (review.guard_decision), whose refusal becomes a DecisionError like any other; so is whether the word counts or
    waits for a second reviewer (review.decision_state). The cursor's transaction is to be rolled back after an error.
    """
    check_word(word.decision, word.value, word.until)
    if not word.reason.strip():
        raise DecisionError("A decision needs its reason (--reason).", "no_reason")
    figures = decided_figures(
        cursor, flag_id, word.decision, word.value, figure_key=word.figure_key, is_block=word.is_block
    )
    said = "correct" if word.decision == "apply" else word.decision
    by = (carried.decided_by, carried.carried_from) if carried else ()
    rows = [
        (flag_id, figure.figure_key, figure.rule_id, figure.terms_hash, figure.reported, said, figure.corrected, word.reason,
         word.until, decided_at, *by)
        for figure in figures
    ]  # fmt: skip
    names = sql.SQL(", ").join(map(sql.Identifier, COLUMNS_OF_CARRIED if carried else COLUMNS))
    try:
        # One statement, so that the database weighs the word as a whole.
        execute_values(
            cursor, sql.SQL("insert into review.decision ({}) values %s").format(names), rows, page_size=len(rows)
        )
    except InsufficientPrivilege as refusal:
        raise refused(refusal) from refusal
    return len(figures)


def refused(refusal: InsufficientPrivilege) -> DecisionError:
    """The refusal of one of the database's guards in its own words; the guard's constraint is its code."""
    return DecisionError(refusal.diag.message_primary or str(refusal), refusal.diag.constraint_name or "refused")


def check_word(decision: str, value: object, until: date | None) -> None:
    """Raise DecisionError for a word that does not exist, or that cannot be said so."""
    if decision not in WORDS:
        raise DecisionError(f"A decision is one of {', '.join(WORDS)}, not {decision!r}.")
    if (decision == "correct") != (value is not None):
        raise DecisionError("--value belongs to `correct`, and `correct` needs it.")
    if until is not None and decision != "waive":
        raise DecisionError("--until belongs to `waive`.")
