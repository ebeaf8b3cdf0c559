"""Periods and maps as people write them."""

from datetime import date

import pytest

from ingestion.written.budget_years import BudgetYears
from khuyencong.figures.spans import Span, UnknownChoice, read_geography, read_spans

CALENDAR, APRIL = BudgetYears(1, False), BudgetYears(4, False)


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
    assert read_spans(written, CALENDAR) == spans


@pytest.mark.parametrize(
    "written, spans",
    [
        ("2025-04..2025-09", [Span(date(2025, 4, 1), date(2025, 9, 30))]),
        ("2026-02", [Span(date(2025, 4, 1), date(2026, 2, 28))]),
        ("2025-02..2025-05", [Span(date(2025, 2, 1), date(2025, 3, 31)), Span(date(2025, 4, 1), date(2025, 5, 31))]),
        ("2025-10..2026-03", [Span(date(2025, 10, 1), date(2026, 3, 31))]),
    ],
)
def test_of_years_from_april_too(written, spans):
    assert read_spans(written, APRIL) == spans


@pytest.mark.parametrize("written", ["2025", "2025-13..2025-14", "2025-06..2025-01", "quý I", "2025-1..2025-3"])
def test_a_period_that_is_none_is_refused_with_an_example(written):
    with pytest.raises(UnknownChoice, match="2025|month|ends before"):
        read_spans(written, CALENDAR)


def test_maps():
    assert read_geography("as-reported") is None
    assert read_geography("2025") == date(2025, 7, 1)
    assert read_geography("2025-06-30") == date(2025, 6, 30)
    with pytest.raises(UnknownChoice, match="as-reported"):
        read_geography("63 tỉnh")
