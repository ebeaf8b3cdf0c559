"""What each station left in its tables, and whether the next one still finds it there.

A station's trace in a table is its rows and the sum of the numbers of the transactions that wrote them, in
release.station_table. It is written with the end of its station, in one transaction, and taken back when the station begins
again: a table that was emptied, dropped, filled from somewhere else, or half made when its station was cut off is known by it,
for the price of counting rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.connections import Cursor


# In the order of the night: the tables that a station makes, as a pattern of schema.table. Findings and the state of sources
# come and go in raw; mentions are judged with the facts.
MAKES = {
    "door": r"^raw\.(?!finding$|source_)",
    "build": r"^(register|staging)\.|^checks\.(?!chk_mention)",
    "reconcile": r"^checks\.(?!chk_mention)",
    "facts": r"^facts\.|^checks\.chk_mention",
    "release": r"^release\.(release|report|contribution)$",
    "marts": r"^marts\.",
}
# Rows are added to these by every night and by what comes between two nights; fewer rows are a loss that no night mends.
APPEND_ONLY = ("door", "release")
# What a night makes on its way falls as soon as an earlier station begins again; marts stand until they are replaced.
ON_THE_WAY = ("build", "reconcile", "facts")
# A release is made from facts alone; the other stations read what all before them made.
READS = {"release": ("facts",)}
BUILDS_AGAIN = "reconcile"  # the station that makes again what it stands on, when it does not find it

TABLES = """
select nspname || '.' || relname from pg_class inner join pg_namespace on relnamespace = pg_namespace.oid
where relkind in ('r', 'p') and relpersistence <> 't' and relname !~ '__dbt_(tmp|backup)' order by 1"""


class TablesLost(RuntimeError):
    """What a station stands on is not what the run made; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Loss:
    """A sentence about a table that is not as its station left it; `is_final`: no night can make it again."""

    sentence: str
    is_final: bool = False


def begin_tables(cursor: Cursor, run_key: int, station: str) -> None:
    """The station is at work: until its end its tables, and what later stations made of them on the way, are nobody's."""
    if station not in MAKES or station in APPEND_ONLY:
        return
    names = list(MAKES)
    later = [name for name in names[names.index(station) :] if name in ON_THE_WAY]
    cursor.execute(
        """update release.station_table set run_key = %s, station = %s, n_rows = null, written_by = null
        where schema_name || '.' || table_name ~ %s""",
        (run_key, station, MAKES[station]),
    )
    cursor.execute("update release.station_table set n_rows = null, written_by = null where station = any(%s)", (later,))


def end_tables(cursor: Cursor, run_key: int, station: str) -> None:
    """Write down what the station leaves."""
    from psycopg2.extras import execute_values

    if station not in MAKES:
        return
    cursor.execute(TABLES)
    traces = _traces(cursor, [table for (table,) in cursor if re.search(MAKES[station], table)])
    cursor.execute("delete from release.station_table where schema_name || '.' || table_name ~ %s", (MAKES[station],))
    execute_values(
        cursor,
        "insert into release.station_table (schema_name, table_name, run_key, station, n_rows, written_by) values %s",
        [(*table.split("."), run_key, station, *trace) for table, trace in traces.items()],
        page_size=1000,
    )


def losses_before(cursor: Cursor, run_key: int, station: str) -> list[Loss]:
    """What the station does not find as this run left it; what it makes again by itself. Raises TablesLost for anything else."""
    if station not in MAKES:
        return []
    before = list(MAKES)[: list(MAKES).index(station)]
    cursor.execute("select station from release.run_station where run_key = %s and state = 'done'", (run_key,))
    done = {name for (name,) in cursor}
    losses = [Loss(f"{name} of run {run_key} did not come to its end") for name in before if name not in done]
    losses += find_losses(cursor, before, run_key, only=READS.get(station, before))
    if station in APPEND_ONLY:
        losses += [loss for loss in find_losses(cursor, only=[station]) if loss.is_final]
    if any(loss.is_final for loss in losses) or losses and station != BUILDS_AGAIN:
        raise TablesLost(_refusal(station, losses))
    return losses


