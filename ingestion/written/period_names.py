"""Texts in which a period stands as a word of its own: "{month:02}/{year}", "Quý {quarter}", "FY {fiscal_year}"."""

from __future__ import annotations

import re
from datetime import date
from itertools import product

from ingestion.written.budget_years import BudgetYears

PERIOD_WORDS = ("year", "quarter", "month", "fiscal_year")
_ROMAN = ("I", "II", "III", "IV")
_WORD = re.compile(r"\{(\w+)([+-]\d+)?(:02)?\}")
_BRACES = re.compile(r"\{[^{}]*\}")


def speaks_of_period(text: str) -> bool:
    """Whether a text has words of a period in it."""
    return bool(_WORD.search(text))


def unknown_period_word(text: str) -> str | None:
    """The first text in braces that is no word of a period, such as "{yaer}" or "{year-}"; None when each is one."""
    for word in _BRACES.findall(text):
        match = _WORD.fullmatch(word)
        if match is None or match[1] not in PERIOD_WORDS:
            return str(word)
    return None


def names_of(text: str, first: date, last: date, years: BudgetYears) -> tuple[str, ...]:
    """A text with the words of a period from `first` to `last` in it, in each way in which people write them.

    year and month are the calendar's on the last day, quarter the budget year's, as a digit or in Roman; a fiscal year is written
    2025/26, 2025/2026 or by its name. "{year-1}" counts from there, "{month:02}" has two digits.
    """
    pieces = _WORD.split(text)  # text, word, shift, format, text …
    choices = []
    for number in range(0, len(pieces), 4):
        choices.append([pieces[number]])
        if number + 1 < len(pieces):
            word, shift, is_wide = pieces[number + 1], int(pieces[number + 2] or 0), bool(pieces[number + 3])
            choices.append([f"{name:0>2}" if is_wide else name for name in _written(word, shift, last, years)])
    return tuple("".join(chosen) for chosen in product(*choices))


def _written(word: str, shift: int, last: date, years: BudgetYears) -> tuple[str, ...]:
    if word == "year":
        return (str(last.year + shift),)
    if word == "month":
        return (str((last.month - 1 + shift) % 12 + 1),)
    if word == "quarter":
        quarter = ((years.month_of(last) - 1) // 3 + shift) % 4
        return str(quarter + 1), _ROMAN[quarter]
    named = years.of(last) + shift
    if years.is_of_the_calendar:
        return (str(named),)
    begins, ends = years.start(named).year, years.end(named).year
    return f"{begins}/{ends % 100:02}", f"{begins}/{ends}", str(named)
