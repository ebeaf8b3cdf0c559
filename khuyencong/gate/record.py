"""What a gate leaves in checks: what stands, what is held and since when, the history of each submission, what is judged again."""

from __future__ import annotations

from typing import Any

from khuyencong.gate.choice import IN_FORCE, JUDGED
from warehouse.statements import read_statement

# Figures of the judged submission that a failed blocking rule keeps out, unless a reviewer waived the rule for this value,
# or the culprit is known and is another figure.
HELD_CELLS = """
    select distinct figure.submission_key, figure.sheet_code, figure.row_number, figure.column_name, figure.rule_id,
        figure.scope_key
    from checks.chk_verdict_figure as figure
    left join review.decision_in_force as decision
        on figure.figure_key = decision.figure_key
        and figure.rule_id = decision.rule_id
        and decision.decision = 'waive'
        and decision.reported_value is not distinct from figure.reported_value
    where figure.may_be_held and decision.decision_key is null and (
        not exists (
            select 1 from checks.culprit
            where (culprit.submission_key, culprit.rule_id, culprit.scope_key)
                = (figure.submission_key, figure.rule_id, figure.scope_key)
        )
        or exists (
            select 1 from checks.culprit
            where (culprit.submission_key, culprit.rule_id, culprit.scope_key, culprit.figure_submission_key,
                culprit.sheet_code, culprit.row_number, culprit.column_name)
                = (figure.submission_key, figure.rule_id, figure.scope_key, figure.figure_submission_key,
                figure.sheet_code, figure.row_number, figure.column_name)
        )
    )
"""

# Each held cell with the moment at which the last figure behind its first failed verdict had come.
HELD_SINCE = f"""
    select held.submission_key, min(verdict.known_at)
    from ({HELD_CELLS}) as held
    inner join (
        select figure.submission_key, figure.rule_id, figure.scope_key, max(evidence.received_at) as known_at
        from checks.chk_verdict_figure as figure
        inner join raw.submission as evidence on figure.figure_submission_key = evidence.submission_key
        group by figure.submission_key, figure.rule_id, figure.scope_key
    ) as verdict using (submission_key, rule_id, scope_key)
    group by held.submission_key, held.sheet_code, held.row_number, held.column_name
"""



def in_force(states: dict[int, str]) -> set[int]:
    return {key for key, state in states.items() if state in IN_FORCE}


def forget_unfinished(connection: Any, run_key: int) -> None:
    """Take back what gates wrote that did not come to their end, and this run's own: it will be judged and chosen anew.

    A choice is remembered by the runs that follow; half of one must not be, nor one of a night of the past, which ends no decision
    and changes nothing of what stands.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select run_key from release.run_station where station = 'reconcile' and (state <> 'done' or run_key = %s)
            union select run_key from release.run_of_the_past where run_key < %s""",
            (run_key, run_key),
        )
        runs = [key for (key,) in cursor]
        for table in ("checks.standing", "checks.standing_history", "checks.hold", "review.decision_lapse"):
            cursor.execute(f"delete from {table} where run_key = any(%s)", (runs,))
        cursor.execute("delete from checks.rejudge")


def write_choice(connection: Any, run_key: int, states: dict[int, str], *, keeps_holds: bool) -> set[int]:
    """Write what stands and what is held in this run; returns the submissions for which rules were judged with another
    choice: they stood and no longer do, or do now, or have a figure that was held and is not, or is now.

    With `keeps_holds` the holds written before in this run stay.
    """
    chosen = in_force(states)
    judged = sorted(key for key, state in states.items() if state in JUDGED)
    with connection, connection.cursor() as cursor:
        cursor.execute("select submission_key from checks.chk_standing")
        changed = {row[0] for row in cursor} ^ chosen
        cursor.execute("delete from checks.standing")
        cursor.execute(
            "insert into checks.standing (submission_key, run_key) select unnest(%s::bigint []), %s",
            (sorted(chosen), run_key),
        )
        if not keeps_holds:
            cursor.execute("delete from checks.hold where run_key = %s", (run_key,))
        cursor.execute(
            f"""insert into checks.hold (run_key, submission_key, sheet_code, row_number, column_name, rule_id)
            select %s, submission_key, sheet_code, row_number, column_name, rule_id from ({HELD_CELLS}) as held
            where submission_key = any(%s)
            on conflict do nothing""",
            (run_key, judged),
        )
        cursor.execute(
            """select submission_key
            from checks.chk_disputed as before
            full join (
                select distinct submission_key, sheet_code, row_number, column_name
                from checks.hold where run_key = %s
            ) as now_is using (submission_key, sheet_code, row_number, column_name)
            where before.submission_key is null or now_is.submission_key is null""",
            (run_key,),
        )
        changed |= {row[0] for row in cursor}
        write_rejudge(cursor, changed)
        return changed


def write_rejudge(cursor: Any, changed: set[int]) -> None:
    """Name the submissions to judge again: the changed ones, and what was compared with them as they stood before."""
    cursor.execute("delete from checks.rejudge")
    cursor.execute(
        """insert into checks.rejudge (submission_key, why)
        select changed.submission_key, 'changed' from unnest(%(changed)s::bigint []) as changed (submission_key)
        union
        select evidence.submission_key, 'compared'
        from checks.chk_evidence as evidence
        where evidence.evidence_submission_key = any(%(changed)s)""",
        {"changed": sorted(changed)},
    )


def write_history(connection: Any, run_key: int, states: dict[int, str], held: dict[int, int]) -> None:
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


def count_held(connection: Any, run_key: int) -> int:
    """How many figures of submissions in force are held tonight."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select count(distinct (submission_key, sheet_code, row_number, column_name))
            from checks.hold inner join checks.standing using (submission_key) where hold.run_key = %s""",
            (run_key,),
        )
        return cursor.fetchone()[0]
