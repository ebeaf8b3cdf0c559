"""Characters that look like others or like nothing: what people cannot see must not make two texts different.

The one list of them.
"""

from __future__ import annotations

import re

# Directions, joiners, fillers, variation selectors: no program shows them; web pages and calculators leave them in what is copied.
INVISIBLE = "".join(
    chr(n)
    for first, last in (
        (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180E),
        (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    )
    for n in range(first, last + 1)
)  # fmt: skip
# Letters of other alphabets, as keyboards, converters and optical readers leave them, and the Latin ones that they look like.
LOOK_ALIKES = {
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "Ɖ": "D", "ı": "i",
    "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P", "С": "C", "Т": "T", "Х": "X", "У": "Y",
    "І": "I", "Ј": "J", "Ѕ": "S", "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ј": "j",
    "ѕ": "s", "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P",
    "Τ": "T", "Υ": "Y", "Χ": "X", "ο": "o",
}  # fmt: skip
_UNSEEN = re.compile(f"[{INVISIBLE}]")
_LATIN = str.maketrans({**LOOK_ALIKES, **dict.fromkeys(INVISIBLE, "")})
_WITHOUT = str.maketrans(dict.fromkeys(INVISIBLE, ""))
_OTHER_ALPHABET = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
_WORD = re.compile("[A-Za-z\u00c0-\u024f\u0300-\u036f\u0370-\u03ff\u0400-\u052f]+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-"))


def without_invisible(text: str) -> str:
    """The text without the characters that nobody sees."""
    return _UNSEEN.sub("", text)


def latin(text: str) -> str:
    """The text without characters that nobody sees, letters that look Latin as the Latin ones; đ becomes d.

    A word of another alphabet stays in it, or it would be half and half: one without a Latin letter in which a letter looks like
    none ("Тема" also has a т). In capitals it may look wholly Latin; then it is that beside Latin letters ("ТР. Hồ Chí Minh")
    and stays where the whole text is of the other alphabet. Letters may change case: who asks compares without it.
    """
    if _OTHER_ALPHABET.search(text) is None:
        return text.translate(_LATIN)
    seen = text.translate(_WITHOUT)
    is_among_latin = _LATIN_LETTER.search(seen) is not None
    return _WORD.sub(lambda found: _of_one_alphabet(found[0], is_among_latin), seen)


def _of_one_alphabet(word: str, is_among_latin: bool) -> str:
    if _LATIN_LETTER.search(word):
        return word.translate(_LATIN)
    cased = word.upper() if is_among_latin else word.lower()
    looks_latin = all(letter in LOOK_ALIKES or not letter.isalpha() for letter in cased)
    return cased.translate(_LATIN) if looks_latin else word


def code_letters(text: str) -> str:
    """A code as it is compared: without spaces, in capitals, dashes and letters that look alike made one."""
    return "".join("".join(plain_width(text).translate(_DASHES).translate(_LATIN).split()).upper())


def plain_width(text: str) -> str:
    """Full-width letters, digits and signs of East Asian keyboards as the common ones."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)


def shown(text: str) -> str:
    """The text for a person: what cannot be seen is written out, as ⟨U+200B⟩."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)
