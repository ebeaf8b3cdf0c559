"""A relation that a text states between its own numbers, judged over intervals, with its sentence in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ingestion.readers.narrative.quantity import Quantity
from ingestion.written.closeness import (
    CLOSENESS,
    Judgement,
    closeness_of_at_most,
    closeness_of_growth,
    closeness_of_ratio,
    closeness_of_same,
    closeness_of_sum,
)
from ingestion.written.intervals import Printed


@dataclass(frozen=True)
class Relation:
    """One stated relation: ``left`` mention numbers and the ``right`` one they should give.

    ``kind``: sum, items (``n_items`` listed things against a count), ratio, growth, same_base. ``closeness``: exact,
    rounding, truncation, borderline, soft, hard, or undecided when the text does not print the base.
    """

    kind: str
    left: tuple[int, ...]
    right: int
    closeness: str
    is_complete: bool
    is_plausible: bool
    written: str
    explanation_vi: str
    explanation_en: str
    n_items: int = 0


def printed(quantity: Quantity, reading: int = 0) -> Printed:
    """A quantity as a printed number; ``reading`` chooses among the readings of an ambiguous one (grouped, decimal).

    ValueError for a quantity that is not readable.
    """
    if quantity.alternatives:
        # The decimal reading of "47,017" has three printed decimals more than the grouped one.
        grain = Fraction(quantity.grain) / (1000 if reading else 1)
        return Printed(Fraction(quantity.alternatives[reading]), grain, quantity.qualifier)
    if quantity.value is None:
        raise ValueError(f"{quantity.written} has no value")
    return Printed(Fraction(quantity.value), Fraction(quantity.grain), quantity.qualifier)


def is_readable(quantity: Quantity) -> bool:
    """Whether a quantity has a value, or two to choose from: a range has none."""
    return quantity.value is not None or bool(quantity.alternatives)


def judge_relation(
    kind: str,
    left: Sequence[Quantity],
    right: Quantity,
    *,
    is_complete: bool = True,
    weights: Sequence[int] | None = None,
) -> Judgement:
    """Judge sum, ratio, growth, same or at_most of printed quantities; ambiguous ones are read alike, the best way.

    ``ratio`` takes (numerator, denominator) and a percentage, ``growth`` (new, old) and a percentage that is negative
    for a decrease; ValueError when a base may be zero.
    """
    readings = (0, 1) if any(q.alternatives for q in [*left, right]) else (0,)
    judged = []
    for reading in readings:
        terms, stated = [printed(q, reading) for q in left], printed(right, reading)
        if kind == "sum":
            judged.append(closeness_of_sum(terms, stated, weights, is_complete=is_complete))
        elif kind == "ratio":
            judged.append(closeness_of_ratio(terms[0], terms[1], stated))
        elif kind == "growth":
            judged.append(closeness_of_growth(terms[0], terms[1], stated))
        elif kind == "same":
            judged.append(closeness_of_same(terms[0], stated))
        elif kind == "at_most":
            judged.append(closeness_of_at_most(terms[0], stated))
        else:
            raise ValueError(f"no relation of kind {kind}")
    return min(judged, key=lambda j: CLOSENESS.index(j.closeness))


def told(
    kind: str, left: Sequence[int], right: int, judged: Judgement, is_complete: bool, written: str, n_items: int = 0
) -> Relation:
    """A judged relation with its sentence in Vietnamese and English."""
    vi = {"exact": "khớp", "rounding": "khớp trong sai số làm tròn", "truncation": "khớp nếu cắt bỏ phần lẻ",
          "borderline": "lệch đúng ở ranh giới làm tròn", "soft": "chỉ khớp nhờ từ ước lượng",
          "hard": "không khớp, vượt sai số làm tròn"}  # fmt: skip
    en = {"exact": "agrees", "rounding": "agrees within rounding", "truncation": "agrees when cut off",
          "borderline": "touches the limit of rounding", "soft": "agrees only loosely",
          "hard": "does not agree, beyond rounding"}  # fmt: skip
    open_vi = "" if is_complete else " (danh sách không nêu hết)"
    open_en = "" if is_complete else " (the list is not exhaustive)"
    gap = float(judged.difference)
    return Relation(
        kind, tuple(left), right, judged.closeness, is_complete, judged.is_plausible, written,
        f"«{written}»: {vi[judged.closeness]}{open_vi}; chênh lệch {gap:g}.",
        f"“{written}”: {en[judged.closeness]}{open_en}; difference {gap:g}.",
        n_items,
    )  # fmt: skip
