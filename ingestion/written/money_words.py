"""The patterns by which units of money are found in what people write, made once for each programme from its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingestion.written.characters import latin
from ingestion.written.programme_words import NOTHING, Word, pattern_of, words_of
from ingestion.written.text import tidy

_SPACE = r"[ .]*"
_LETTER = r"[^\W\d_]"
_ALPHANUMERIC = r"[^\W_]"
DIGITS = r"'000|10\^[369]|(?:[x*] ?)?1(?:[ .,]?000){1,3}"
_POWERS = str.maketrans({
    "₫": "đ", "×": "x", "⁰": "^0", "¹": "^1", "²": "^2", "³": "^3", "⁶": "^6", "⁹": "^9", "’": "'", "‘": "'", "`": "'",
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class MoneyWords:
    """A programme's words of money, compiled; patterns are of texts as `plain` gives them.

    scales          multiple → its factor; `scales_of_currency`: those that are none by themselves
    whole, inside   a unit of money: a whole text, or within one
    label, unknown  a label right before; a label with what it announces
    """

    scales: Mapping[str, int]
    scales_of_currency: frozenset[str]
    unit_names: Mapping[int, str]
    unit_names_en: Mapping[int, str]
    whole: re.Pattern[str]
    inside: re.Pattern[str]
    label: re.Pattern[str]
    label_begins: re.Pattern[str]
    label_ends: re.Pattern[str]
    label_alone: re.Pattern[str]
    unknown: re.Pattern[str]
    leads: re.Pattern[str]
    counted: re.Pattern[str]
    per_person: re.Pattern[str]
    pieces: re.Pattern[str]
    any_currency: re.Pattern[str]
    other_currency: re.Pattern[str]
    about_money: re.Pattern[str]
    multiple: re.Pattern[str]


def plain(text: str) -> str:
    """Small letters without marks, those that look Latin as Latin ones, one space for many, a semicolon between lines."""
    letters = latin(unicodedata.normalize("NFD", tidy(text).translate(_POWERS))).lower()
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return " ; ".join(" ".join(line.split()) for line in bare.splitlines() if line.strip())


@lru_cache(maxsize=8)
def compile_words(register: Path) -> MoneyWords:
    """The words of a register's folder as patterns."""
    words = words_of(register)
    of = {kind: pattern_of(rows, plain) for kind, rows in words.items()}
    scales = {plain(each.word): each.factor for kind in ("scale", "scale_of_currency") for each in words[kind]}
    scale = "|".join(f"{re.escape(word)}s?" for word in sorted(scales, key=len, reverse=True)) or NOTHING
    currency = rf"(?:{of['currency']})s?(?: (?:{of['after_currency']}))?"
    unit = (
        rf"(?:(?:(?P<before>{currency}){_SPACE})?(?P<scale>{scale})(?:{_SPACE}(?:of )?(?P<after>{currency}))?"
        rf"|(?P<digits>{DIGITS}){_SPACE}(?P<counted>{currency})|(?P<alone>{currency}))"
    )
    label = rf"(?:{_labels(words['unit_label'], words['no_unit_label'])})"
    after = r"[\s.:·•\-–—=/|(\[]*"
    multiple = "|".join((scale, of["multiple"], of["other_multiple"]))
    signs = [each for each in words["about_money"] if not each.word[0].isalnum()]
    about = [each for each in words["about_money"] if each.word[0].isalnum()]
    return MoneyWords(
        scales=scales,
        scales_of_currency=frozenset(plain(each.word) for each in words["scale_of_currency"]),
        unit_names={each.factor: each.word for each in words["unit_name"]},
        unit_names_en={each.factor: each.word_en for each in words["unit_name"] if each.word_en},
        whole=re.compile(unit),
        inside=re.compile(rf"(?<![^\W_])(?<!\^){unit}(?!{_ALPHANUMERIC})"),
        label=re.compile(
            rf"(?<!{_LETTER})(?:{label}|{of['weak_unit_label']}){after}(?:(?:{of['joins_label']})\b)?[\s:(\[]*$"
        ),
        label_begins=re.compile(rf"^{label}"),
        label_ends=re.compile(rf"(?<!{_LETTER}){label}{after}$"),
        label_alone=re.compile(rf"{label}[\s.:·•\-–—=(]*"),
        unknown=re.compile(
            rf"(?<!{_LETTER}){label}[\s.]*(?:[:·•\-–—=(\[]|\b(?:{of['is']})\b)[\s.]*(?P<rest>[^\s:)\].…][^:]*)"
        ),
        leads=re.compile(rf"\b(?:{of['leads_to_unit']}) *$"),
        counted=re.compile(rf"(?:[\d.,]*\d|\b(?:{of['numeral']})) *$"),
        per_person=re.compile(rf"\s*/ (?:{of['per_person']})"),
        pieces=re.compile(rf"[;,:/]| (?:{of['and']}) "),
        any_currency=re.compile(rf"{currency}|{of['other_currency']}"),
        other_currency=re.compile(rf"(?<!{_LETTER})(?:{of['other_currency']})(?!{_LETTER})"),
        about_money=re.compile(rf"\b(?:{pattern_of(about, plain)})\b|{pattern_of(signs, plain)}"),
        multiple=re.compile(rf"(?:{multiple})\b(?! (?:{of['no_multiple']}))|(?:{DIGITS})(?![0-9])"),
    )


def _labels(labels: tuple[Word, ...], none: tuple[Word, ...]) -> str:
    """Labels, the longest first, each unless the words before it make another of it ("reporting unit")."""
    found = []
    for each in sorted(labels, key=lambda word: len(plain(word.word)), reverse=True):
        own = plain(each.word)
        before = [plain(other.word)[: -len(own)] for other in none if plain(other.word).endswith(f" {own}")]
        found.append("".join(rf"(?<!{re.escape(words)})" for words in before) + pattern_of([each], plain))
    return "|".join(found) or NOTHING
