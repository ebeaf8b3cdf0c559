"""What a command needs before it can work: an open warehouse, the time, a moment that somebody typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from kc.output import Refused
from khuyencong.clock import clock
from khuyencong.clock.clock import machine_now, now
from warehouse.settings import Settings, read_settings

if TYPE_CHECKING:
    from warehouse.connections import Connection

__all__ = ["asked_moment", "asked_night", "machine_now", "now", "open_connection", "parse_time"]


def parse_time(text: str | None) -> datetime | None:
    """As `clock.parse_time`; wrong text is a usage error."""
    with _as_usage():
        return clock.parse_time(text)


def asked_moment(settings: Settings, text: str | None) -> datetime:
    """The moment of an `--as-of`, now without one; wrong text, or what is yet to come, is a usage error."""
    with _as_usage():
        return clock.asked_moment(settings, text)


def asked_night(settings: Settings, text: str | None) -> datetime | None:
    """The moment of an act's `--as-of` (a night, a chase), None for now; as `asked_moment`."""
    with _as_usage():
        return clock.asked_night(settings, text)


@contextmanager
def _as_usage() -> Iterator[None]:
    try:
        yield
    except clock.WrongMoment as wrong:
        raise Refused(str(wrong), 2) from wrong


@contextmanager
def open_connection(settings: Settings | None = None, login: str | None = None) -> Iterator[Connection]:
    """A psycopg2 connection to the warehouse, started and migrated if need be.

    `login`: as whom to connect instead of the warehouse's own login. A server asks for that login's password (PGPASSWORD, or
    ~/.pgpass); the embedded warehouse lets in whoever may use its folder.
    """
    from dataclasses import replace

    from warehouse.address import WarehouseError, connect
    from warehouse.opening import open_warehouse

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
