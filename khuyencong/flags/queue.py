"""The queue of flags, worst for the nation first."""

from __future__ import annotations

from typing import Any

from khuyencong.flags.proposals import read_proposal

COLUMNS = (
    "flag_id", "severity", "unit_key", "unit_name", "unit_name_en", "form_code", "form_name", "period", "queue_rank",
    "is_review_needed", "impact_score", "impact_indicator", "impact_vnd", "days_open", "n_verdicts", "n_held", "decision",
    "mechanism", "confidence", "suggested_value", "suspected_cells", "alternatives", "explanation_vi", "explanation_en",
    "n_asked", "last_asked", "pending", "n_proposed",
)  # fmt: skip


def list_flags(
    connection: Any,
    *,
    unit: str | None = None,
    period: str | None = None,
    severity: str | None = None,
    status: str = "open",
) -> list[dict[str, Any]]:
    """Flags as dictionaries of COLUMNS, in the order of the queue. `period` is YYYY-MM, `status` open, closed or all.

    `decision` is the word in force, `pending` one that waits for a second reviewer, `suspected_cells` are file#sheet!address,
    `alternatives` what may have happened, best first; `n_proposed` counts the cells that the engine proposes to correct
    (`kc decide FLAG apply`). `n_asked` counts the review pages that asked about it; `last_asked` is what came of the last
    (review.request.outcome, `open` while it waits, None when it was never asked). `days_open` runs from the night that first
    raised the flag to the newest, or to the one that closed it.
    """
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """select flag.flag_id, flag.severity, flag.unit_key, unit.unit_name, unit.unit_name_en, flag.form_code,
                form.form_name, to_char(flag.period_end, 'YYYY-MM'),
                flag.queue_rank, flag.is_review_needed, flag.impact_score, flag.impact_indicator, flag.impact_vnd,
                (select coalesce(closed.as_of, tonight.as_of)::date - opened.as_of::date
                    from release.run as opened cross join release.tonight
                    left join release.run as closed on closed.run_key = flag.closed_run
                    where opened.run_key = flag.opened_run),
                (select count(*) from checks.flag_verdict where flag_verdict.flag_id = flag.flag_id),
                (select count(distinct (hold.submission_key, hold.sheet_code, hold.row_number, hold.column_name))
                    from checks.hold
                    where hold.flag_id = flag.flag_id and hold.run_key = (select run_key from release.tonight)),
                (select max(decision.decision) from review.decision_in_force as decision
                    where decision.flag_id = flag.flag_id),
                flag.mechanism, flag.confidence, flag.suggested_value,
                (select coalesce(array_agg(distinct concat(receipt.location, '#', cell.sheet_name, '!', cell.cell_address)), '{}')
                    from checks.flag_figure as figure
                    inner join staging.stg_figure as cell
                        on figure.submission_key = cell.submission_key and figure.sheet_code = cell.sheet_code
                        and figure.row_number = cell.row_number and figure.column_name = cell.column_name
                    inner join raw.submission on figure.submission_key = submission.submission_key
                    inner join raw.receipt on submission.receipt_key = receipt.receipt_key
                    where figure.flag_id = flag.flag_id and figure.is_suspected),
                flag.alternatives, flag.explanation_vi, flag.explanation_en,
                (select count(*) from review.request where request.flag_id = flag.flag_id),
                (select coalesce(request.outcome, 'open') from review.request
                    where request.flag_id = flag.flag_id order by request_key desc limit 1),
                (select max(word.decision) from review.decision_state as word
                    where word.flag_id = flag.flag_id and word.word_state = 'pending'),
                case when flag.alternatives -> 0 ->> 'mechanism' like '%%+%%' then
                    array(select distinct figure_key from checks.flag_figure where flag_figure.flag_id = flag.flag_id)
                else '{}' end
            from checks.flag
            left join register.units as unit on flag.unit_key = unit.unit_key
            left join register.form on flag.form_code = form.form_code
            where (%(unit)s::text is null or flag.unit_key = %(unit)s)
                and (%(period)s::text is null or to_char(flag.period_end, 'YYYY-MM') = %(period)s)
                and (%(severity)s::text is null or flag.severity = %(severity)s)
                and (%(status)s = 'all' or (flag.closed_run is null) = (%(status)s = 'open'))
            order by flag.closed_run nulls first, flag.queue_rank, flag.flag_id""",
            {"unit": unit, "period": period, "severity": severity, "status": status},
        )
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor]
    for row in rows:
        proposal = read_proposal(row["alternatives"], row["n_proposed"])
        row["n_proposed"] = len(proposal.values) if proposal else 0
    return rows
