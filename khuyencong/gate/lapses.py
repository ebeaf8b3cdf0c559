"""Decisions that end by themselves: the figure, the rule or the day that they were about is another one now."""

from __future__ import annotations

from typing import Any


def end_decisions(connection: Any, run_key: int) -> None:
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
