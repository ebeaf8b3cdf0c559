"""Words behind a count: things that are counted ("12 lớp"), and words that multiply ("2 vạn", "3 nghìn người").

A closed list, rows of the programme (register/written_words.csv): behind a number, a word that nobody knows makes the cell
unreadable, because it may change the number.
"""

from __future__ import annotations

from functools import cache

from ingestion.written.programme_words import this_register, words_of
from ingestion.written.text import folded


def multiple_of(words: str) -> int | None:
    """How many the words behind a count stand for: 1 for things counted, 10 000 for "vạn"; None when they are not known."""
    name, (counted, multiples) = folded(words), _known()
    if name in counted or not name:
        return 1
    first, _, rest = name.partition(" ")
    return multiples[first] if first in multiples and (not rest or rest in counted) else None


@cache
def _known() -> tuple[frozenset[str], dict[str, int]]:
    """Things counted, and multiples with their factors; folded."""
    words = words_of(this_register())
    return frozenset(folded(each.word) for each in words["counted"]), {folded(w.word): w.factor for w in words["multiple"]}
