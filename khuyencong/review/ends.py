"""Words about words: a second reviewer's signature under a word that needs one, and the end of a word by a reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg2.errors import InsufficientPrivilege

from khuyencong.review.decisions import DecisionError

# Words on a flag, or on its figures under another flag, that still say something; each with what was said and by whom.
STANDING = """
    select word.group_key, word.flag_id, word.decision, word.word_state, word.decided_by, min(word.decided_at), min(word.reason),
        count(distinct word.figure_key), array_agg(word.decision_key order by word.decision_key),
        array_agg(distinct word.figure_key), bool_or(word.needs_signature), min(word.signed_by),
        min(needed.share_pct), min(needed.limit_pct)
    from review.decision_state as word
    left join review.signature_needed as needed on word.group_key = needed.group_key
    where word.word_state in ('counts', 'pending')
        and (word.flag_id = %(flag)s or word.figure_key = any(%(figures)s))
    group by word.group_key, word.flag_id, word.decision, word.word_state, word.decided_by
    order by min(word.decided_at), word.group_key"""


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


def standing_words(cursor: Any, flag_id: str, figure_keys: Iterable[str] = ()) -> list[StandingWord]:
    """The words on a flag that count or wait, oldest first, and those of other flags on the figures named."""
    cursor.execute(STANDING, {"flag": flag_id, "figures": list(figure_keys)})
    return [StandingWord(*row[:8], tuple(row[8]), tuple(row[9]), *row[10:]) for row in cursor]


def pending_words(cursor: Any, flag_id: str) -> list[StandingWord]:
    """The words on a flag that wait for a signature. Raises DecisionError when there is none."""
    words = [word for word in standing_words(cursor, flag_id) if word.state == "pending"]
    if not words:
        raise DecisionError(f"No word on flag {flag_id} waits for a signature; `kc decisions --flag {flag_id}`.", "nothing_to_sign")
    return words


def words_to_end(cursor: Any, flag_id: str, figure_key: str | None = None) -> list[tuple[StandingWord, list[int]]]:
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
    cursor: Any, group_keys: Sequence[int], reason: str, *, signed_at: datetime, signed_by: str | None = None,
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
    cursor: Any, decision_keys: Sequence[int], reason: str, *, revoked_at: datetime, revoked_by: str | None = None,
    carried_from: str | None = None,
) -> int:  # fmt: skip
    """End decisions for good, from the night after; the flag may then be decided on anew. Returns how many. As `sign`."""
    carried = {"revoked_by": revoked_by, "carried_from": carried_from} if carried_from is not None else {}
    return _insert(cursor, "revocation", "decision_key", decision_keys, reason, {"revoked_at": revoked_at, **carried})


def _insert(cursor: Any, table: str, key: str, keys: Sequence[int], reason: str, more: dict[str, Any]) -> int:
    if not reason.strip():
        raise DecisionError("A decision needs its reason (--reason).", "no_reason")
    columns = [key, "reason", *more]
    try:
        cursor.executemany(
            f"insert into review.{table} ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))})",
            [(one, reason, *more.values()) for one in keys],
        )
    except InsufficientPrivilege as refusal:
        raise DecisionError(refusal.diag.message_primary, refusal.diag.constraint_name or "refused") from refusal
    return len(keys)
