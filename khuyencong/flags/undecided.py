"""Verdicts that decide nothing, each with what stood in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from khuyencong.flags.undecided_words import undecided_sentences

UNDECIDED = """
select verdict.rule_id, verdict.severity, verdict.unit_key, verdict.form_code, verdict.period_end, verdict.scope_key as scope,
    verdict.reason, verdict.left_value, verdict.right_value,
    (verdict.left_value <> 0) <> (verdict.right_value <> 0) as is_one_sided,
    rule.rule_name, rule.rule_name_en, verdict.submission_key
from checks.chk_verdict as verdict
inner join register.rule as rule using (rule_id)
inner join lateral (
    select submission_state from checks.standing_history as history
    where history.submission_key = verdict.submission_key order by run_key desc limit 1
) as state on state.submission_state in ('in_force', 'nil', 'under_review')
where verdict.verdict in ('undecided', 'could_not_run')
    and (%(rule)s::text is null or verdict.rule_id = %(rule)s)
    and (%(unit)s::text is null or verdict.unit_key = %(unit)s)
    and (%(period)s::text is null or to_char(verdict.period_end, 'YYYY-MM') = %(period)s)
    and (%(reason)s::text is null or verdict.reason = %(reason)s)
    and (%(submissions)s::bigint [] is null or verdict.submission_key = any(%(submissions)s))
    and (not %(one_sided)s or (verdict.left_value <> 0) <> (verdict.right_value <> 0))
order by verdict.severity, is_one_sided desc, verdict.period_end desc, verdict.unit_key, verdict.rule_id, verdict.scope_key"""


def undecided_verdicts(
    connection: Any,
    *,
    rule: str | None = None,
    unit: str | None = None,
    period: str | None = None,
    reason: str | None = None,
    submissions: Sequence[int] | None = None,
    one_sided: bool = False,
) -> list[dict[str, Any]]:
    """Verdicts of reports in force or under review that decide nothing, each with what stood in the way, in both languages.

    `period` is YYYY-MM. `one_sided` keeps those with an amount on one side and nothing on the other. Blocking rules first, in them
    the one-sided, then the newest periods.
    """
    with connection, connection.cursor() as cursor:
        if not is_judged(cursor):
            return []
        chosen = {"rule": rule, "unit": unit, "period": period, "reason": reason, "one_sided": one_sided}
        cursor.execute(UNDECIDED, {**chosen, "submissions": None if submissions is None else list(submissions)})
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    for row in rows:
        row["sentence_vi"], row["sentence_en"] = undecided_sentences(row["reason"])
    return rows


def is_judged(cursor: Any) -> bool:
    """Whether a night has judged anything yet."""
    cursor.execute("select to_regclass('checks.chk_verdict') is not null and to_regclass('staging.stg_figure') is not null")
    return cursor.fetchone()[0]
