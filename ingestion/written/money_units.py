"""Units of money as people write them: a text that is one ("1.000 đ"), and the ones that a longer text tells ("ĐVT · nghìn đồng").

A unit is told, never assumed: where a text speaks of money without saying how it is counted ("hỗ trợ 300 triệu đồng", "hợp đồng"),
nothing is told.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ingestion.written.characters import latin
from ingestion.written.text import tidy

SCALES = {
    "nghin ty": 10**12, "ngan ty": 10**12, "trillion": 10**12, "ty": 10**9, "ti": 10**9, "billion": 10**9, "bn": 10**9,
    "trieu": 10**6, "tr": 10**6, "million": 10**6, "mil": 10**6, "mn": 10**6, "mm": 10**6, "m": 10**6,
    "nghin": 10**3, "ngan": 10**3, "thousand": 10**3, "k": 10**3,
}  # fmt: skip
UNIT_NAMES = {1: "đồng", 10**3: "nghìn đồng", 10**6: "triệu đồng", 10**9: "tỷ đồng", 10**12: "nghìn tỷ đồng"}
_APART = (";", ",", "-", "–", "—", "|", "/")  # before a unit that ends a header
NEEDS_CURRENCY = ("m", "mm", "k", "mil")  # metres, kilo: no money by themselves
LONGEST_LABEL = 40
LONGEST_TEXT = 500  # characters; what is longer is prose, and its patterns take long

_SPACE = r"[ .]*"
_CURRENCY = r"(?:viet ?nam(?:ese)? dong|vnd|dong|d)s?(?: (?:viet ?nam|vn|vnd))?"
_OTHER_CURRENCY = r"[$€£¥]|usd|eur|euros?|gbp|jpy|cny|rmb|krw|do la(?: my)?|dollars?"
_SCALE = "|".join(f"{word}s?" for word in sorted(SCALES, key=len, reverse=True))
_DIGITS = r"'000|10\^[369]|(?:[x*] ?)?1(?:[ .,]?000){1,3}"
_UNIT = (
    rf"(?:(?:(?P<before>{_CURRENCY}){_SPACE})?(?P<scale>{_SCALE})(?:{_SPACE}(?:of )?(?P<after>{_CURRENCY}))?"
    rf"|(?P<digits>{_DIGITS}){_SPACE}(?P<counted>{_CURRENCY})|(?P<alone>{_CURRENCY}))"
)
_WHOLE = re.compile(_UNIT)
_INSIDE = re.compile(rf"(?<![a-z0-9^]){_UNIT}(?![a-z0-9])")
# A label whose very purpose is the unit, and the words that lead to one.
_STRONG = (
    r"(?:don vi tinh(?: tien)?|d\.? ?v\.? ?t|dv tinh|don vi tien(?: te)?"
    r"|(?<!reporting )(?:money |currency )?units?|currency)"
)
_LABEL = re.compile(rf"(?<![a-z])(?:{_STRONG}|don vi)[\s.:·•\-–—=/|(\[]*(?:(?:la|bang|theo|of|in)\b)?[\s:(\[]*$")
_UNKNOWN = re.compile(rf"(?<![a-z]){_STRONG}[\s.]*(?:[:·•\-–—=(\[]|\bla\b)[\s.]*(?P<rest>[^\s:)\].…][^:]*)")
_LEADS = re.compile(r"\b(?:tinh bang|tinh theo(?: don vi)?|theo don vi|don vi|expressed in|are in|amounts in) *$")
_COUNTED = re.compile(
    r"(?:[\d.,]*\d|\b(?:mot|hai|ba|bon|nam|lam|sau|bay|tam|chin|muoi|chuc|tram|vai|may|nhieu|hang|ruoi|nghin|ngan|trieu|ty)) *$"
)
_POWERS = str.maketrans({
    "₫": "đ", "×": "x", "⁰": "^0", "¹": "^1", "²": "^2", "³": "^3", "⁶": "^6", "⁹": "^9", "’": "'", "‘": "'", "`": "'",
})  # fmt: skip


@dataclass(frozen=True)
class ToldUnit:
    """A unit of money that a text tells: how many đồng it is (None when it is not known), and the words."""

    factor: int | None
    written: str


@lru_cache(maxsize=1 << 14)
def money_factor(unit_text: str) -> int | None:
    """How many đồng one unit of a money unit is ("triệu đồng" → 1 000 000); None when the text is no unit of money.

    A label before it, brackets, and the same unit once more in other words ("nghìn đồng (1.000 đ)") belong to it.
    """
    if len(unit_text) > LONGEST_TEXT:
        return None
    plain = _plain(unit_text)
    found = _factor_of(plain.strip(" ()[].:;"))
    if found is not None:
        return found
    told = _told(plain)
    rest = re.sub(rf"^{_STRONG}", "", plain)
    for match in told:
        rest = rest.replace(match[0], "", 1)
    factors = {_factor_of(match[0]) for match in told}
    return factors.pop() if len(factors) == 1 and not re.search(r"[a-z0-9]", rest) else None


@lru_cache(maxsize=1 << 14)
def told_units(text: str) -> tuple[ToldUnit, ...]:
    """The units of money that a text tells, each once; one that a label announces and nobody knows has no factor."""
    if len(text) > LONGEST_TEXT:
        return ()
    plain = _plain(text)
    told = {factor: match[0] for match in reversed(_told(plain)) if (factor := _factor_of(match[0])) is not None}
    if told:
        return tuple(ToldUnit(factor, told[factor]) for factor in reversed(told))
    unknown = _UNKNOWN.search(plain)
    return (ToldUnit(None, unknown["rest"].strip(" )].…")),) if unknown else ()


@lru_cache(maxsize=1 << 14)
def scaled_counts(text: str) -> str:
    """Words of a text that say that something other than money is counted in thousands or the like ("nghìn người"); "" for none.

    Only beside a unit of money, as one line above a table tells several units: "ĐVT: triệu đồng; nghìn người".
    """
    if len(text) > LONGEST_TEXT or not any(unit.factor for unit in told_units(text)):
        return ""
    pieces = re.split(r"[;,:/]| va ", without_units(text))
    return next((piece.strip() for piece in pieces if is_multiple(piece.strip()) and " " in piece.strip()), "")


@lru_cache(maxsize=1 << 14)
def without_units(text: str) -> str:
    """The text, in small letters without marks, without the units of money that it tells and the labels that announce them."""
    if len(text) > LONGEST_TEXT:
        return text
    plain = _plain(text)
    for match in reversed(_told(plain)):
        before = re.sub(rf"(?<![a-z]){_STRONG}[\s.:·•\-–—=/|(\[]*$", " ", plain[: match.start()])
        plain = f"{before} {plain[match.end() :]}"
    return plain


def is_currency(text: str) -> bool:
    """Whether a text is a currency without a scale, of this country or another ("₫", "VND", "$", "USD")."""
    return re.fullmatch(rf"{_CURRENCY}|{_OTHER_CURRENCY}", _plain(text).strip(" .()")) is not None


def other_currency(text: str) -> bool:
    """Whether a text shows the money of another country."""
    return re.search(rf"(?<![a-z])(?:{_OTHER_CURRENCY})(?![a-z])", _plain(text)) is not None


def is_unit_label(text: str) -> bool:
    """Whether a text is a label that announces a unit and nothing else ("ĐVT:", "Đơn vị tính")."""
    return len(text) <= LONGEST_LABEL and re.fullmatch(rf"{_STRONG}[\s.:·•\-–—=(]*", _plain(text)) is not None


def speaks_of_money(text: str) -> bool:
    """Whether words speak of money, known or not ("nghìn USD", "trăm triệu đồng")."""
    return re.search(r"\b(?:nghin|ngan|trieu|ty|dong|vnd|usd|eur|tien|do la|dollars?)\b|\$|€", _plain(text)) is not None


def is_multiple(unit_text: str) -> bool:
    """Whether a unit of measure counts in thousands or the like ("nghìn người", "1.000 lượt")."""
    return re.match(rf"(?:{_SCALE}|chuc|tram|van|ta)\b(?! khuyen)|(?:{_DIGITS})(?![0-9])", _plain(unit_text)) is not None


def _told(plain: str) -> list[re.Match[str]]:
    return [match for match in _INSIDE.finditer(plain) if _is_told(plain, match)]


def _is_told(plain: str, match: re.Match[str]) -> bool:
    if _factor_of(match[0]) is None:
        return False
    before, after = plain[: match.start()], plain[match.end() :]
    if match["scale"] and not (match["before"] or match["after"]) and re.match(r" *[a-z]", after):
        return False  # thousands of something else
    if _LABEL.search(before) or (not before.strip(" ([.:;-*'\"") and not after.strip(" )].:;-*'\"")):
        return True
    left, right = before.rstrip()[-1:], after.lstrip(" .")[:1]
    if (left in ("(", "[") and right in (")", "]")) or (left in _APART and right in ("", ";")):
        return True
    has_scale = match["scale"] is not None and (match["before"] or match["after"]) is not None
    if _LEADS.search(before):
        return True
    return has_scale and not _COUNTED.search(before) and not after.lstrip().startswith("/ nguoi")


def _factor_of(plain: str) -> int | None:
    match = _WHOLE.fullmatch(plain)
    if match is None:
        return None
    if match["digits"]:
        power = re.fullmatch(r"10\^(\d)", match["digits"])
        return int(10 ** int(power[1])) if power else int(10 ** match["digits"].count("0"))
    if match["scale"]:
        word = match["scale"] if match["scale"] in SCALES else match["scale"][:-1]
        return SCALES[word] if word not in NEEDS_CURRENCY or match["before"] or match["after"] else None
    return 1


def _plain(text: str) -> str:
    """Small letters without marks, those that look Latin as Latin ones, one space for many, a semicolon between lines."""
    letters = latin(unicodedata.normalize("NFD", tidy(text).translate(_POWERS))).lower()
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return " ; ".join(" ".join(line.split()) for line in bare.splitlines() if line.strip())
