"""`kc read`: what a reader sees in one file, before any warehouse. Figures of a workbook stand in the unit they were written in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.findings import Finding, ReturnedFile, find
from ingestion.readers.containers import kind_of
from ingestion.sheets.form_periods import told_period
from ingestion.transports.seen import place_given, place_of
from ingestion.written.money_units import unit_names
from warehouse.parameters import read_parameters
from warehouse.settings import Settings

if TYPE_CHECKING:
    from ingestion.register import Register
    from ingestion.sheets.draft import Draft
    from ingestion.sheets.identity import Identity
    from ingestion.sheets.layout import Table



def preview(settings: Settings, file: Path, received_at: datetime) -> dict[str, Any]:
    """The document of `kc read FILE --json`: {file, submissions, returned, findings, figures, relations}.

    `findings` are what the night would say of the file before any second figure, of the reader and of the door's checks; each has
    the fields of Finding and `found_by` (reader | door). `returned` is true when nothing can be taken from the file; the findings
    then say why. The file is read within the limits of a night's reader: what would stop that one is a finding here.
    """
    from ingestion.reading.limited import within_limits
    from ingestion.reading.outcomes import FileTrouble

    limits = read_parameters(settings)
    document = within_limits(
        lambda: _document(settings, file, received_at), limits["read_seconds"], int(limits["read_memory_bytes"])
    )
    if not isinstance(document, FileTrouble):
        return document
    finding = find("file_not_readable", written=place_of(file.name), detail=document.detail)
    return _nothing_of(file) | {"returned": True, "findings": _told([finding], "reader")}


def _told(findings: Iterable[Finding], found_by: str) -> list[dict[str, Any]]:
    return [{**asdict(finding), "found_by": found_by} for finding in findings]


def _nothing_of(file: Path) -> dict[str, Any]:
    return {"file": place_of(file.name), "submissions": [], "returned": False, "findings": [], "figures": [], "relations": []}


def _is_narrative(file: Path) -> bool:
    """Whether the night would read a file as running text; what it would not read at all is none."""
    try:
        return kind_of(file.read_bytes(), file.suffix.lower().lstrip(".")) == "narrative"
    except ReturnedFile:
        return False


def _document(settings: Settings, file: Path, received_at: datetime) -> dict[str, Any]:
    if _is_narrative(file):
        return _narrative(settings, file, received_at)
    from expectations.door.one_file import findings_of
    from ingestion.forms import load_forms
    from ingestion.landing.receipts import Receipt
    from ingestion.reading.reading import read_file
    from ingestion.register import load_register

    register = load_register(settings.register)
    receipt = Receipt(0, None, received_at, "", file.suffix.lower().lstrip("."), location=place_given(file))
    forms = load_forms(settings.forms, settings.register)
    drafts, findings = read_file(file.read_bytes(), receipt, forms, register, settings.register)
    judged = [(draft, findings_of(draft, register)) for draft in drafts]
    readable = [
        (draft, draft.identity, draft.is_returned or any(finding.verdict == "return" for finding in by_door))
        for draft, by_door in judged
        if draft.identity is not None
    ]
    return {
        "file": place_of(file.name),
        "submissions": [
            {
                "form": draft.form.form_code,
                "version": draft.version,
                "is_returned": is_returned,
                **asdict(identity),
            }
            for draft, identity, is_returned in readable
        ],
        "returned": all(is_returned for *_, is_returned in readable),
        "findings": [
            *_told(findings, "reader"),
            *(told for draft, by_door in judged for told in (*_told(draft.findings, "reader"), *_told(by_door, "door"))),
        ],
        "figures": [figure for draft, identity, _ in readable for figure in _figures(draft, identity, register)],
        "relations": [],
    }


def _figures(draft: Draft, identity: Identity, register: Register) -> Iterator[dict[str, Any]]:
    """Every cell of a draft that holds a number, a date or a mark that counts, with its key and its address."""
    years = register.budget_years
    for table in draft.tables:
        code = table.form_sheet.sheet_code
        read = draft.lines[code]
        lines = {line.row_number: line for line in read.lines}
        for row_number, column_name, reading in read.cells:
            if reading.value is None:
                continue
            column = table.form_sheet.column_by_name[column_name]
            line = lines[row_number]
            indicator_code = column.indicator or column.counts_as or line.keys.get("indicator_code")
            indicator = register.indicators.get(indicator_code) if indicator_code else None
            is_money = column.type == "money" or (indicator is not None and indicator.is_money)
            half = Decimal(1).scaleb(-(reading.decimals or 0)) / 2 if is_money or reading.decimals else Decimal(0)
            measure = column.measure
            if measure == "by_behaviour" and indicator is not None:
                measure = indicator.measure
            start, end = told_period(column, measure or "", (identity.period_start, identity.period_end), years)
            budget_year = years.of(end) if column.period else identity.budget_year
            if measure == "plan":
                start, end = years.start(budget_year), years.end(budget_year)
            yield {
                "written": line.texts.get(column_name, ""),
                "value": reading.value,
                "low": reading.value - half,
                "high": reading.value + half,
                "unit": _money_unit(table, column_name, identity)
                if is_money
                else (indicator.unit if indicator else "%"),
                "qualifier": reading.qualifier,
                "is_estimated": reading.is_estimated or identity.is_estimated,
                "activity": line.keys.get("activity_code"),
                "indicator_code": indicator_code,
                "measure": measure,
                "unit_key": line.keys.get("line_unit_key", identity.unit_key),
                "budget_year": budget_year,
                "period_start": f"{start:%Y-%m}",
                "period_end": f"{end:%Y-%m}",
                "fund": column.fund or line.keys.get("fund_code"),
                "where": {"sheet": table.sheet.name, "cell": table.address(column_name, row_number), "line": line.line_kind},
            }


def _money_unit(table: Table, column_name: str, identity: Identity) -> str:
    return unit_names().get(table.money_factors.get(column_name, identity.money_factor), identity.money_unit)


def _narrative(settings: Settings, file: Path, received_at: datetime) -> dict[str, Any]:
    from ingestion.readers.narrative import NarrativeContext, NotReadable, read_narrative

    document = _nothing_of(file)
    try:
        result = read_narrative(
            file.read_bytes(), file.name, NarrativeContext(received_on=received_at.date(), register=settings.register)
        )
    except NotReadable as refusal:
        finding = Finding(refusal.code, "return", refusal.vi, refusal.en)
        return document | {"returned": True, "findings": _told([finding], "reader")}
    document["figures"] = [mention.as_row() for mention in result.figures]
    document["relations"] = [
        {
            "kind": relation.kind,
            "closeness": relation.closeness,
            "written": relation.written,
            "explanation_vi": relation.explanation_vi,
            "explanation_en": relation.explanation_en,
        }
        for relation in result.relations
    ]
    return document
