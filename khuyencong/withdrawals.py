"""The desk takes a submission out: one row with who and why. It counts from the next night; nothing is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg2.errors import InsufficientPrivilege, UniqueViolation


class WithdrawalError(ValueError):
    """A submission that cannot be taken out; the message says why."""


def withdraw(connection: Any, submission_key: int, reason: str, withdrawn_at: datetime) -> dict[str, Any]:
    """Take a submission out; returns {submission, form, unit_key, period_end, location, was_in_force}.

    Who does it is the database login. That it is a reviewer's, and not the sender's, is judged by the database
    (review.guard_withdrawal). If the submission had come into force, no older one of its identity returns.
    """
    if not reason.strip():
        raise WithdrawalError("A withdrawal needs its reason (--reason).")
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select form_code, unit_key, period_end, location from raw.submission inner join raw.receipt using (receipt_key)
            where submission_key = %s""",
            (submission_key,),
        )
        row = cursor.fetchone()
        if row is None:
            raise WithdrawalError(f"There is no submission {submission_key}; `kc explain` and `kc status` name them.")
        # A reviewer's own login may not name the columns that the database fills.
        try:
            cursor.execute(
                "insert into review.withdrawal (submission_key, reason, withdrawn_at) values (%s, %s, %s)",
                (submission_key, reason, withdrawn_at),
            )
        except InsufficientPrivilege as refusal:
            raise WithdrawalError(refusal.diag.message_primary) from refusal
        except UniqueViolation as twice:
            raise WithdrawalError(f"Submission {submission_key} was taken out before.") from twice
        cursor.execute("select was_in_force from review.withdrawal where submission_key = %s", (submission_key,))
        (was_in_force,) = cursor.fetchone()
    names = ("form", "unit_key", "period_end", "location")
    return {"submission": submission_key, **dict(zip(names, row, strict=True)), "was_in_force": was_in_force}
