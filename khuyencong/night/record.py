"""What a station leaves of itself: its row in release.run_station from the first moment, dbt's nodes in release.run_node.

The same goes to the log as it happens (warehouse.journal). A view, facts.fct_run, reads the rows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from khuyencong.night.tables import end_tables
from warehouse.journal import say, sentence_of
from warehouse.parameters import read_parameters
from warehouse.rows import single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from khuyencong.night.night import Night, StationCount
    from khuyencong.night.nodes import NodeResult
    from warehouse.connections import Cursor
    from warehouse.settings import Settings

NODE_LEVELS = {"error": "error", "fail": "error", "runtime error": "error", "partial success": "error", "warn": "warning"}


def begin_station(night: Night, name: str, position: int) -> int:
    """The station is at work, and so is its run, whatever an earlier try came to; returns the number of this try."""
    with night.connection, night.connection.cursor() as cursor:
        cursor.execute(
            "update release.run set state = 'running', failed_station = null, failed_reason = null where run_key = %s",
            (night.run_key,),
        )
        cursor.execute(
            read_statement(__package__, "begin_station"),
            {"run_key": night.run_key, "station": name, "position": position},
        )
        n_tries: int = single_value(cursor)
    say("station_began", run=night.run_key, station=name, position=position, n_tries=n_tries)
    return n_tries


def end_station(night: Night, count: StationCount, seconds: float, *, is_made: bool) -> None:
    """The station's counts and seconds and, in the same transaction, what it leaves in its tables, unless it had nothing to do."""
    with night.connection, night.connection.cursor() as cursor:
        cursor.execute(
            """update release.run_station
            set state = 'done', finished_at = clock_timestamp(), seconds = %s, rows_in = %s, rows_out = %s, note = %s
            where run_key = %s and station = %s""",
            (seconds, count.rows_in, count.rows_out, count.note, night.run_key, night.station),
        )
        if is_made:
            end_tables(cursor, night.run_key, night.station)
    say(
        "station_done", run=night.run_key, station=night.station, n_tries=night.try_number, seconds=seconds,
        rows_in=count.rows_in, rows_out=count.rows_out, note=count.note or None,
    )  # fmt: skip


def fail_station(night: Night, error: BaseException, seconds: float) -> None:
    """The station failed, and with it the run: the sentence stands on both, and in the log."""
    import psycopg2

    reason = sentence_of(error)
    say(
        "station_failed", level="error", run=night.run_key, station=night.station, n_tries=night.try_number, seconds=seconds,
        reason=reason,
    )  # fmt: skip
    try:
        night.connection.rollback()
        with night.connection, night.connection.cursor() as cursor:
            cursor.execute(
                """update release.run_station
                set state = 'failed', finished_at = clock_timestamp(), seconds = %s, failed_reason = %s
                where run_key = %s and station = %s""",
                (seconds, reason, night.run_key, night.station),
            )
            cursor.execute(
                "update release.run set state = 'failed', failed_station = %s, failed_reason = %s where run_key = %s",
                (night.station, reason, night.run_key),
            )
    except psycopg2.Error as lost:  # the error itself is what must reach the caller
        say("record_lost", level="error", run=night.run_key, station=night.station, reason=sentence_of(lost))


def build_and_record(night: Night, select: list[str], **options: Any) -> list[NodeResult]:
    """`run_dbt` for a station: each node is a line of the log as it ends and a row of release.run_node, also when dbt fails.

    Where a failed node fails for the rows of some submissions alone, the error names them.
    """
    from khuyencong.culprits.failed_nodes import name_submissions
    from khuyencong.night.transform import TransformError, run_dbt

    nodes: list[NodeResult] = []

    def note(node: NodeResult) -> None:
        nodes.append(node)
        level = NODE_LEVELS.get(node.status, "info")
        say(
            "node_done", level=level, run=night.run_key, station=night.station, node=node.name,
            resource_type=node.resource_type, status=node.status, seconds=round(node.seconds, 3), rows=node.rows,
            reason=sentence_of(node.message) if level != "info" else None,
        )  # fmt: skip

    try:
        return run_dbt(night.warehouse, night.settings, select, log=note, **options)
    except TransformError as error:
        named = name_submissions(night.warehouse, error.nodes)
        raise TransformError(f"{error}{named}", error.nodes) from error
    finally:
        _write_nodes(night, nodes)


def _write_nodes(night: Night, nodes: list[NodeResult]) -> None:
    from psycopg2.extras import execute_batch

    rows = [
        {
            "run_key": night.run_key, "station": night.station, "try_number": night.try_number, "node": node.name,
            "resource_type": node.resource_type, "status": node.status, "seconds": round(node.seconds, 3), "n_rows": node.rows,
            "message": sentence_of(node.message),
        }
        for node in nodes
    ]  # fmt: skip
    with night.connection, night.connection.cursor() as cursor:
        execute_batch(cursor, read_statement(__package__, "write_node"), rows, page_size=1000)


def drop_old_nodes(cursor: Cursor, settings: Settings, run_key: int) -> None:
    """Nodes of runs that started more than `run_node_days` before this one go; what the stations came to stays."""
    days = int(read_parameters(settings)["run_node_days"])
    cursor.execute(read_statement(__package__, "drop_old_nodes"), {"run_key": run_key, "days": days})


def seconds_since(began: float) -> float:
    """Seconds since a reading of time.perf_counter."""
    return round(time.perf_counter() - began, 3)
