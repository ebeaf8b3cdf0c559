"""What one cell says: a number with its printed decimals, nought, nothing, "not here", or something that cannot be read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

NUMBER, MISSING, NOT_APPLICABLE, UNREADABLE = "number", "missing", "not applicable", "unreadable"


@dataclass(frozen=True)
class Written:
    """`decimals` are those printed, None where no digit is printed (a dash, a mark, a blank that means nought)."""

    state: str
    value: Decimal = Decimal(0)
    decimals: int | None = None


NOUGHT = Written(NUMBER)
NOTHING = Written(MISSING)


def folded(text: object) -> str:
    """A label or a name without case, accents and punctuation, as one run of words."""
    return _folded(str(text))


@lru_cache(maxsize=100_000)
def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())


def read_number(content: object) -> Written:
    """A cell that is filled: Excel's own number, or a number as people write it in Vietnamese (1.234,5)."""
    if isinstance(content, bool):
        return Written(UNREADABLE)
    if isinstance(content, int | float):
        value = Decimal(repr(content)) if isinstance(content, float) else Decimal(content)
        return Written(NUMBER, value, max(0, -int(value.normalize().as_tuple().exponent)))
    text = str(content).strip().replace("\u00a0", " ")
    if text in ("-", "–"):
        return NOUGHT
    if text in ("…", "..."):
        return NOTHING
    if text.lower() == "x":
        return Written(NOT_APPLICABLE)
    digits = text.removesuffix("%").strip().replace(" ", "")
    if not re.fullmatch(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?", digits):
        return Written(UNREADABLE)
    whole, _, fraction = digits.replace(".", "").partition(",")
    return Written(NUMBER, Decimal(f"{whole}.{fraction}" if fraction else whole), len(fraction))


def read_date(content: object) -> date | None:
    """A day, of Excel or written dd/mm/yyyy."""
    if isinstance(content, datetime):
        return content.date()
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", str(content).strip())
    return date(int(found[3]), int(found[2]), int(found[1])) if found else None
