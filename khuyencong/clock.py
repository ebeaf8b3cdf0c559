"""The time in Viet Nam, for the entry points only: the command line and the DAGs. Nothing below them reads a clock."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, time

from khuyencong.settings import TIMEZONE


def now() -> datetime:
    """This moment, in Asia/Ho_Chi_Minh."""
    return datetime.now(TIMEZONE)


def end_of_following_month(period: str) -> datetime:
    """The last second of the month after a period YYYY-MM: when its quarterly reports are due and a backfill looks."""
    year, month = (int(part) for part in period.split("-"))
    year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime.combine(datetime(year, month, monthrange(year, month)[1]), time(23, 59, 59), TIMEZONE)
