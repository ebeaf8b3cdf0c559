"""What the warehouse says of the linear rules, as the independent judge calls it, and the two held against each other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from independent_judge.difference import differences, failures_without_hold, holds_without_reason, summary
from independent_judge.judging import Cells
from independent_judge.nation import Judgement, judge_inbox

from warehouse.settings import PROJECT

REPORT = "s.sha256, s.form_code, s.unit_key, s.period_end::text"
STATES = f"""
    select {REPORT}, state.submission_state from raw.submission as s
    inner join checks.submission_state as state using (submission_key)
    where state.submission_state in ('in_force', 'nil', 'under_review')"""
VERDICTS = f"""
    select {REPORT}, v.rule_id, v.scope_key, v.verdict, coalesce(v.reason, '') from checks.chk_verdict as v
    inner join raw.submission as s using (submission_key) where v.family = 'linear'"""
HOLDS = f"""
    select {REPORT}, h.sheet_code, h.row_number, h.column_name, h.rule_id from checks.hold as h
    inner join raw.submission as s using (submission_key) where h.run_key = (select max(run_key) from checks.standing)"""
CULPRITS = f"select {REPORT}, c.rule_id, c.scope_key from checks.culprit as c inner join raw.submission as s using (submission_key)"


def rows(connection: Any, query: str) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def judged_as_in(connection: Any, inboxes: Iterable[Path]) -> Judgement:
    """The judge's word on the files of some inboxes, after it was asserted that the warehouse says the very same.

    The same reports in force and under review; of each linear rule the same scopes with the same verdict, and for an undecided one
    the same reason; no hold but on figures that failed a rule, and no figure that failed a blocking rule free without a culprit.
    """
    holds = [(row[:7], row[7]) for row in rows(connection, HOLDS)]
    held: Cells = frozenset(cell for cell, _ in holds)
    ours = judge_inbox(list(inboxes), PROJECT, held)
    states = sorted((*row[:4], "under_review" if row[4] == "under_review" else "in_force") for row in rows(connection, STATES))
    chosen = [(*r.name, "in_force") for r in ours.in_force] + [(*r.name, "under_review") for r in ours.waiting]
    assert sorted(chosen) == states
    theirs = {(row[:4], row[4], row[5]): (row[6], row[7]) for row in rows(connection, VERDICTS)}
    found = differences(ours.verdicts, theirs, ours.names)
    assert not found, summary(found)
    assert len(ours.verdicts) == len(theirs) > 0
    linear = {rule.rule_id for rule in ours.rules}
    assert holds_without_reason(ours.verdicts, holds, linear) == []
    blamed = {(row[:4], row[4], row[5]) for row in rows(connection, CULPRITS)}
    assert failures_without_hold(ours.verdicts, held, blamed) == []
    return ours
