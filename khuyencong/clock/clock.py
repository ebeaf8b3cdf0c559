"""The time, for the entry points only: the command line and the DAGs. Nothing below them reads a clock.

The clock is the warehouse's (`release.clock`): its server's, or in the home of a sample the sample's own.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from typing import Any

from warehouse.rows import single_row
from warehouse.settings import TIMEZONE, Settings


class WrongMoment(ValueError):
    """A moment that cannot be asked about: the asker's error."""


class FutureMoment(WrongMoment):
    """A moment that is yet to come: nobody knows what will have been known then."""

    def __init__(self, asked: datetime, now: datetime) -> None:
        super().__init__(
            f"{asked.astimezone(TIMEZONE):%Y-%m-%d %H:%M} is yet to come (it is {now.astimezone(TIMEZONE):%Y-%m-%d %H:%M} here): "
            "an as-of is now or earlier."
        )


def machine_now() -> datetime:
    """This moment by the machine's clock: for names of files, waits, and what is read without a warehouse."""
    return datetime.now(TIMEZONE)


def now(settings: Settings) -> datetime:
    """This moment by the clock of the warehouse, in the time zone of the programme."""
    return moment_of(settings)


def parse_time(text: str | None) -> datetime | None:
    """A moment from YYYY-MM-DD (the end of that day) or a full ISO time. Raises WrongMoment."""
    if text is None:
        return None
    try:
        if _is_whole_day(text):
            return datetime.combine(date.fromisoformat(text), time(23, 59, 59), TIMEZONE)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongMoment(f"'{text}' is no date. Write YYYY-MM-DD, for example 2026-04-30.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=TIMEZONE)


def asked_moment(settings: Settings, text: str | None) -> datetime:
    """The moment of an `--as-of`, now without one. Raises WrongMoment."""
    return moment_of(settings, parse_time(text), is_whole_day=_is_whole_day(text))


def asked_night(settings: Settings, text: str | None) -> datetime | None:
    """The moment of an act's `--as-of` (a night, a chase), None for now. Raises WrongMoment."""
    return night_of(settings, parse_time(text), is_whole_day=_is_whole_day(text))


def moment_of(settings: Settings, asked: datetime | None = None, *, is_whole_day: bool = False) -> datetime:
    """The moment that a question about `asked` means: `asked` itself, now for None and for a whole day that is not over.

    Raises FutureMoment. In the home of a sample any moment may be asked about to which its clock can be put.
    """
    with _clock(settings) as (_, present, latest):
        return _checked(asked, present, latest, is_whole_day)


def night_of(settings: Settings, asked: datetime | None = None, *, is_whole_day: bool = False) -> datetime | None:
    """The moment of a night or another act, as `moment_of`, but None for now. The clock of a sample's home is put forward to it.

    Raises FutureMoment.
    """
    from khuyencong.clock.sample_home import set_clock

    if asked is None:
        now(settings)  # an untouched home of a sample begins its clock
        return None
    with _clock(settings, asked) as (connection, present, latest):
        moment = _checked(asked, present, latest, is_whole_day)
        if moment > present:
            set_clock(connection, moment)
        return None if moment == present else moment


def end_of_following_month(period: str) -> datetime:
    """The last second of the month after a period YYYY-MM: when its quarterly reports are due and a backfill looks."""
    year, month = (int(part) for part in period.split("-"))
    year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return datetime.combine(datetime(year, month, monthrange(year, month)[1]), time(23, 59, 59), TIMEZONE)


def _is_whole_day(text: str | None) -> bool:
    return text is not None and len(text) == len("2026-04-30")


def _checked(asked: datetime | None, present: datetime, latest: datetime, is_whole_day: bool) -> datetime:
    if asked is None:
        return present
    if asked > latest and is_whole_day and asked.astimezone(TIMEZONE).date() == latest.date():
        return latest
    if asked > latest:
        raise FutureMoment(asked, present)
    return asked


@contextmanager
def _clock(settings: Settings, asked: datetime | None = None) -> Iterator[tuple[Any, datetime, datetime]]:
    """A connection, the present moment of the warehouse, and the latest that may be asked about."""
    from khuyencong.clock.sample_home import last_moment, take_up_sample
    from warehouse.address import connect
    from warehouse.opening import open_warehouse

    with closing(connect(open_warehouse(settings))) as connection:
        is_sample = take_up_sample(connection, settings, asked, machine_now())
        with connection, connection.cursor() as cursor:
            cursor.execute("select release.clock(), clock_timestamp()")
            present, of_server = (moment.astimezone(TIMEZONE) for moment in single_row(cursor))
        yield connection, present, max(present, last_moment(settings, of_server)) if is_sample else present
