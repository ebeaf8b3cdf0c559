"""`kc rules`: every rule with what it said last night, and what is odd about it; and the verdicts that could not be reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from expectations.rule_consistency import redundant_rules
from expectations.rule_language import Rule
from expectations.rule_loader import load_rules, vocabulary_of
from khuyencong.settings import Settings
from khuyencong.undecided_words import undecided_sentences

VERDICTS = ("pass", "fail", "undecided", "could_not_run")

COUNTS = "select rule_id, verdict, reason, count(*) from checks.chk_verdict group by rule_id, verdict, reason"

# A term that picks no reported number in any report that was ever read.
EMPTY_TERMS = """
select picked.rule_id, picked.term_number
from (
    select term.rule_id, term.term_number, term.form_code, term.sheet_code, term.line_kind, term.measure,
        term.activity_codes, term.fund_codes, term.indicator_codes, unnest(term.column_names) as column_name
    from register.rule_term as term
) as picked
left join (
    select form_code, sheet_code, column_name, line_kind, measure, activity_code, fund_code, indicator_code
    from staging.stg_figure
    where value is not null
    group by form_code, sheet_code, column_name, line_kind, measure, activity_code, fund_code, indicator_code
) as reported
    on picked.form_code = reported.form_code
    and picked.sheet_code = reported.sheet_code
    and picked.column_name = reported.column_name
    and picked.line_kind = reported.line_kind
    and (picked.measure is null or picked.measure = reported.measure)
    and (picked.activity_codes is null or reported.activity_code = any(picked.activity_codes))
    and (picked.fund_codes is null or reported.fund_code = any(picked.fund_codes))
    and (picked.indicator_codes is null or reported.indicator_code = any(picked.indicator_codes))
group by picked.rule_id, picked.term_number
having count(reported.column_name) = 0"""

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


def rule_report(connection: Any, settings: Settings) -> dict[str, Any]:
    """{run, rules: [{rule_id, severity, form, family, valid_from, valid_to, rule_name, rule_name_en, n_pass, n_fail, n_undecided,
    n_could_not_run, undecided: {reason: count}, remarks, implied_by, empty_terms}]} of the rules as they are written today.

    Counts are those of the last night, null before the first. `remarks`: `redundant` (the rules of implied_by force it wherever
    all are judged), `never_due` (no verdict at all), `never_evaluable` (verdicts, and none that decides), `always_missing` (no
    report has a number for any of its terms; empty_terms names the terms without one).
    """
    rules = load_rules(settings)
    implied = redundant_rules(rules, vocabulary_of(settings))
    with connection, connection.cursor() as cursor:
        run, counts, empty = _last_night(cursor)
    return {"run": run, "rules": [_row(rule, counts.get(rule.rule_id, {}), empty, implied, run) for rule in rules]}


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
        if not _is_judged(cursor):
            return []
        chosen = {"rule": rule, "unit": unit, "period": period, "reason": reason, "one_sided": one_sided}
        cursor.execute(UNDECIDED, {**chosen, "submissions": None if submissions is None else list(submissions)})
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    for row in rows:
        row["sentence_vi"], row["sentence_en"] = undecided_sentences(row["reason"])
    return rows


def _is_judged(cursor: Any) -> bool:
    cursor.execute("select to_regclass('checks.chk_verdict') is not null and to_regclass('staging.stg_figure') is not null")
    return cursor.fetchone()[0]


def _last_night(cursor: Any) -> tuple[int | None, dict[str, dict[tuple[str, str | None], int]], dict[str, list[int]]]:
    """The run, how often each rule gave each verdict for each reason, and the terms of each rule without a number."""
    counts: dict[str, dict[tuple[str, str | None], int]] = defaultdict(dict)
    empty: dict[str, list[int]] = defaultdict(list)
    if not _is_judged(cursor):
        return None, counts, empty
    cursor.execute("select max(run_key) from checks.standing_history")
    run = cursor.fetchone()[0]
    cursor.execute(COUNTS)
    for rule_id, verdict, reason, n_verdicts in cursor:
        counts[rule_id][verdict, reason] = n_verdicts
    cursor.execute(EMPTY_TERMS)
    for rule_id, term_number in cursor:
        empty[rule_id].append(term_number)
    return run, counts, empty


def _row(
    rule: Rule, counts: dict[tuple[str, str | None], int], empty: dict[str, list[int]], implied: dict[str, tuple[str, ...]],
    run: int | None,
) -> dict[str, Any]:  # fmt: skip
    said = {word: sum(n for (verdict, _), n in counts.items() if verdict == word) for word in VERDICTS}
    terms = sorted(empty.get(rule.rule_id, ()))
    remarks = ["redundant"] if rule.rule_id in implied else []
    if run is not None:
        if not counts:
            remarks.append("never_due")
        elif not said["pass"] + said["fail"]:
            remarks.append("never_evaluable")
        if len(terms) == len(rule.terms):
            remarks.append("always_missing")
    return {
        "rule_id": rule.rule_id,
        "severity": rule.severity,
        "form": rule.judges,
        "family": rule.family,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
        "rule_name": rule.vi,
        "rule_name_en": rule.en,
        **{f"n_{word}": None if run is None else n for word, n in said.items()},
        "undecided": {str(reason): n for (verdict, reason), n in sorted(counts.items(), key=str) if verdict == "undecided"},
        "remarks": remarks,
        "implied_by": list(implied.get(rule.rule_id, ())),
        "empty_terms": terms,
    }
