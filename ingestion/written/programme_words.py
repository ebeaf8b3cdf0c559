"""The words that a programme's people write beside numbers, by kind: register/written_words.csv and the code of its currency.

The words of a process are those of its programme (KC_PROGRAMME). What a kind means stands in `KINDS`; a kind that a programme has
no word of is left empty, and its pattern then finds nothing.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from warehouse.programme import ProgrammeError, read_programme
from warehouse.settings import programme_folders

# kind → what its words are; `factor` is how many of the currency, or of the things counted, one of them is
KINDS = {
    "currency": "the currency", "after_currency": "what may stand behind the currency",
    "other_currency": "money of other countries",
    "scale": "a multiple, with or without the currency behind it", "scale_of_currency": "a multiple only beside the currency",
    "unit_name": "a unit of money as it is printed, one a factor", "before_number": "the currency before a number",
    "about_money": "words that speak of money, known or not",
    "unit_label": "labels that announce a unit; a . is a full stop, a space or nothing",
    "weak_unit_label": "labels that may announce one", "no_unit_label": "labels that look like one and announce something else",
    "joins_label": "words between a label and its unit", "is": "of these, those that alone announce a unit that nobody knows",
    "leads_to_unit": "words that lead to a unit inside a sentence", "per_person": "a person, of which an amount is the share",
    "numeral": "numerals, and words in their place", "and": "joins two units in a line",
    "multiple": "words that multiply a count", "other_multiple": "words that multiply a count and are not read",
    "no_multiple": "words before which a multiple is none",
    "counted": "things counted, behind a number", "unit_prefix": "what people write before the name of a unit",
    "text_scale": "a multiple of money in running text", "text_currency": "the currency in running text",
    "text_after_currency": "what may stand behind it there", "text_before_number": "the currency before a number there",
    "text_other_currency": "money of other countries there", "text_other_before_number": "the same, before a number",
    "text_list_unit": "units of money named once for a list there",
    "text_unit": "the unit in which amounts of running text are told",
}  # fmt: skip
NOTHING = r"(?!)"  # a pattern that nothing fits


@dataclass(frozen=True)
class Word:
    """One row: the word, how it is printed in English, and its factor (1 where none is said)."""

    word: str
    word_en: str
    factor: int


def this_register() -> Path:
    """The folder of the register whose words this process reads by."""
    return programme_folders().register


@lru_cache(maxsize=8)
def words_of(register: Path) -> dict[str, tuple[Word, ...]]:
    """kind → its words, in the order of the rows, read once. Raises ProgrammeError for a row that cannot be read."""
    found: dict[str, list[Word]] = defaultdict(list)
    with (register / "written_words.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            place = f"written_words.csv line {reader.line_num}"
            if row["kind"] not in KINDS:
                raise ProgrammeError(f"{place}: kind is {row['kind']!r}; it must be one of {', '.join(KINDS)}.")
            if not row["word"].strip() or not re.fullmatch(r"[1-9]\d*|", row["factor"]):
                raise ProgrammeError(f"{place}: a row has a word, and as factor a whole number or nothing.")
            found[row["kind"]].append(Word(row["word"], row["word_en"], int(row["factor"] or 1)))
    found["currency"].append(Word(read_programme(register).currency_code, "", 1))
    return {kind: tuple(found[kind]) for kind in KINDS}


def pattern_of(words: Iterable[Word], folded: Callable[[str], str] = str) -> str:
    """One pattern for words, `folded`, the longest first; a dot in a word stands for a full stop, a space or nothing."""
    texts = sorted(dict.fromkeys(folded(each.word) for each in words), key=len, reverse=True)
    return "|".join(r"\.? ?".join(map(re.escape, text.split("."))) for text in texts) or NOTHING
