"""The report that a file holds: who reports what about when, and every figure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from independent_judge.cells import read_grids
from independent_judge.figures import Figure, TableReader
from independent_judge.register import Register
from independent_judge.tables import Spec, find_table, header_fields
from independent_judge.written import read_date as read_day

Name = tuple[str, str, str, str]  # what both judges call a report: sha256, form, unit, period_end


@dataclass
class Report:
    """One report as its file says it; `trouble` says why the door sends it back."""

    path: str
    sha256: str
    received_at: datetime
    form: str = ""
    unit: str = ""
    role: str = ""
    period_start: date = date.min
    period_end: date = date.min
    budget_year: int = 0
    cutoff: date = date.min
    document_no: str = ""
    document_date: date | None = None
    is_withdrawal: bool = False
    trouble: str = ""
    figures: list[Figure] = field(default_factory=list)

    @property
    def name(self) -> Name:
        return self.sha256, self.form, self.unit, str(self.period_end)


@dataclass(frozen=True)
class Reader:
    """Reads files by the forms' YAML and the register."""

    forms: Mapping[str, Spec]
    header: list[Spec]
    register: Register

    def read(self, path: Path, place: str, received_at: datetime) -> Report:
        """The report in a file that lay at a place `<unit>/<name>` of the inbox."""
        report = Report(place, hashlib.sha256(path.read_bytes()).hexdigest(), received_at)
        grids = [grid for _, grid in read_grids(path)]
        head = header_fields(grids, self.header)
        code, _, version = str(head.get("form_mark", "")).partition(" ")
        form = self.forms.get(code)
        if form is None or form["version"] != version:
            report.trouble = f"no form '{head.get('form_mark')}'"
            return report
        report.form = code
        self._identify(report, head, Path(place).parts[-2])
        for sheet in form["sheets"]:
            table = None if report.trouble else find_table(grids, sheet)
            if table is None:
                report.trouble = report.trouble or f"no table of sheet {sheet['sheet_code']}"
                break
            factor = self.register.money_factor(head.get("money_unit", ""))
            day = report.document_date or report.period_end
            report.figures += TableReader(self.register, code, sheet, table, factor, day).figures()
        return report

    def _identify(self, report: Report, head: Mapping[str, Any], folder: str) -> None:
        end, start = read_day(head.get("period_end")), read_day(head.get("period_start"))
        unit = self.register.unit(head.get("unit"), end) if end else None
        if end is None or start is None or unit is None:
            report.trouble = f"no unit '{head.get('unit')}' or no period"
            return
        if unit != folder and unit not in self.register.predecessors(folder, report.received_at.date()):
            report.trouble = f"{folder} does not report for {unit}"
        if end < self.forms[report.form]["valid_from"]:
            report.trouble = "before the form"
        report.unit, report.period_start, report.period_end = unit, start, end
        report.role = self.register.word("role", head.get("sender_role")) or ""
        report.budget_year = int(str(head.get("budget_year") or end.year))
        report.cutoff = min(read_day(head.get("cutoff_date")) or end, report.received_at.date())
        report.document_no = str(head.get("document_no") or "")
        report.document_date = read_day(head.get("document_date"))
        report.is_withdrawal = head.get("is_withdrawal") is not None


def read_forms(folder: Path) -> tuple[dict[str, Spec], list[Spec]]:
    """(form_code → its YAML, the fields of the header)."""
    documents = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in folder.glob("*.yml")}
    header = documents.pop("_header")["fields"]
    return {document["form_code"]: document for document in documents.values()}, header
