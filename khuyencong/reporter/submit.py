"""`kc submit`: a few files through door and rules, with their findings at once. A dry run works on a copy of the warehouse."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khuyencong.night.runs import finish_night, start_night
from khuyencong.night.station_runs import run_station
from khuyencong.night.turn import only_night
from warehouse.rows import single_value
from warehouse.settings import Settings

if TYPE_CHECKING:
    from ingestion.landing.receipts import Arrival
    from khuyencong.reporter.outcome import Handed
    from warehouse.address import Warehouse
    from warehouse.connections import Connection

STATIONS_OF_A_SUBMISSION = ("read", "door", "build", "reconcile")
A_LITTLE_LATER = timedelta(microseconds=1)


def submit(
    settings: Settings,
    paths: list[Path],
    received_at: datetime,
    *,
    dry_run: bool = False,
    unit_key: str | None = None,
    is_archive: bool = False,
) -> dict[str, Any]:
    """{dry_run, files: [{path, verdict (accept | hold | return | replaced), submissions, findings, flags, undecided}]}.

    The files are landed under source `submit`, the last named as the newest; tonight's release takes them up. With `dry_run`
    everything happens in a copy of the database and a temporary landing, both dropped at the end: the findings are the same and
    nothing is written. `is_archive`: reports of past years, which are not late although they come today.
    """
    from khuyencong.night.stations import STATIONS
    from khuyencong.reporter.outcome import outcomes
    from warehouse.opening import open_warehouse

    with (
        _place_of_work(settings, open_warehouse(settings), dry_run) as (place, warehouse),
        only_night(warehouse) as connection,
    ):
        # Two versions of one report that came in one call are told apart by the order in which they were named.
        moments = [received_at + number * A_LITTLE_LATER for number in range(len(paths))]
        night = start_night(place, warehouse, connection, moments[-1], moments[-1])
        handed = [
            _hand_in(connection, night.run_key, path, _arrival(path, unit_key, moment, is_archive, place.landing))
            for path, moment in zip(paths, moments, strict=True)
        ]
        work = dict(STATIONS)
        for position, name in enumerate(STATIONS_OF_A_SUBMISSION, 1):
            run_station(night, name, position, work[name])
        finish_night(night, moments[-1], is_whole=False)
        return {"dry_run": dry_run, "files": outcomes(connection, night.run_key, handed)}


def _hand_in(connection: Connection, run_key: int, path: Path, arrival: Arrival) -> Handed:
    """Land one file; its receipt is a new one, or the one that it had when the same bytes came under this name last."""
    from ingestion.landing.receipts import land
    from ingestion.transports.seen import place_of
    from khuyencong.reporter.outcome import Handed

    with connection, connection.cursor() as cursor:
        land(cursor, [arrival], run_key)
        cursor.execute(
            "select max(receipt_key) from raw.receipt where (source_code, location) = (%s, %s)",
            (arrival.source_code, arrival.location),
        )
        return Handed(place_of(str(path)), arrival.sha256, single_value(cursor))


@contextmanager
def _place_of_work(settings: Settings, warehouse: Warehouse, dry_run: bool) -> Iterator[tuple[Settings, Warehouse]]:
    """The warehouse itself or, for a dry run, a copy of its database with a landing of its own."""
    if not dry_run:
        yield settings, warehouse
        return
    import psycopg2
    from psycopg2 import sql

    from warehouse.address import connect

    copy = f"{warehouse.dbname}_dry_run"
    names = {"copy": sql.Identifier(copy), "original": sql.Identifier(warehouse.dbname)}
    make_copy = sql.SQL("create database {copy} template {original}").format(**names)
    drop_copy = sql.SQL("drop database if exists {copy} with (force)").format(**names)
    admin = connect(warehouse, dbname="postgres")
    admin.autocommit = True
    folder = Path(tempfile.mkdtemp(prefix="kc-dry-run-"))
    try:
        with admin.cursor() as cursor:
            cursor.execute(drop_copy)
            try:
                cursor.execute(make_copy)
            except psycopg2.errors.ObjectInUse as error:
                raise RuntimeError(
                    "A dry run copies the warehouse, and something else is working on it. Try again when it is done."
                ) from error
        yield replace(settings, home=folder), replace(warehouse, dbname=copy)
    finally:
        with admin.cursor() as cursor:
            cursor.execute(drop_copy)
        admin.close()
        shutil.rmtree(folder, ignore_errors=True)


def _arrival(path: Path, unit_key: str | None, received_at: datetime, is_archive: bool, landing: Path) -> Arrival:
    from ingestion.landing.receipts import Arrival, keep
    from ingestion.transports.seen import place_given

    data, location = path.read_bytes(), place_given(path)
    return Arrival(
        source_code="submit",
        location=location,
        claimed_unit_key=unit_key,
        sender=None,
        received_at=received_at,
        sha256=keep(data, location, landing),
        byte_count=len(data),
        is_archive=is_archive,
    )
