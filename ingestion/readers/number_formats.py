"""What a cell's number format does to the number that people see: shown as a percentage, or divided by thousands.

A small grammar of ECMA-376 Part 1, 18.8.31: sections, quoted and escaped text, conditions in brackets, placeholders.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

BUILT_IN_PERCENT = ("9", "10")
_TEXT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_SECTIONS = re.compile(r'((?:"[^"]*"|\\.|[^;"\\])*)(?:;|$)')


class Shown(NamedTuple):
    """How a number is shown: times a hundred with a % sign; divided by 1000 so many times."""

    is_percent: bool = False
    thousands: int = 0


AS_IT_IS = Shown()


@lru_cache(maxsize=4096)
def shown_by(format_code: str) -> Shown:
    """What a format code does to a positive number. A literal % ("%", \\%) does nothing, a comma between digits groups them."""
    first = _SECTIONS.match(format_code)
    bare = _TEXT.sub("", first[1] if first else "")
    placeholders = re.search(r"[0#?][0#?.,]*[0#?]|[0#?]", bare)
    if placeholders is None:
        return AS_IT_IS
    trailing = re.match(r",+", bare[placeholders.end() :])
    # also commas before the decimal point: 0,.0 shows thousands
    inner = re.search(r"(,+)\.", placeholders[0])
    return Shown("%" in bare, len(trailing[0]) if trailing else len(inner[1]) if inner else 0)
