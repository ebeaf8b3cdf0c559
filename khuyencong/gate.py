"""The gate: which submission of each identity is in force, and which of its figures are held.

A revision comes into force when it holds no more figures than the one in force; a line that silently disappeared counts as
held. What stands decides what the others are compared with, so the gate judges again until its choice no longer changes.
Before each choice the engine is asked who the culprit is: where it is sure, the other figures of a failed verdict go free.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from khuyencong.arrival_steps import Follows, next_step
from khuyencong.gate_choice import IN_FORCE, JUDGED, Candidate, choose
from khuyencong.suspects import Known, name_culprits

MAX_ROUNDS = 8
KEEP_FROM_ROUND = 3


class GateError(RuntimeError):
    """What stands kept changing: two identities decide on each other in a circle."""


@dataclass(frozen=True)
class GateCounts:
    """submissions seen, in force (nil included), under review, figures held in force, and how often rules were judged."""

    submissions: int
    in_force: int
    under_review: int
    held: int
    rounds: int


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


def run_gate(
    connection: Any,
    run_key: int,
    as_of: datetime,
    rejudge: Callable[[], None],
    follows: Follows = lambda unit, other: False,
) -> GateCounts:
    """Choose what is in force, judging again by `rejudge` until it is stable; write standing, history and holds.

    `as_of` is the moment of the run (release.run); `follows(unit, other)` says that the unit succeeded the other. What arrived
    is taken up in the steps of khuyencong.arrival_steps, each settled before the next. In a step a figure once held stays held
    from the third round on, so that two reports whose holds clear each other do not go round in a circle; raises GateError
    when MAX_ROUNDS do not settle it.
    """
    rounds, known = 0, Known()
    while True:
        states, held, step_rounds = _settle(connection, run_key, rejudge, known)
        rounds += step_rounds
        _write_history(connection, run_key, states, held)
        _write_lapses(connection, run_key)
        taken_up = next_step(connection, run_key, as_of, follows)
        if taken_up is None:
            break
        gone = [key for key, state in states.items() if state not in JUDGED]
        with connection, connection.cursor() as cursor:
            cursor.execute("delete from checks.chk_verdict where submission_key = any(%s)", (gone,))
            _write_rejudge(cursor, taken_up)
        rejudge()
        rounds += 1
    n_review = sum(state == "under_review" for state in states.values())
    return GateCounts(len(states), len(_in_force(states)), n_review, _count_held(connection, run_key), rounds)


def _settle(
    connection: Any, run_key: int, rejudge: Callable[[], None], known: Known
) -> tuple[dict[int, str], dict[int, int], int]:
    """The stable states of one step, the figures held of each submission, and how many rounds it took."""
    rounds = 1
    states, held = _choose(connection, known)
    while changed := _write_choice(connection, run_key, states, keeps_holds=rounds >= KEEP_FROM_ROUND):
        if rounds == MAX_ROUNDS:
            raise GateError(f"What is in force did not settle in {rounds} rounds; submissions {sorted(changed)[:10]}.")
        rejudge()
        rounds += 1
        states, held = _choose(connection, known)
    return states, held, rounds


def _in_force(states: dict[int, str]) -> set[int]:
    return {key for key, state in states.items() if state in IN_FORCE}


def _choose(connection: Any, known: Known) -> tuple[dict[int, str], dict[int, int]]:
    name_culprits(connection, known)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select submission.submission_key, identity_key, identity_sequence, submission_kind, door_verdict,
                is_withdrawal, is_nil, history.submission_state, received_at, was_in_force
            from staging.stg_submission as submission
            left join checks.standing_recorded as history on submission.submission_key = history.submission_key
            inner join checks.in_sight on submission.submission_key = in_sight.submission_key
            order by identity_key, identity_sequence"""
        )
        candidates = [Candidate(*row) for row in cursor]
        cursor.execute(HELD_SINCE)
        since: dict[int, list[datetime]] = defaultdict(list)
        for submission_key, moment in cursor:
            since[submission_key].append(moment)
        lines = _lines(cursor, candidates)

    def held(submission_key: int, moment: datetime | None) -> int:
        return sum(moment is None or known <= moment for known in since.get(submission_key, ()))

    states: dict[int, str] = {}
    for _, group in groupby(candidates, key=lambda c: c.identity_key):
        states |= choose(group, held, lambda new, old: len(lines.get(old, set()) - lines.get(new, set())))
    return states, {key: len(moments) for key, moments in since.items()}


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


