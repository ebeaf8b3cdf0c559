"""A reviewer's word on a flag: one row a (figure, rule) of the flag, against the value that was reported."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

WORDS = ("confirm", "waive", "correct")


class DecisionError(ValueError):
    """A decision that cannot be taken; the message says why and what to do."""


def decide(
    connection: Any,
    flag_id: str,
    decision: str,
    reason: str,
    value: Decimal | None = None,
    until: date | None = None,
    *,
    decided_at: datetime,
    figure_key: str | None = None,
) -> int:
    """Record `confirm`, `waive` or `correct` on an open flag; returns the number of rows written.

    value        the true value in đồng or the indicator's unit, for `correct` only
    until        last day of a waiver
    figure_key   which figure a correction is about, when the flag suspects several

    Who decides is the database login; the sender of the submission may not. Raises DecisionError.
    """
    if decision not in WORDS:
        raise DecisionError(f"A decision is one of {', '.join(WORDS)}, not {decision!r}.")
    if not reason.strip():
        raise DecisionError("A decision needs its reason (--reason).")
    if (decision == "correct") != (value is not None):
        raise DecisionError("--value belongs to `correct`, and `correct` needs it.")
    if until is not None and decision != "waive":
        raise DecisionError("--until belongs to `waive`.")
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select receipt.sender, session_user, flag.closed_run
            from checks.flag
            inner join raw.submission using (submission_key)
            inner join raw.receipt using (receipt_key)
            where flag.flag_id = %s""",
            (flag_id,),
        )
        row = cursor.fetchone()
        if row is None:
            raise DecisionError(f"There is no flag {flag_id!r}; `kc flags` lists them.")
        sender, login, closed_run = row
        if closed_run is not None:
            raise DecisionError(f"The flag {flag_id} is closed since run {closed_run}.")
        if sender is not None and sender == login:
            raise DecisionError(f"{login} sent this submission; nobody decides on their own.")
        cursor.execute(
            """select distinct on (flag_figure.figure_key, flag_figure.rule_id) flag_figure.figure_key,
                flag_figure.rule_id, rule.terms_hash, figure.value, flag_figure.is_suspected
            from checks.flag_figure
            inner join register.rule using (rule_id)
            inner join staging.stg_figure as figure using (submission_key, sheet_code, row_number, column_name)
            where flag_figure.flag_id = %s
            order by flag_figure.figure_key, flag_figure.rule_id""",
            (flag_id,),
        )
        rows = cursor.fetchall()
        if decision == "correct":
            rows = _of_one_figure(rows, figure_key)
        elif figure_key is not None:
            rows = [row for row in rows if row[0] == figure_key]
        if not rows:
            raise DecisionError("This flag names no figure that can be decided on.")
        cursor.executemany(
            """insert into review.decision (flag_id, figure_key, rule_id, rule_terms_hash, reported_value, decision,
                corrected_value, reason, until_date, decided_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            [
                (flag_id, key, rule_id, terms_hash, reported, decision, value, reason, until, decided_at)
                for key, rule_id, terms_hash, reported, _ in rows
            ],
        )
    return len(rows)


def _of_one_figure(rows: list[tuple[Any, ...]], figure_key: str | None) -> list[tuple[Any, ...]]:
    """The rows of the figure that a correction is about: the one named, else the only one suspected."""
    keys = {row[0] for row in rows if row[4]} if figure_key is None else {figure_key}
    if len(keys) != 1:
        listed = "; ".join(sorted(keys)) or "none"
        raise DecisionError(f"A correction is about one figure; this flag suspects: {listed}. Name one.")
    return [row for row in rows if row[0] in keys]
