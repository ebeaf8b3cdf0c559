"""A span of months as people write it, cut where budget years end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ingestion.written.budget_years import BudgetYears
from ingestion.written.periods import month_end


class UnknownChoice(ValueError):
    """A choice that cannot be answered (a period, fund, unit … that does not exist); the message says what to write."""


@dataclass(frozen=True)
class Span:
    """First day of the first month to last day of the last month, within one budget year."""

    period_start: date
    period_end: date


def read_spans(period: str, years: BudgetYears) -> list[Span]:
    """Spans of `S..E` or one month `YYYY-MM` (then from the begin of its budget year), one for each budget year that it touches.

    Raises UnknownChoice with a sentence.
    """
    match = re.fullmatch(r"(\d{4})-(\d{2})(?:\.\.(\d{4})-(\d{2}))?", period.strip())
    if not match:
        raise UnknownChoice(f"'{period}' is no period. Write YYYY-MM..YYYY-MM, for example 2025-01..2025-06.")
    named = [(int(match[1]), int(match[2]))] + ([(int(match[3]), int(match[4]))] if match[3] else [])
    if not all(1 <= month <= 12 for _, month in named):
        raise UnknownChoice(f"'{period}' names a month that does not exist: months are 01 to 12.")
    end = month_end(*named[-1])
    start = date(*named[0], 1) if match[3] else years.start(years.of(end))
    if start > end:
        raise UnknownChoice(f"'{period}' ends before it starts.")
    return [
        Span(max(start, years.start(year)), min(end, years.end(year))) for year in range(years.of(start), years.of(end) + 1)
    ]


def read_geography(geography: str) -> date | None:
    """None for `as-reported`, the day for YYYY-MM-DD, and 1 July for a bare year. Raises UnknownChoice."""
    if geography == "as-reported":
        return None
    try:
        return date(int(geography), 7, 1) if re.fullmatch(r"\d{4}", geography) else date.fromisoformat(geography)
    except ValueError as error:
        raise UnknownChoice(f"'{geography}' is no map. Write as-reported or a day, for example 2025-07-01.") from error
