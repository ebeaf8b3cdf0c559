"""What a command needs before it can work: an open warehouse, the time, a moment that somebody typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from khuyencong.cli.output import Refused
from khuyencong.clock import FutureMoment, machine_now, moment_of, night_of, now
from khuyencong.settings import TIMEZONE, Settings, read_settings

__all__ = ["asked_moment", "asked_night", "machine_now", "now", "open_connection", "parse_time"]


def parse_time(text: str | None) -> datetime | None:
    """A moment from YYYY-MM-DD (the end of that day in Viet Nam) or a full ISO time; wrong text is a usage error."""
    if text is None:
        return None
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(23, 59, 59), TIMEZONE)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"'{text}' is no date. Write YYYY-MM-DD, for example 2026-04-30.", 2) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=TIMEZONE)


def asked_moment(settings: Settings, text: str | None) -> datetime:
    """The moment of an `--as-of`, now without one; what is yet to come is a usage error."""
    try:
        return moment_of(settings, parse_time(text), is_whole_day=_is_whole_day(text))
    except FutureMoment as future:
        raise Refused(str(future), 2) from future


def asked_night(settings: Settings, text: str | None) -> datetime | None:
    """The moment of an act's `--as-of` (a night, a chase), None for now; what is yet to come is a usage error."""
    try:
        return night_of(settings, parse_time(text), is_whole_day=_is_whole_day(text))
    except FutureMoment as future:
        raise Refused(str(future), 2) from future


def _is_whole_day(text: str | None) -> bool:
    return text is not None and len(text) == len("2026-04-30")


@contextmanager
def open_connection(settings: Settings | None = None, login: str | None = None) -> Iterator[Any]:
    """A psycopg2 connection to the warehouse, started and migrated if need be.

    `login`: as whom to connect instead of the warehouse's own login. A server asks for that login's password (PGPASSWORD, or
    ~/.pgpass); the embedded warehouse lets in whoever may use its folder.
    """
    from dataclasses import replace

    from khuyencong.warehouse import WarehouseError, connect, open_warehouse

    warehouse = open_warehouse(settings or read_settings())
    try:
        connection = connect(replace(warehouse, user=login, password=None) if login else warehouse)
    except WarehouseError as error:
        if login is None:
            raise
        raise Refused(f"{login} cannot log in: {error}", 2) from error
    try:
        yield connection
    finally:
        connection.close()
