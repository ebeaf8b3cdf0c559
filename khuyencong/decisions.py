"""A reviewer's word on a flag: one row a (figure, rule) of the flag, against the value that was reported."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg2.errors import InsufficientPrivilege

WORDS = ("confirm", "waive", "correct")
COLUMNS = (
    "flag_id", "figure_key", "rule_id", "rule_terms_hash", "reported_value", "decision", "corrected_value", "reason",
    "until_date", "decided_at",
)  # fmt: skip


class DecisionError(ValueError):
    """A decision that cannot be taken; the message says why and what to do, `code` is its name for programs."""

    def __init__(self, sentence: str, code: str = "not_understood") -> None:
        super().__init__(sentence)
        self.code = code


def decide(connection: Any, *word: Any, **more: Any) -> int:
    """Record a reviewer's word in a transaction of its own; arguments and errors of `write_decision`."""
    with connection, connection.cursor() as cursor:
        return write_decision(cursor, *word, **more)


def write_decision(
    cursor: Any,
    flag_id: str,
    decision: str,
    reason: str,
    value: Decimal | None = None,
    until: date | None = None,
    *,
    decided_at: datetime,
    figure_key: str | None = None,
    decided_by: str | None = None,
    carried_from: str | None = None,
) -> int:
    """Record `confirm`, `waive` or `correct` on an open flag; returns the number of rows written.

    value        the true value in đồng or the indicator's unit, for `correct` only
    until        last day of a waiver
    figure_key   which figure a correction is about, when the flag suspects several
    decided_by   the login of the reviewer whose word another login carries, from the page `carried_from` that asked for it

    Who decides is the database login, unless an answer is carried. That it is a reviewer's, and not the sender's, is judged by
    the database (review.guard_decision), whose refusal becomes a DecisionError like any other. The cursor's transaction is then
    to be rolled back.
    """
    if decision not in WORDS:
        raise DecisionError(f"A decision is one of {', '.join(WORDS)}, not {decision!r}.")
    if not reason.strip():
        raise DecisionError("A decision needs its reason (--reason).", "no_reason")
    if (decision == "correct") != (value is not None):
        raise DecisionError("--value belongs to `correct`, and `correct` needs it.")
    if until is not None and decision != "waive":
        raise DecisionError("--until belongs to `waive`.")
    if (decided_by is None) != (carried_from is None):
        raise ValueError("An answer is carried for somebody and from somewhere.")
    cursor.execute("select closed_run from checks.flag where flag_id = %s", (flag_id,))
    row = cursor.fetchone()
    if row is None:
        raise DecisionError(f"There is no flag {flag_id!r}; `kc flags` lists them.", "flag_closed")
    if row[0] is not None:
        raise DecisionError(f"The flag {flag_id} is closed since run {row[0]}.", "flag_closed")
    cursor.execute(
        """select distinct on (flag_figure.figure_key, flag_figure.rule_id) flag_figure.figure_key,
            flag_figure.rule_id, rule.terms_hash, figure.value, flag_figure.is_suspected
        from checks.flag_figure
        inner join checks.flag using (flag_id)
        inner join register.rule using (rule_id)
        inner join staging.stg_figure as figure
            on (flag_figure.submission_key, flag_figure.sheet_code, flag_figure.row_number, flag_figure.column_name)
            = (figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name)
        where flag_figure.flag_id = %s
        order by flag_figure.figure_key, flag_figure.rule_id,
            flag_figure.submission_key <> flag.submission_key, flag_figure.submission_key desc""",
        (flag_id,),
    )
    rows = cursor.fetchall()
    if decision == "correct":
        rows = _of_one_figure(rows, figure_key)
    elif figure_key is not None:
        rows = [row for row in rows if row[0] == figure_key]
    if not rows:
        raise DecisionError("This flag names no figure that can be decided on.", "no_figure")
    # A reviewer's own login may not even name the columns of a carried answer.
    carried = {"decided_by": decided_by, "carried_from": carried_from} if carried_from is not None else {}
    columns = [*COLUMNS, *carried]
    written = [
        (flag_id, key, rule_id, terms_hash, reported, decision, value, reason, until, decided_at, *carried.values())
        for key, rule_id, terms_hash, reported, _ in rows
    ]
    try:
        cursor.executemany(
            f"insert into review.decision ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))})", written
        )
    except InsufficientPrivilege as refusal:
        raise DecisionError(refusal.diag.message_primary, refusal.diag.constraint_name or "refused") from refusal
    return len(rows)


def _of_one_figure(rows: list[tuple[Any, ...]], figure_key: str | None) -> list[tuple[Any, ...]]:
    """The rows of the figure that a correction is about: the one named, else the only one suspected."""
    keys = {row[0] for row in rows if row[4]} if figure_key is None else {figure_key}
    if len(keys) != 1:
        listed = "; ".join(sorted(keys)) or "none"
        raise DecisionError(f"A correction is about one figure; this flag suspects: {listed}. Name one.", "several_figures")
    return [row for row in rows if row[0] in keys]
