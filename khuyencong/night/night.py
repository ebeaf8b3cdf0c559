"""A night in progress, as its stations know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.settings import Settings

if TYPE_CHECKING:
    from warehouse.address import Warehouse
    from warehouse.connections import Connection


@dataclass(frozen=True)
class Night:
    """One night in progress: where it works and what it knows. `connection` is a psycopg2 connection.

    `seen_at` is the moment at which it sees what lies at the sources; `as_of` is that moment too, or one of the past. `station` and
    `try_number` say what is at work now; empty between stations. `is_foundation_lost`: the station did not find what the stations
    before it made, and has to make it again.
    """

    settings: Settings
    warehouse: Warehouse
    connection: Connection
    run_key: int
    as_of: datetime
    seen_at: datetime
    is_rebuild: bool = False
    station: str = ""
    try_number: int = 0
    is_foundation_lost: bool = False


@dataclass(frozen=True)
class StationCount:
    """What a station took in and gave out, in rows of its own kind."""

    rows_in: int
    rows_out: int
    note: str = ""
