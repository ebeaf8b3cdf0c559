"""Running text → one submission with its mentions and the relations it states. Mentions are never figures."""

from __future__ import annotations

from pathlib import Path

from ingestion.findings import Finding, find
from ingestion.form import Form
from ingestion.landing.receipts import Receipt
from ingestion.readers.narrative import NarrativeContext, NotReadable, read_narrative
from ingestion.sheets.draft import Draft
from ingestion.sheets.identity import Identity
from warehouse.settings import TIMEZONE


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
        budget_year=period.budget_year,
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
