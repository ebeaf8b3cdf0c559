"""Running text → one submission with its mentions and the relations it states. Mentions are never figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingestion.findings import Finding, find
from ingestion.forms import Form
from ingestion.identity import Identity
from ingestion.landing import Receipt
from ingestion.raw import copy_rows
from ingestion.readers.narrative import NarrativeContext, NarrativeResult, NotReadable, read_narrative
from ingestion.submissions import Draft
from khuyencong.settings import TIMEZONE

MENTION_COLUMNS = (
    "submission_key", "mention_number", "span_start", "span_end", "line_number", "written", "value", "low", "high", "unit",
    "qualifier", "is_estimated", "activity_code", "indicator_code", "measure", "unit_key", "budget_year", "period_start",
    "period_end", "fund_code",
)  # fmt: skip
RELATION_COLUMNS = (
    "submission_key", "relation_number", "relation_kind", "written", "left_mentions", "right_mention", "closeness",
    "explanation_vi", "explanation_en",
)  # fmt: skip


def read_narrative_file(
    data: bytes, form: Form, receipt: Receipt, register_folder: Path
) -> tuple[list[Draft], list[Finding]]:
    """The one submission of a narrative, or the finding that says why it cannot be read.

    Its unit is the sender's, else the one the text speaks of (also a group of units). Its document_no is made from its bytes,
    because narratives of one unit and period stand side by side. A plan for a year to come is lawful, so no period is refused.
    """
    context = NarrativeContext(receipt.claimed_unit_key, receipt.received_at.astimezone(TIMEZONE).date(), register_folder)
    try:
        result = read_narrative(data, f"narrative.{receipt.file_extension}", context)
    except NotReadable as error:
        return [], [find("narrative_unreadable", vi=error.vi, en=error.en)]
    unit_key, period = receipt.claimed_unit_key or result.setting.unit_key, result.setting.period
    if unit_key is None or period is None:
        return [], [find("narrative_without_setting")]
    identity = Identity(
        unit_key=unit_key,
        sender_role="",
        document_no=receipt.sha256[:16],
        document_date=None,
        budget_year=period.end.year,
        period_start=period.start,
        period_end=period.end,
        cutoff_date=None,
        money_unit=form.money_unit,
        money_factor=form.money_factor,
        is_estimated=False,
        is_nil=False,
        nil_reason=None,
        is_withdrawal=False,
    )
    return [Draft(form, form.version, identity, narrative=result)], []


def write_mentions(cursor: Any, submission_key: int, result: NarrativeResult) -> None:
    """Write the mentions of a narrative, numbered from 1 in the order of the text, and its relations between them."""
    copy_rows(
        cursor,
        "mention",
        MENTION_COLUMNS,
        (
            (submission_key, number, q.span.start, q.span.end, m.line, q.written, q.value, q.low, q.high, m.unit, q.qualifier,
             q.is_estimated, m.activity, m.indicator_code, m.measure, m.unit_key, m.budget_year, m.period_start,
             m.period_end, m.fund)
            for number, (m, q) in enumerate(((m, m.quantity) for m in result.mentions), 1)
        ),
    )  # fmt: skip
    copy_rows(
        cursor,
        "mention_relation",
        RELATION_COLUMNS,
        (
            (submission_key, number, r.kind, r.written, "{" + ",".join(str(i + 1) for i in r.left) + "}", r.right + 1,
             r.closeness, r.explanation_vi, r.explanation_en)
            for number, r in enumerate(result.relations, 1)
        ),
    )  # fmt: skip
