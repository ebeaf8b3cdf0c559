"""A text by a pattern: {value} stands for what is read there, as it is written, * for anything; all else is compared folded."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ingestion.written.text import folded, nfc

_HOLES = re.compile(r"(\{value\}|\*)")
_GAP = r"[\W_]"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_DASH = f"[{re.escape(_DASHES)}]"
_MARKS = ("Mn", "Cf")  # categories of what stands on a letter or is not seen


def value_in(pattern: str, text: str) -> str | None:
    """What stands in a text where the pattern has {value}; None when the text is not of the pattern, or no word stands there.

    The whole text must be of the pattern. Between words any spaces and punctuation are alike; where a pattern has none but
    punctuation between two of its holes, that must stand there.
    """
    text = nfc(text)
    plain, places = _plain(text)
    match = _expression(pattern).fullmatch(plain)
    if match is None or not match["value"].strip():
        return None
    value = text[places[match.start("value")] : places[match.end("value") - 1] + 1].strip()
    return value if any(letter.isalnum() for letter in value) else None


@lru_cache(maxsize=1 << 10)
def _expression(pattern: str) -> re.Pattern[str]:
    parts = [part for part in _HOLES.split(pattern) if part]
    made = "".join(_piece(part, number == 0, number == len(parts) - 1) for number, part in enumerate(parts))
    return re.compile(made, re.DOTALL)


def _piece(part: str, is_first: bool, is_last: bool) -> str:
    """The expression of a pattern's part: a hole, or text between holes, whose edges may be blank at the ends of the whole."""
    if part == "*":
        return ".*"
    if part == "{value}":
        return "(?P<value>.+?)"
    plain, _ = _plain(part)
    words = re.findall(r"[^\W_]+|%", plain)
    if not words:
        marks = [_DASH if mark in _DASHES else re.escape(mark) for mark in plain if not mark.isspace()]
        return r"\s*".join(["", *marks, ""]) if marks else r"\s+"
    before = f"{_GAP}*" if is_first else f"{_GAP}+" if re.match(_GAP, plain) else ""
    after = f"{_GAP}*" if is_last else f"{_GAP}+" if re.search(f"{_GAP}$", plain) else ""
    return before + f"{_GAP}+".join(re.escape(word) for word in words) + after


def _plain(text: str) -> tuple[str, list[int]]:
    """A text folded letter by letter, with the place of each letter in it; punctuation stays, marks and what nobody sees go."""
    letters, places = "", []
    for place, letter in enumerate(text):
        plain = folded(letter) or ("" if unicodedata.category(letter) in _MARKS else letter.lower())
        letters += plain
        places += [place] * len(plain)
    return letters, places
