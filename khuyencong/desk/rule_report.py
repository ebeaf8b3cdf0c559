"""`kc rules`: every rule with what it said last night, and what is odd about it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from expectations.rulebook.consistency import redundant_rules
from expectations.rulebook.loading import load_rules, vocabulary_of
from expectations.rulebook.rule import Rule
from khuyencong.flags.undecided import is_judged
from warehouse.rows import single_value
from warehouse.settings import Settings
from warehouse.statements import read_statement

if TYPE_CHECKING:
    from warehouse.connections import Connection, Cursor

VERDICTS = ("pass", "fail", "undecided", "could_not_run")

COUNTS = "select rule_id, verdict, reason, count(*) from checks.chk_verdict group by rule_id, verdict, reason"


def rule_report(connection: Connection, settings: Settings) -> dict[str, Any]:
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


def _last_night(cursor: Cursor) -> tuple[int | None, dict[str, dict[tuple[str, str | None], int]], dict[str, list[int]]]:
    """The run, how often each rule gave each verdict for each reason, and the terms of each rule without a number."""
    counts: dict[str, dict[tuple[str, str | None], int]] = defaultdict(dict)
    empty: dict[str, list[int]] = defaultdict(list)
    if not is_judged(cursor):
        return None, counts, empty
    cursor.execute("select max(run_key) from checks.submission_state")
    run = single_value(cursor)
    cursor.execute(COUNTS)
    for rule_id, verdict, reason, n_verdicts in cursor:
        counts[rule_id][verdict, reason] = n_verdicts
    cursor.execute(read_statement(__package__, "empty_terms"))
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
