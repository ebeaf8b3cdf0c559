"""Text as people type it, made comparable: NFC for keeping, folded for matching names."""

import re
import unicodedata
from functools import lru_cache

from ingestion.written.characters import latin, plain_width, without_invisible

_MARKS = re.compile("[\u0300-\u036f]")
_OF_WORDS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"})
_NUMBERING = re.compile(r"^\s*(?:(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5}|[A-Za-zđĐ])\s*[.)/:–-]\s*|\d{1,2}\s+|[-–+•*]\s*)+")
_WORDS = re.compile("[a-z0-9%]+")
_ASCII = re.compile("[^a-z0-9%]+")
_OTHER_SCRIPTS = 0x370  # below it stand Latin letters and signs alone


def nfc(text: str) -> str:
    """The same text in composed form (NFC), so that one letter is one character whatever keyboard wrote it."""
    return unicodedata.normalize("NFC", text)


def tidy(text: str) -> str:
    """Text in NFC, full-width characters and all kinds of spaces made plain, without what nobody sees; the length may change."""
    return re.sub(r"[^\S\n]", " ", without_invisible(plain_width(unicodedata.normalize("NFC", text))))


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Text without case, accents and punctuation: words of a-z, 0-9, % and the letters of other scripts, one space between.

    What looks alike is alike, and what nobody sees is not there. Latin letters that are no a-z with a mark (ø, ß) count as gaps.
    """
    plain = _MARKS.sub("", latin(unicodedata.normalize("NFD", plain_width(text))).lower())
    if plain.isascii():
        return _ASCII.sub(" ", plain).strip()
    return " ".join("".join(c if _is_kept(c) else " " for c in plain.replace("ς", "σ")).split())


def _is_kept(character: str) -> bool:
    """Whether a character is part of a word: of Latin ones a-z, 0-9 and %, of other scripts letters, their marks and digits."""
    if ord(character) < _OTHER_SCRIPTS:
        return _WORDS.match(character) is not None
    return unicodedata.category(character) in _OF_WORDS


def without_numbering(text: str) -> str:
    """A name, folded, without the numbering before it ("1.2 …", "IV. …", "b) …", "- …"); a letter needs its mark."""
    return folded(_NUMBERING.sub("", text, count=1))


def column_letter(column: int) -> str:
    """The letters of a spreadsheet column; 0 is A."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The position of a spreadsheet column; A is 0."""
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - 64
    return position - 1


def cell_address(row: int, column: int) -> str:
    """The address of a cell from its row (1 is the first) and column (0 is A)."""
    return f"{column_letter(column)}{row}"
