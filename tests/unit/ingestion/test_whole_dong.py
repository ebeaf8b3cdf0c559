"""Amounts are whole đồng: what a formula leaves behind goes, what somebody wrote does not become nought."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingestion.sheets.cells import Reading, in_whole_parts


@pytest.mark.parametrize(
    ("written", "factor", "kept"),
    [
        ("725.4", 1_000_000, "725.4"), ("7.254e-7", 1_000_000, "1e-6"), ("2.8742e-6", 1_000_000, "3e-6"), ("3.7", 1, "4"),
        # dust of a sum of millions, and of billions
        ("5.82e-11", 1_000_000, "0"), ("-9.5e-7", 1, "0"),
        # 0.4 đồng, 0.002 đồng
        ("4e-7", 1_000_000, "4e-7"), ("-4e-7", 1_000_000, "-4e-7"), ("0.002", 1, "0.002"), ("0.4", 1, "0.4"),
    ],
)  # fmt: skip
def test_an_amount_is_whole_dong_or_stays_for_the_door_to_refuse(written: str, factor: int, kept: str) -> None:
    value = Decimal(written)
    reading = in_whole_parts(Reading("number", value, max(0, -int(value.as_tuple().exponent))), factor)
    assert reading.value == Decimal(kept)
