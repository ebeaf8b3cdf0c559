"""Units of money as people write them: a text that is one ("1.000 đ"), and the ones that a longer text tells ("ĐVT · nghìn đồng").

A unit is told, never assumed: where a text speaks of money without saying how it is counted ("hỗ trợ 300 triệu đồng", "hợp đồng"),
nothing is told. The words are rows of the programme (register/written_words.csv); factors count its currency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from ingestion.written.money_words import MoneyWords, compile_words, plain
from ingestion.written.programme_words import this_register, words_of

_APART = (";", ",", "-", "–", "—", "|", "/")  # before a unit that ends a header
LONGEST_LABEL = 40
LONGEST_TEXT = 500  # characters; what is longer is prose, and its patterns take long


@dataclass(frozen=True)
class ToldUnit:
    """A unit of money that a text tells: how many of the currency it is (None when it is not known), and the words."""

    factor: int | None
    written: str


def unit_names(in_english: bool = False) -> Mapping[int, str]:
    """factor → the unit of money as it is printed."""
    words = _words()
    return words.unit_names_en if in_english else words.unit_names


@cache
def money_examples() -> str:
    """Units of money that may be written, for a sentence that asks for one; those that are printed in both languages."""
    return ", ".join(word for factor, word in sorted(unit_names().items()) if factor in unit_names(in_english=True))


@cache
def text_unit() -> str:
    """The unit of money in which amounts of running text are told, and which stands as an example where one is asked for."""
    told = words_of(this_register())["text_unit"]
    return told[0].word if told else unit_names()[max(unit_names())]


def money_factor(unit_text: str) -> int | None:
    """How much of the currency one unit of money is ("triệu đồng" → 1 000 000); None when the text is no unit of money.

    A label before it, brackets, and the same unit once more in other words ("nghìn đồng (1.000 đ)") belong to it.
    """
    return _money_factor(_words(), unit_text)


@lru_cache(maxsize=1 << 14)
def _money_factor(words: MoneyWords, unit_text: str) -> int | None:
    if len(unit_text) > LONGEST_TEXT:
        return None
    text = plain(unit_text)
    found = _factor_of(words, text.strip(" ()[].:;"))
    if found is not None:
        return found
    told = _told(words, text)
    rest = words.label_begins.sub("", text)
    for match in told:
        rest = rest.replace(match[0], "", 1)
    factors = {_factor_of(words, match[0]) for match in told}
    return factors.pop() if len(factors) == 1 and not re.search(r"[^\W_]", rest) else None


def told_units(text: str) -> tuple[ToldUnit, ...]:
    """The units of money that a text tells, each once; one that a label announces and nobody knows has no factor."""
    return _told_units(_words(), text)


@lru_cache(maxsize=1 << 14)
def _told_units(words: MoneyWords, text: str) -> tuple[ToldUnit, ...]:
    if len(text) > LONGEST_TEXT:
        return ()
    bare = plain(text)
    told = {
        factor: match[0] for match in reversed(_told(words, bare)) if (factor := _factor_of(words, match[0])) is not None
    }
    if told:
        return tuple(ToldUnit(factor, told[factor]) for factor in reversed(told))
    unknown = words.unknown.search(bare)
    return (ToldUnit(None, unknown["rest"].strip(" )].…")),) if unknown else ()


def scaled_counts(text: str) -> str:
    """Words of a text that say that something other than money is counted in thousands or the like ("nghìn người"); "" for none.

    Only beside a unit of money, as one line above a table tells several units: "ĐVT: triệu đồng; nghìn người".
    """
    if len(text) > LONGEST_TEXT or not any(unit.factor for unit in told_units(text)):
        return ""
    pieces = (piece.strip() for piece in _words().pieces.split(without_units(text)))
    return next((piece for piece in pieces if is_multiple(piece) and " " in piece), "")


def without_units(text: str) -> str:
    """The text, in small letters without marks, without the units of money that it tells and the labels that announce them."""
    return _without_units(_words(), text)


@lru_cache(maxsize=1 << 14)
def _without_units(words: MoneyWords, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        return text
    bare = plain(text)
    for match in reversed(_told(words, bare)):
        bare = f"{words.label_ends.sub(' ', bare[: match.start()])} {bare[match.end() :]}"
    return bare


def is_currency(text: str) -> bool:
    """Whether a text is a currency without a scale, the programme's or another ("₫", "VND", "$", "USD")."""
    return _words().any_currency.fullmatch(plain(text).strip(" .()")) is not None


def other_currency(text: str) -> bool:
    """Whether a text shows the money of another country."""
    return _words().other_currency.search(plain(text)) is not None


def is_unit_label(text: str) -> bool:
    """Whether a text is a label that announces a unit and nothing else ("ĐVT:", "Đơn vị tính")."""
    return len(text) <= LONGEST_LABEL and _words().label_alone.fullmatch(plain(text)) is not None


def speaks_of_money(text: str) -> bool:
    """Whether words speak of money, known or not ("nghìn USD", "trăm triệu đồng")."""
    return _words().about_money.search(plain(text)) is not None


def is_multiple(unit_text: str) -> bool:
    """Whether a unit of measure counts in thousands or the like ("nghìn người", "1.000 lượt")."""
    return _words().multiple.match(plain(unit_text)) is not None


@cache
def _words() -> MoneyWords:
    return compile_words(this_register())


def _told(words: MoneyWords, text: str) -> list[re.Match[str]]:
    return [match for match in words.inside.finditer(text) if _is_told(words, text, match)]


def _is_told(words: MoneyWords, text: str, match: re.Match[str]) -> bool:
    if _factor_of(words, match[0]) is None:
        return False
    before, after = text[: match.start()], text[match.end() :]
    if match["scale"] and not (match["before"] or match["after"]) and re.match(r" *[^\W\d_]", after):
        return False  # thousands of something else
    if words.label.search(before) or (not before.strip(" ([.:;-*'\"") and not after.strip(" )].:;-*'\"")):
        return True
    left, right = before.rstrip()[-1:], after.lstrip(" .")[:1]
    if (left in ("(", "[") and right in (")", "]")) or (left in _APART and right in ("", ";")):
        return True
    has_scale = match["scale"] is not None and (match["before"] or match["after"]) is not None
    if words.leads.search(before):
        return True
    return has_scale and not words.counted.search(before) and not words.per_person.match(after)


def _factor_of(words: MoneyWords, text: str) -> int | None:
    match = words.whole.fullmatch(text)
    if match is None:
        return None
    if match["digits"]:
        power = re.fullmatch(r"10\^(\d)", match["digits"])
        return int(10 ** int(power[1])) if power else int(10 ** match["digits"].count("0"))
    if match["scale"]:
        word = match["scale"] if match["scale"] in words.scales else match["scale"][:-1]
        needs_currency = word in words.scales_of_currency
        return words.scales[word] if not needs_currency or match["before"] or match["after"] else None
    return 1
