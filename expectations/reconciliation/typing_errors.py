"""Slips of one key: two neighbouring digits interchanged, one digit replaced, added or lost (Damerau–Levenshtein 1)."""

from __future__ import annotations

FEWEST_DIGITS = 3


def slip(written: str, meant: str) -> str | None:
    """Name the single slip that turns the meant digits into the written ones, or None.

    Both are digits without sign. Replaced, added and lost digits are believed only of numbers of three digits and more:
    below that nearly every number is one slip from another (Scholtus 2009 leaves out numbers below 10).
    """
    if written == meant:
        return None
    if len(written) == len(meant):
        places = [i for i, (w, m) in enumerate(zip(written, meant, strict=True)) if w != m]
        if len(places) == 2 and places[1] == places[0] + 1 and len(meant) >= FEWEST_DIGITS - 1:
            first, second = places
            return "digits_interchanged" if written[first] + written[second] == meant[second] + meant[first] else None
        return "digit_replaced" if len(places) == 1 and len(meant) >= FEWEST_DIGITS else None
    if min(len(written), len(meant)) < FEWEST_DIGITS:
        return None
    if len(written) == len(meant) + 1:
        return "digit_added" if _is_longer_by_one(written, meant) else None
    return "digit_lost" if len(meant) == len(written) + 1 and _is_longer_by_one(meant, written) else None


def _is_longer_by_one(longer: str, shorter: str) -> bool:
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
