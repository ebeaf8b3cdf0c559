"""Periods and maps as people write them."""

from datetime import date

import pytest

from khuyencong.figures.spans import Span, UnknownChoice, read_geography, read_spans


@pytest.mark.parametrize(
    "written, spans",
    [
        ("2025-01..2025-06", [Span(date(2025, 1, 1), date(2025, 6, 30))]),
        ("2025-06", [Span(date(2025, 1, 1), date(2025, 6, 30))]),
        ("2024-02..2024-02", [Span(date(2024, 2, 1), date(2024, 2, 29))]),
        ("2024-07..2025-03", [Span(date(2024, 7, 1), date(2024, 12, 31)), Span(date(2025, 1, 1), date(2025, 3, 31))]),
    ],
)
def test_a_period_is_cut_where_budget_years_end(written, spans):
    assert read_spans(written) == spans


@pytest.mark.parametrize("written", ["2025", "2025-13..2025-14", "2025-06..2025-01", "quý I", "2025-1..2025-3"])
def test_a_period_that_is_none_is_refused_with_an_example(written):
    with pytest.raises(UnknownChoice, match="2025|month|ends before"):
        read_spans(written)


def test_maps():
    assert read_geography("as-reported") is None
    assert read_geography("2025") == date(2025, 7, 1)
    assert read_geography("2025-06-30") == date(2025, 6, 30)
    with pytest.raises(UnknownChoice, match="as-reported"):
        read_geography("63 tỉnh")
