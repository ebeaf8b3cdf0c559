"""Which flag somebody means who typed its name, or the beginning of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.rows import rows_by_name
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Cursor

MOST_LISTED = 6


@dataclass(frozen=True)
class NamedFlag:
    """A flag whose name begins with what was typed. `is_live`: it is open, or a word on it counts or waits."""

    flag_id: str
    unit_key: str
    form_code: str
    period: str
    is_live: bool


class FlagNameError(ValueError):
    """A name that leads to no flag, or to several; the message says which."""


def find_flag(cursor: Cursor, typed: str) -> str:
    """The flag_id that begins with what was typed: of several the only one that is open or has a word. Raises FlagNameError."""
    name = typed.strip().lower()
    cursor.execute(read_statement(__package__, "flags_named"), {"beginning": name})
    found = [NamedFlag(**row) for row in rows_by_name(cursor)] if name else []
    if any(flag.flag_id == name for flag in found):
        return name
    live = [flag for flag in found if flag.is_live] or found
    if not live:
        raise FlagNameError(f"There is no flag {typed!r}; `kc flags` lists them.")
    if len(live) > 1:
        listed = "; ".join(f"{flag.flag_id} ({flag.unit_key}, {flag.form_code}, {flag.period})" for flag in live[:MOST_LISTED])
        more = f"; and {len(live) - MOST_LISTED} more" if len(live) > MOST_LISTED else ""
        raise FlagNameError(f"{typed!r} begins {len(live)} flags: {listed}{more}. Type more of it.")
    return live[0].flag_id
