"""Budget years worked out the long way, month by month, with nothing of the product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

RULES = [(month, by_end) for month in range(1, 13) for by_end in (False, True)]


@dataclass(frozen=True)
class PlainYear:
    """The budget year of one day: what it is called, its first and last day, and which of its months the day lies in."""

    name: int
    start: date
    end: date
    month: int


def plain_year(day: date, first_month: int, is_named_by_end: bool) -> PlainYear:
    """Walk back by months to the one with which the year began, counting them, then forward to the next that begins one."""
    start, month = day.replace(day=1), 1
    while start.month != first_month:
        start, month = (start - timedelta(days=1)).replace(day=1), month + 1
    following = _next(start)
    while following.month != first_month:
        following = _next(following)
    end = following - timedelta(days=1)
    return PlainYear(end.year if is_named_by_end else start.year, start, end, month)


def _next(first_of_month: date) -> date:
    return (first_of_month + timedelta(days=31)).replace(day=1)
