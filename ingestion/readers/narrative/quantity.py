"""A number with a unit and its words in running text, and a number that is none."""

from dataclasses import dataclass
from decimal import Decimal

from ingestion.readers.narrative.document import Span


@dataclass(frozen=True)
class Quantity:
    """One printed number with its unit: where it stands and what it says.

    ``value`` (None when ambiguous or a range), ``low`` … ``soft_high`` and ``grain`` are in ``unit``; ``grain`` is the worth of one
    step of the last printed digit, 0 for counts. ``thing`` is money, percent or a thing of the register.
    """

    written: str
    span: Span
    number_span: Span
    thing: str
    unit: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    soft_low: Decimal | None
    soft_high: Decimal | None
    decimals: int
    grain: Decimal
    qualifier: str
    is_estimated: bool
    alternatives: tuple[Decimal, ...] = ()
    pair: str = ""  # "first" or "second" of two numbers printed as 189/211


@dataclass(frozen=True)
class Skipped:
    """A number that is no quantity, and why."""

    written: str
    span: Span
    reason: str
