"""A span of months as people write it, cut where budget years end."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date


class UnknownChoice(ValueError):
    """A choice that cannot be answered (a period, fund, unit … that does not exist); the message says what to write."""


@dataclass(frozen=True)
class Span:
    """First day of the first month to last day of the last month, within one budget year."""

    period_start: date
    period_end: date


def read_spans(period: str) -> list[Span]:
    """Spans of `S..E` or one month `YYYY-MM` (then from January), one for each budget year that it touches.

    Raises UnknownChoice with a sentence.
    """
    match = re.fullmatch(r"(\d{4})-(\d{2})(?:\.\.(\d{4})-(\d{2}))?", period.strip())
    if not match:
        raise UnknownChoice(f"'{period}' is no period. Write YYYY-MM..YYYY-MM, for example 2025-01..2025-06.")
    first_year, first_month = int(match[1]), int(match[2])
    if match[3] is None:
        first_month, last_year, last_month = 1, first_year, first_month
    else:
        last_year, last_month = int(match[3]), int(match[4])
    if not (1 <= first_month <= 12 and 1 <= last_month <= 12):
        raise UnknownChoice(f"'{period}' names a month that does not exist: months are 01 to 12.")
    if (first_year, first_month) > (last_year, last_month):
        raise UnknownChoice(f"'{period}' ends before it starts.")
    return [
        Span(
            date(year, first_month if year == first_year else 1, 1),
            _month_end(year, last_month if year == last_year else 12),
        )
        for year in range(first_year, last_year + 1)
    ]


def read_geography(geography: str) -> date | None:
    """None for `as-reported`, the day for YYYY-MM-DD, and 1 July for a bare year. Raises UnknownChoice."""
    if geography == "as-reported":
        return None
    try:
        return date(int(geography), 7, 1) if re.fullmatch(r"\d{4}", geography) else date.fromisoformat(geography)
    except ValueError as error:
        raise UnknownChoice(f"'{geography}' is no map. Write as-reported or a day, for example 2025-07-01.") from error


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