def _lines(cursor: Any, candidates: list[Candidate]) -> dict[int, set[str]]:
    """The lines that say something, of the submissions that have a rival of the same identity."""
    rivals: dict[str, list[int]] = defaultdict(list)
    for candidate in candidates:
        if candidate.submission_kind == "report" and candidate.door_verdict == "accept" and not candidate.is_withdrawal:
            rivals[candidate.identity_key].append(candidate.submission_key)
    keys = [key for group in rivals.values() if len(group) > 1 for key in group]
    cursor.execute(
        """select submission_key, line_key from staging.stg_figure
        where submission_key = any(%s) and line_kind = 'detail' and is_source_of_record
        group by submission_key, line_key having bool_or(value <> 0 or is_unreadable)""",
        (keys,),
    )
    lines: dict[int, set[str]] = defaultdict(set)
    for submission_key, line_key in cursor:
        lines[submission_key].add(line_key)
    return lines


def _write_choice(connection: Any, run_key: int, states: dict[int, str], *, keeps_holds: bool) -> set[int]:
    """Write what stands and what is held in this run; returns the submissions for which rules were judged with another
    choice: they stood and no longer do, or do now, or have a figure that was held and is not, or is now.

    With `keeps_holds` the holds written before in this run stay.
    """
    chosen = _in_force(states)
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
        _write_rejudge(cursor, changed)
        return changed


def _write_rejudge(cursor: Any, changed: set[int]) -> None:
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


def _write_history(connection: Any, run_key: int, states: dict[int, str], held: dict[int, int]) -> None:
    """One row for each submission whose state or number of holds is not what was recorded last."""
    keys = sorted(states)
    with connection, connection.cursor() as cursor:
        cursor.execute("delete from checks.standing_history where run_key = %s", (run_key,))
        cursor.execute(
            """insert into checks.standing_history (run_key, submission_key, submission_state, n_holds)
            select %s, now_is.submission_key, now_is.submission_state, now_is.n_holds
            from unnest(%s::bigint [], %s::text [], %s::integer [])
                as now_is (submission_key, submission_state, n_holds)
            left join lateral (
                select submission_state, n_holds from checks.standing_history as history
                where history.submission_key = now_is.submission_key order by run_key desc limit 1
            ) as last on true
            where (now_is.submission_state, now_is.n_holds) is distinct from (last.submission_state, last.n_holds)""",
            (run_key, keys, [states[key] for key in keys], [held.get(key, 0) if states[key] in JUDGED else 0 for key in keys]),
        )


def _count_held(connection: Any, run_key: int) -> int:
    """How many figures of submissions in force are held tonight."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select count(distinct (submission_key, sheet_code, row_number, column_name))
            from checks.hold inner join checks.standing using (submission_key) where hold.run_key = %s""",
            (run_key,),
        )
        return cursor.fetchone()[0]


def _write_lapses(connection: Any, run_key: int) -> None:
    """End for good the decisions whose figure has another value in force, whose rule has other terms or bounds, or whose last
    day is over.

    A decision on a figure that waits under review lives as long as its submission waits; what was withdrawn or left out has no
    value in force any more.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into review.decision_lapse (decision_key, run_key, reason)
            select distinct on (decision.decision_key) decision.decision_key, run.run_key,
                case
                    when rule.terms_hash is distinct from decision.rule_terms_hash then 'rule_changed'
                    when decision.until_date < run.as_of::date then 'until_passed'
                    else 'value_changed'
                end
            from review.decision
            inner join release.run on run.run_key = %s and decision.decided_at <= run.as_of
            left join review.decision_lapse using (decision_key)
            left join register.rule using (rule_id)
            left join lateral (
                select submission_state from checks.standing_history as history
                where history.submission_key = decision.submission_key order by run_key desc limit 1
            ) as decided_on on true
            left join raw.submission as reviewed on reviewed.submission_key = decision.submission_key
            -- the figure of the form that was reviewed: another form may say another number under the same key
            left join (
                select figure.figure_key, figure.form_code, figure.value
                from staging.stg_figure as figure
                inner join checks.standing using (submission_key)
                where figure.figure_key in (select figure_key from review.decision)
            ) as now_is
                on now_is.figure_key = decision.figure_key
                and (reviewed.form_code is null or now_is.form_code = reviewed.form_code)
            where decision_lapse.decision_key is null
                and not exists (
                    select 1 from review.revocation
                    where revocation.decision_key = decision.decision_key and revocation.revoked_at <= run.as_of
                ) and (
                rule.terms_hash is distinct from decision.rule_terms_hash
                or decision.until_date < run.as_of::date
                or (decided_on.submission_state <> 'under_review' or decision.submission_key is null
                        and now_is.figure_key is not null)
                    and (now_is.figure_key is null or now_is.value is distinct from decision.reported_value)
            )""",
            (run_key,),
        )
