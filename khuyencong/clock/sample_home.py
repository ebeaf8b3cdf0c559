"""The home of a sample: a warehouse with a clock of its own, in which invented years are played.

It reads nothing but the manifests of its folders. What was never touched becomes one; a warehouse that holds a real report never
does, so no file that somebody lays into an inbox can turn back a real clock.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.transports.manifest import Manifest, read_manifest
from ingestion.transports.sources import read_sources
from warehouse.rows import single_value
from warehouse.settings import Settings

if TYPE_CHECKING:
    from warehouse.connections import Connection


PLAYED_ON = timedelta(days=31)  # deadlines fall due after the last report of a sample came


def is_sample_home(connection: Connection) -> bool:
    """Whether this warehouse holds a sample, with a clock of its own."""
    return _one(connection, "select exists (select from release.sample_clock)")


def may_hold_sample(connection: Connection) -> bool:
    """Whether this warehouse is a sample's home or, still untouched, can become one."""
    if is_sample_home(connection):
        return True
    is_touched = _one(connection, "select exists (select from release.run)")
    return not (is_touched or _one(connection, "select exists (select from raw.receipt)"))


def take_up_sample(connection: Connection, settings: Settings, asked: datetime | None, now: datetime) -> bool:
    """Make an untouched warehouse the home of the sample that lies in its inbox; whether it is one now.

    That is what `kc sample` wrote, or a folder with a manifest by hand when the first night is asked about the past (`asked`, by
    the clock `now`): over real reports such a night would see nothing. The clock begins at the moment asked about, else, or when
    that is too far, at the sample's last.
    """
    if is_sample_home(connection) or not may_hold_sample(connection):
        return is_sample_home(connection)
    manifests = [each for each in _manifests(settings) if each.arrivals]
    ends = [each.played_until for each in manifests if each.played_until]
    if not ends and not (manifests and asked is not None and asked < now):
        return False
    if asked is not None and asked <= last_moment(settings, now):
        set_clock(connection, asked)
    else:
        set_clock(connection, max(ends))
    return True


def last_moment(settings: Settings, now: datetime) -> datetime:
    """How far the clock of a sample's home may be put forward: a month past its last report, or to the present."""
    return max([now, *(each.last_moment + PLAYED_ON for each in _manifests(settings) if each.last_moment)])


def set_clock(connection: Connection, moment: datetime) -> None:
    """Put the clock of a sample's home; it runs on from there."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into release.sample_clock (moment) values (%s)
            on conflict (is_only) do update set moment = excluded.moment, set_at = clock_timestamp()""",
            (moment,),
        )


def _manifests(settings: Settings) -> list[Manifest]:
    found = []
    for source in read_sources(settings, is_sample=True):
        with suppress(ValueError):  # what is no manifest makes no sample
            found.append(read_manifest(Path(source.location)))
    return found


def _one(connection: Connection, query: str) -> bool:
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        return bool(single_value(cursor))