def find_losses(
    cursor: Cursor, stations: Sequence[str] = tuple(MAKES), run_key: int | None = None, only: Sequence[str] = tuple(MAKES)
) -> list[Loss]:
    """What does not stand any more of what these stations, in the order of the night, left; of `run_key`, where it is given.

    `only`: the tables that one of these was the last of them to make.
    """
    cursor.execute(
        """select schema_name || '.' || table_name, station, run_key, n_rows, written_by
        from release.station_table order by n_rows desc nulls first, 1"""
    )
    left = {row[0]: row[1:] for row in cursor}
    makers = {table: [name for name in stations if re.search(MAKES[name], table)] for table in left}
    looked_at = {table: names[-1] for table, names in makers.items() if names and names[-1] in only}
    cursor.execute(TABLES)
    found = _traces(cursor, [table for (table,) in cursor if table in looked_at])
    unknown = [name for name in stations if name in only and name not in looked_at.values()]
    losses = [Loss(f"of what {name} makes nothing is written down") for name in unknown]
    for table, maker in looked_at.items():
        loss = _loss(table, maker, left[table], found.get(table), run_key)
        losses += [loss] if loss else []
    return losses


def _loss(table: str, maker: str, left: tuple[Any, ...], found: tuple[int, Any] | None, run_key: int | None) -> Loss | None:
    station, run, n_rows, written_by = left
    is_final = maker in APPEND_ONLY
    if found is None:
        return Loss(f"{table} is gone", is_final)
    if n_rows is None:
        return Loss(f"{table} was left half made by {station} of run {run}")
    if found[0] < n_rows or found[0] != n_rows and not is_final:
        return Loss(f"{table} holds {found[0]} rows, and {station} of run {run} left {n_rows}", is_final)
    if is_final:
        return None
    if station != maker or run_key not in (None, run):
        return Loss(f"{table} was made by {station} of run {run}")
    return None if found[1] == written_by else Loss(f"{table} was written to since {station} of run {run} ended")


def keep_traces_of_a_restore(cursor: Cursor) -> None:
    """Rows that came out of a backup have new numbers: a table with as many rows as its station left is as it left it."""
    cursor.execute("select schema_name || '.' || table_name, n_rows from release.station_table where n_rows is not null")
    left = dict(cursor.fetchall())
    cursor.execute(TABLES)
    for table, (n_rows, written_by) in _traces(cursor, [table for (table,) in cursor if table in left]).items():
        if n_rows == left[table]:
            cursor.execute(
                "update release.station_table set written_by = %s where schema_name || '.' || table_name = %s", (written_by, table)
            )


def sentence_of(losses: Sequence[Loss], limit: int = 3) -> str:
    """The first losses, and how many more there are."""
    told = "; ".join(loss.sentence for loss in losses[:limit])
    return told + (f"; and {len(losses) - limit} more" if len(losses) > limit else "")


def _refusal(station: str, losses: Sequence[Loss]) -> str:
    final = [loss for loss in losses if loss.is_final]
    if final:
        return (
            f"{station} does not go on: {sentence_of(final)}. What came in and what was released is not made again by a night: "
            "put a backup back (docs/operations.md, Restoring)."
        )
    return (
        f"{station} does not go on: {sentence_of(losses)}. Nothing was released from it. Start the night over: `kc nightly`; "
        "in Airflow clear the task build and all that follow."
    )


def _traces(cursor: Cursor, tables: Sequence[str]) -> dict[str, tuple[int, Any]]:
    """table → its rows, and the sum of the transactions that wrote them."""
    from psycopg2 import sql

    if not tables:
        return {}
    queries = [
        sql.SQL("select {}, count(*), coalesce(sum(xmin::text::bigint), 0) from {}").format(
            sql.Literal(table), sql.Identifier(*table.split("."))
        )
        for table in tables
    ]
    cursor.execute(sql.SQL(" union all ").join(queries))
    return {table: (n_rows, written_by) for table, n_rows, written_by in cursor}
