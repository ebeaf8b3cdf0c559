"""Text of the legacy Vietnamese encodings TCVN3 (ABC, .VnTime fonts) and VNI: recognised by what it would say, never guessed.

Such bytes look like Western letters to every program. They are decoded here only to see whether the words of a form appear;
the file is then returned with the reason, because its fonts also hide digits and signs that no table can give back for sure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ingestion.form import Form

TCVN3_BYTES = bytes.fromhex(
    "a1a2a3a4a5a6a7a8a9aaabacadaeb5b6b7b8b9bbbcbdbec6c7c8c9cacbcccecfd0d1d2d3d4d5d6d7d8dcdddedfe1e2e3e4e5e6e7e8e9eaebecedeeef"
    "f1f2f3f4f5f6f7f8f9fafbfcfdfe"
)
TCVN3_LETTERS = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
VNI_TONES = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
VNI_MARKED = {
    "â": "\u0302", "à": "\u0302\u0300", "á": "\u0302\u0301", "å": "\u0302\u0309", "ã": "\u0302\u0303", "ä": "\u0302\u0323",
    "ê": "\u0306", "è": "\u0306\u0300", "é": "\u0306\u0301", "ú": "\u0306\u0309", "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
VNI_LETTERS = {"ñ": "đ", "Ñ": "Đ", "ö": "ư", "Ö": "Ư", "ô": "ơ", "Ô": "Ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
ENOUGH_WORDS = 3


def decode_tcvn3(text: str) -> str:
    """Text whose characters are TCVN3 bytes seen as Western letters → the Vietnamese that its author saw."""
    letters = dict(zip(TCVN3_BYTES.decode("latin-1"), TCVN3_LETTERS, strict=True))
    western = text.encode("cp1252", "replace").decode("latin-1")
    return "".join(letters.get(character, character) for character in western)


def decode_vni(text: str) -> str:
    """Text of VNI fonts (a letter, then a second character that holds its marks) → the Vietnamese that its author saw."""
    out = ""
    for character in text:
        lower = character.lower()
        if out[-1:].lower() in tuple("aeo") and lower in VNI_MARKED:
            out += VNI_MARKED[lower]
        elif out[-1:].lower() in tuple("aeouyươ") and lower in VNI_TONES:
            out += VNI_TONES[lower]
        else:
            out += VNI_LETTERS.get(character, character)
    return unicodedata.normalize("NFC", out)


def legacy_encoding_of(texts: Iterable[str], forms: dict[str, Form]) -> str | None:
    """ "TCVN3" or "VNI" when several words of the forms appear only after decoding as such; else None."""
    written = "\n".join(texts)[:200_000]
    words = form_words(forms)
    plain = count_words(written, words)
    scores = {"TCVN3": count_words(decode_tcvn3(written), words), "VNI": count_words(decode_vni(written), words)}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= max(ENOUGH_WORDS, plain + 1) else None


def form_words(forms: dict[str, Form]) -> frozenset[str]:
    """Every label, title and header of the forms that has a letter no ASCII text has, in lower case."""
    texts = [label for form in forms.values() for f in form.header_fields_ever for label in f.labels]
    texts += [text for form in forms.values() for text in form.titles_ever]
    texts += [text for form in forms.values() for text in form.header_texts_ever]
    return frozenset(text.lower() for text in texts if not text.isascii())


def count_words(text: str, words: frozenset[str]) -> int:
    """How many different words of a set stand in a text."""
    lower = unicodedata.normalize("NFC", text).lower()
    return sum(word in lower for word in words)
