"""What a gate leaves in checks: what stands, what is held and since when, the history of each submission, what is judged again."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from psycopg2 import sql

from khuyencong.gate.choice import IN_FORCE, JUDGED
from warehouse.rows import single_value
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor


# Where a gate writes what the runs that follow remember.
WRITTEN = (("checks", "standing"), ("checks", "standing_history"), ("checks", "hold"), ("review", "decision_lapse"))

# Where a judgement of a submission stands, beside what is remembered of it.
JUDGEMENTS = (
    ("checks", "chk_verdict"), ("checks", "chk_failing"), ("checks", "chk_verdict_figure"), ("checks", "suspicion"),
    ("checks", "culprit"),
)  # fmt: skip


def in_force(states: dict[int, str]) -> set[int]:
    return {key for key, state in states.items() if state in IN_FORCE}


def find_held(cursor: Cursor) -> None:
    """Fill the temporary table held_cell, which lives until the transaction ends: figures that stay out for a failed rule."""
    cursor.execute(read_statement(__package__, "held_cells"))


def held_since(cursor: Cursor) -> dict[int, list[datetime]]:
    """submission → for each of its held cells, the moment at which all behind its first failed verdict had come."""
    find_held(cursor)
    cursor.execute(read_statement(__package__, "held_since"))
    since: dict[int, list[datetime]] = defaultdict(list)
    for submission_key, moment in cursor:
        since[submission_key].append(moment)
    return since


def forget_unfinished(connection: Connection, run_key: int) -> None:
    """Take back what gates wrote that did not come to their end, and this run's own: it will be judged and chosen anew.

    A choice is remembered by the runs that follow; half of one must not be, nor one of a night of the past, which ends no decision
    and changes nothing of what stands.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "unfinished_runs"), {"run_key": run_key})
        runs = [key for (key,) in cursor]
        for schema, table in WRITTEN:
            cursor.execute(sql.SQL("delete from {} where run_key = any(%s)").format(sql.Identifier(schema, table)), (runs,))
        cursor.execute("delete from checks.rejudge")


def write_choice(connection: Connection, run_key: int, states: dict[int, str], *, keeps_holds: bool) -> set[int]:
    """Write what stands and what is held in this run; returns the submissions for which rules were judged with another
    choice: they stood and no longer do, or do now, or have a figure that was held and is not, or is now.

    With `keeps_holds` the holds written before in this run stay.
    """
    chosen = in_force(states)
    judged = sorted(key for key, state in states.items() if state in JUDGED)
    with connection, connection.cursor() as cursor:
        cursor.execute("select submission_key from checks.chk_standing")
        stood = {row[0] for row in cursor} ^ chosen
        cursor.execute("delete from checks.standing")
        cursor.execute(
            "insert into checks.standing (submission_key, run_key) select unnest(%s::bigint []), %s",
            (sorted(chosen), run_key),
        )
        if not keeps_holds:
            cursor.execute("delete from checks.hold where run_key = %s", (run_key,))
        find_held(cursor)
        cursor.execute(read_statement(__package__, "hold_cells"), {"run_key": run_key, "submissions": judged})
        cursor.execute(read_statement(__package__, "changed_holds"), {"run_key": run_key})
        changed = stood | {row[0] for row in cursor}
        write_rejudge(cursor, changed, stood)
        return changed


def write_rejudge(cursor: Cursor, changed: set[int], stood: set[int]) -> None:
    """Name the submissions to judge again: the changed ones, and what was compared with them as they stood before.

    `stood` are those among them whose standing changed: beside them the other reports of their form and period are judged again.
    """
    cursor.execute("delete from checks.rejudge")
    cursor.execute(read_statement(__package__, "rejudge"), {"changed": sorted(changed), "stood": sorted(stood)})


def forget_verdicts(connection: Connection) -> None:
    """Take away what was judged tonight of submissions that are neither in force nor under review now.

    They competed, and were judged for that; tomorrow nobody judges them. What was said of them stays in checks.verdict_store.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "no_longer_judged"), {"judged": list(JUDGED)})
        gone = [key for (key,) in cursor]
        for table in JUDGEMENTS:
            cursor.execute(sql.SQL("delete from {} where submission_key = any(%s)").format(sql.Identifier(*table)), (gone,))


def write_history(connection: Connection, run_key: int, states: dict[int, str], held: dict[int, int]) -> None:
    """One row for each submission whose state or number of holds is not what was recorded last."""
    keys = sorted(states)
    with connection, connection.cursor() as cursor:
        cursor.execute("delete from checks.standing_history where run_key = %s", (run_key,))
        cursor.execute(
            read_statement(__package__, "write_history"),
            {
                "run_key": run_key,
                "submission_keys": keys,
                "states": [states[key] for key in keys],
                "n_holds": [held.get(key, 0) if states[key] in JUDGED else 0 for key in keys],
            },
        )


def count_held(connection: Connection, run_key: int) -> int:
    """How many figures of submissions in force are held tonight."""
    with connection, connection.cursor() as cursor:
        cursor.execute(read_statement(__package__, "count_held"), {"run_key": run_key})
        n_held: int = single_value(cursor)
        return n_held
