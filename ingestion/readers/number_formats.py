"""What a cell's number format does to the number that people see: shown as a percentage, divided by thousands, in words of its own.

A small grammar of ECMA-376 Part 1, 18.8.31: sections and their conditions, quoted and escaped text, currencies, placeholders.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

BUILT_IN_PERCENT = ("9", "10")
_TEXT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_SECTIONS = re.compile(r'((?:"[^"]*"|\\.|[^;"\\])*)(;|$)')
_SAID = re.compile(r'_.|\*.|"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|([€£¥₫$])')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]")
_PLACEHOLDERS = re.compile(r"[0#?][0#?.,]*[0#?]|[0#?]|general", re.IGNORECASE)
_OF_DAYS = re.compile(r"[dmyhs]|@", re.IGNORECASE)
_SIGN = re.compile(r"[-–−(]")
_COLOUR = re.compile(r"\[(?!\$|[<>=])[^\]]*\]")
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


class Shown(NamedTuple):
    """How a number is shown.

    is_percent   times a hundred with a % sign
    thousands    divided by 1000 so many times
    words        the text beside it, a currency's sign included ("nghìn đồng", "$"); "" for none
    is_unseen    nobody sees the number, or its minus
    """

    is_percent: bool = False
    thousands: int = 0
    words: str = ""
    is_unseen: bool = False


AS_IT_IS = Shown()
PERCENT = Shown(True)


@lru_cache(maxsize=4096)
def does_nothing(format_code: str) -> bool:
    """Whether every number in this format is seen as it is."""
    sections = _sections(format_code)
    has_conditions = any(condition for condition, _ in sections)
    return all(shown == AS_IT_IS for _, shown in (sections if has_conditions else sections[:2]))


def shown_by(format_code: str, value: float = 1.0) -> Shown:
    """What a format code does to a number. A literal % ("%", \\%) does nothing, a comma between digits groups them."""
    sections = _sections(format_code)
    has_conditions = any(condition for condition, _ in sections)
    if len(sections) == 1 and not has_conditions:
        return sections[0][1]
    if has_conditions:
        for condition, shown in sections:
            if condition is None or _COMPARED[condition[0]](value, condition[1]):
                return shown
        return AS_IT_IS
    if value == 0:
        return AS_IT_IS  # hidden or not, a nought is a nought
    return sections[1][1] if value < 0 else sections[0][1]


@lru_cache(maxsize=4096)
def _sections(format_code: str) -> tuple[tuple[tuple[str, float] | None, Shown], ...]:
    """The sections for numbers, at most three, each with its condition."""
    texts = []
    for section in _SECTIONS.finditer(format_code):
        texts.append(section[1])
        if not section[2]:
            break
    found = []
    for number, text in enumerate(texts[:3]):
        match = _CONDITION.search(text)
        condition = (match[1], float(match[2])) if match and re.fullmatch(r"-?\d+(?:\.\d+)?|-?\.\d+", match[2]) else None
        shown = _shown(text, is_only=len(texts) == 1)
        if number == 1 and condition is None and shown.words + text and not _SIGN.search(text) and not _COLOUR.search(text):
            shown = shown._replace(is_unseen=True)  # negative numbers without a minus, brackets or a colour
        found.append((condition, shown))
    return tuple(found)


def _shown(section: str, is_only: bool) -> Shown:
    bare = _TEXT.sub("", section)
    placeholders = _PLACEHOLDERS.search(bare)
    said = "".join(next((group for group in match.groups() if group), "") for match in _SAID.finditer(section)).strip()
    if placeholders is None:
        return Shown(is_unseen=not _OF_DAYS.search(bare) and not (is_only and not section.strip()))
    trailing = re.match(r",+", bare[placeholders.end() :])
    # also commas before the decimal point: 0,.0 shows thousands
    inner = re.search(r"(,+)\.", placeholders[0])
    words = said if any(c.isalpha() or c in "€£¥₫$" for c in said) else ""
    return Shown("%" in bare, len(trailing[0]) if trailing else len(inner[1]) if inner else 0, words)
