"""The desk takes a submission out: one row with who and why. It counts from the next night; nothing is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg2.errors import InsufficientPrivilege, UniqueViolation

from warehouse.rows import rows_by_name, single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection


class WithdrawalError(ValueError):
    """A submission that cannot be taken out; the message says why."""


def submission_named(connection: Connection, name: str) -> int:
    """The submission that a name means: its number, or the place of its file in an inbox, of which the newest is meant.

    Raises WithdrawalError when there is none, or when the file holds several; the message lists them.
    """
    if name.isdecimal():
        return int(name)
    with connection, connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "submissions_of_file"), {"location": name})
        found = list(rows_by_name(cursor))
    if not found:
        raise WithdrawalError(f"No submission was received as {name!r}.")
    if len(found) > 1:
        listed = "; ".join("{submission_key} ({form_code}, {unit_key}, {period})".format(**row) for row in found)
        raise WithdrawalError(f"{name!r} holds several submissions. Name one by its number: {listed}.")
    return int(found[0]["submission_key"])


def withdraw(connection: Connection, submission_key: int, reason: str, withdrawn_at: datetime) -> dict[str, Any]:
    """Take a submission out; returns {submission, form, unit_key, period_end, location, was_in_force}.

    Who does it is the database login. That it is a reviewer's, and not the sender's, is judged by the database
    (review.guard_withdrawal). If the submission had come into force, no older one of its identity returns.
    """
    if not reason.strip():
        raise WithdrawalError("A withdrawal needs its reason (--reason).")
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select form_code as form, unit_key, period_end, location
            from raw.submission inner join raw.receipt using (receipt_key) where submission_key = %s""",
            (submission_key,),
        )
        named = next(rows_by_name(cursor), None)
        if named is None:
            raise WithdrawalError(
                f"There is no submission {submission_key}. A failed night, `kc diff` and `kc submit --json` say their numbers."
            )
        # A reviewer's own login may not name the columns that the database fills.
        try:
            cursor.execute(
                "insert into review.withdrawal (submission_key, reason, withdrawn_at) values (%s, %s, %s)",
                (submission_key, reason, withdrawn_at),
            )
        except InsufficientPrivilege as refusal:
            raise WithdrawalError(refusal.diag.message_primary or str(refusal)) from refusal
        except UniqueViolation as twice:
            raise WithdrawalError(f"Submission {submission_key} was taken out before.") from twice
        cursor.execute("select was_in_force from review.withdrawal where submission_key = %s", (submission_key,))
        return {"submission": submission_key, **named, "was_in_force": single_value(cursor)}
