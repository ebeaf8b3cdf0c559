"""Words about words: a second reviewer's signature under a word that needs one, and the end of a word by a reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from psycopg2 import sql
from psycopg2.errors import InsufficientPrivilege

from khuyencong.review.decided_figures import DecisionError
from khuyencong.review.decisions import refused
from warehouse.rows import rows_by_name
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor


@dataclass(frozen=True)
class StandingWord:
    """One word (a group of decisions) that counts or waits for a signature (`state` counts, pending)."""

    group_key: int
    flag_id: str
    decision: str
    state: str
    decided_by: str
    decided_at: datetime
    reason: str
    n_figures: int
    decision_keys: tuple[int, ...]
    figure_keys: tuple[str, ...]
    needs_signature: bool
    signed_by: str | None
    share_pct: Decimal | None
    limit_pct: Decimal | None


def standing_words(cursor: Cursor, flag_id: str, figure_keys: Iterable[str] = ()) -> list[StandingWord]:
    """The words on a flag that count or wait, oldest first, and those of other flags on the figures named."""
    cursor.execute(
        read_statement(__package__, "standing_words"), {"flag_id": flag_id, "figure_keys": list(figure_keys)}
    )
    return [
        StandingWord(
            **{**row, "decision_keys": tuple(row["decision_keys"]), "figure_keys": tuple(row["figure_keys"])}
        )
        for row in rows_by_name(cursor)
    ]


def pending_words(cursor: Cursor, flag_id: str) -> list[StandingWord]:
    """The words on a flag that wait for a signature. Raises DecisionError when there is none."""
    words = [word for word in standing_words(cursor, flag_id) if word.state == "pending"]
    if not words:
        raise DecisionError(f"No word on flag {flag_id} waits for a signature; `kc decisions --flag {flag_id}`.", "nothing_to_sign")
    return words


def words_to_end(cursor: Cursor, flag_id: str, figure_key: str | None = None) -> list[tuple[StandingWord, list[int]]]:
    """The words on a flag that can be ended, each with the decisions to end: all of them, or those on one figure.

    Raises DecisionError when there is none.
    """
    found = [(word, list(word.decision_keys)) for word in standing_words(cursor, flag_id) if word.flag_id == flag_id]
    if figure_key is not None:
        cursor.execute(
            "select decision_key from review.decision where flag_id = %s and figure_key = %s", (flag_id, figure_key)
        )
        about = {key for (key,) in cursor}
        found = [(word, keys) for word, all_keys in found if (keys := [key for key in all_keys if key in about])]
    if not found:
        raise DecisionError(f"No word on flag {flag_id} can be ended; `kc decisions --flag {flag_id}`.", "nothing_to_revoke")
    return found


def sign(
    cursor: Cursor, group_keys: Sequence[int], reason: str, *, signed_at: datetime, signed_by: str | None = None,
    carried_from: str | None = None,
) -> int:  # fmt: skip
    """Put a second name under words that wait for it; they count from the night after. Returns how many.

    Who signs is the database login, unless an answer is carried (`signed_by`, from the page `carried_from`). Raises
    DecisionError with the refusal of the database (review.guard_signature): the login decided itself, sent the report, is no
    reviewer; or the flag, or the word, is no longer what it was.
    """
    carried = {"signed_by": signed_by, "carried_from": carried_from} if carried_from is not None else {}
    return _insert(cursor, "signature", "group_key", group_keys, reason, {"signed_at": signed_at, **carried})


def revoke(
    cursor: Cursor, decision_keys: Sequence[int], reason: str, *, revoked_at: datetime, revoked_by: str | None = None,
    carried_from: str | None = None,
) -> int:  # fmt: skip
    """End decisions for good, from the night after; the flag may then be decided on anew. Returns how many. As `sign`."""
    carried = {"revoked_by": revoked_by, "carried_from": carried_from} if carried_from is not None else {}
    return _insert(cursor, "revocation", "decision_key", decision_keys, reason, {"revoked_at": revoked_at, **carried})


def _insert(cursor: Cursor, table: str, key: str, keys: Sequence[int], reason: str, more: Mapping[str, object]) -> int:
    if not reason.strip():
        raise DecisionError("A decision needs its reason (--reason).", "no_reason")
    columns = [key, "reason", *more]
    statement = sql.SQL("insert into review.{table} ({columns}) values ({values})").format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
    )
    try:
        cursor.executemany(statement, [(one, reason, *more.values()) for one in keys])
    except InsufficientPrivilege as refusal:
        raise refused(refusal) from refusal
    return len(keys)
