"""Which flag somebody means who typed its name, or the beginning of it."""

from __future__ import annotations

from typing import Any

MOST_LISTED = 6

# Open flags, and closed ones on which a word still counts or waits: a correction that was accepted closes its flag.
KNOWN = """
    select flag.flag_id, flag.unit_key, flag.form_code, to_char(flag.period_end, 'YYYY-MM'), flag.closed_run,
        flag.closed_run is null or exists (
            select 1 from review.decision_state as decision
            where decision.flag_id = flag.flag_id and decision.word_state in ('counts', 'pending')
        ) as is_live
    from checks.flag
    where starts_with(flag.flag_id, %s)
    order by flag.queue_rank, flag.flag_id"""


class FlagNameError(ValueError):
    """A name that leads to no flag, or to several; the message says which."""


def find_flag(cursor: Any, typed: str) -> str:
    """The flag_id that begins with what was typed: of several the only one that is open or has a word. Raises FlagNameError."""
    name = typed.strip().lower()
    cursor.execute(KNOWN, (name,))
    found = cursor.fetchall() if name else []
    if any(flag_id == name for flag_id, *_ in found):
        return name
    live = [row for row in found if row[5]] or found
    if not live:
        raise FlagNameError(f"There is no flag {typed!r}; `kc flags` lists them.")
    if len(live) > 1:
        listed = "; ".join(f"{flag_id} ({unit}, {form}, {period})" for flag_id, unit, form, period, *_ in live[:MOST_LISTED])
        more = f"; and {len(live) - MOST_LISTED} more" if len(live) > MOST_LISTED else ""
        raise FlagNameError(f"{typed!r} begins {len(live)} flags: {listed}{more}. Type more of it.")
    return live[0][0]
