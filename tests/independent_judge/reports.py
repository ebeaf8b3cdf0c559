"""The report that a file holds: who reports what about when, and every figure with its interval.

A figure's unit is that of its line, else of the file. Its step is the unit of the last digit printed in its column of the report;
counts, and money printed to the đồng, are exact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from independent_judge.cells import Grid, read_grids
from independent_judge.register import Register
from independent_judge.tables import Line, Spec, Table, find_table, header_fields, lines_of
from independent_judge.written import (
    MISSING, NOT_APPLICABLE, NOTHING, NOUGHT, NUMBER, UNREADABLE, Written, folded, read_date, read_number,
)  # fmt: skip

QUANTITIES = ("figure", "check")


@dataclass(frozen=True)
class Figure:
    """One cell of a quantity column: its keys, what it says, and `step`, the unit of its last printed digit (0: exact).

    `is_stored`: the form is the source of record for it, as the register says; only that is a figure in the sense of the design.
    """

    sheet: str
    row: int
    column: str
    kind: str
    role: str
    is_stored: bool
    keys: Mapping[str, str]
    measure: str
    state: str
    value: Decimal
    step: Decimal

    @property
    def is_missing(self) -> bool:
        return self.state == MISSING


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
    is_nil: bool = False
    is_withdrawal: bool = False
    trouble: str = ""
    figures: list[Figure] = field(default_factory=list)

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What both judges call a report."""
        return self.sha256, self.form, self.unit, str(self.period_end)


@dataclass(frozen=True)
class Reader:
    """Reads files by the forms' YAML and the register."""

    forms: Mapping[str, Spec]
    header: list[Spec]
    register: Register

    def read(self, path: Path, place: str, received_at: datetime) -> Report:
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
        if not report.trouble:
            factor = self._money_factor(head.get("money_unit", ""))
            for sheet in form["sheets"]:
                table = find_table(grids, sheet)
                if table is None:
                    report.trouble = f"no table of sheet {sheet['sheet_code']}"
                else:
                    report.figures += self._figures(report, sheet, table, factor)
        return report

    def _identify(self, report: Report, head: Mapping[str, Any], folder: str) -> None:
        end, start = read_date(head.get("period_end")), read_date(head.get("period_start"))
        unit = self.register.unit(head.get("unit"), end) if end else None
        if end is None or start is None or unit is None:
            report.trouble = f"no unit '{head.get('unit')}' or no period"
            return
        if unit != folder and unit not in self.register.predecessors(folder, report.received_at.date()):
            report.trouble = f"{folder} does not report for {unit}"
        report.unit, report.period_start, report.period_end = unit, start, end
        report.role = self.register.word("role", head.get("sender_role")) or ""
        report.budget_year = int(str(head.get("budget_year") or end.year))
        report.cutoff = min(read_date(head.get("cutoff_date")) or end, report.received_at.date())
        report.document_no = str(head.get("document_no") or "")
        report.document_date = read_date(head.get("document_date"))
        report.is_nil = head.get("is_nil") is not None
        report.is_withdrawal = head.get("is_withdrawal") is not None

    def _money_factor(self, text: object) -> Decimal | None:
        row = self.register.units_of_measure.get(folded(text))
        return Decimal(row["stored_factor"]) if row and row["is_money"] == "yes" else None

    def _figures(self, report: Report, sheet: Spec, table: Table, factor: Decimal | None) -> Iterator[Figure]:
        lines = [(line, self._line_keys(report, sheet, table, line)) for line in lines_of(table, sheet)]
        for column in sheet["columns"]:
            if column["role"] not in QUANTITIES or column["name"] not in table.columns:
                continue
            cells = [(line, keys, self._written(column, keys, line, table)) for line, keys in lines]
            details = [table.content(line.row, column["name"]) for line, _ in lines if line.kind == "detail"]
            is_left_out = column.get("fund") and details and all(content is None for content in details)
            decimals = max((written.decimals or 0 for _, _, written in cells), default=0)
            for line, keys, written in cells:
                said = NOTHING if is_left_out and written is NOUGHT else written
                yield self._figure(report.form, sheet, column, line, keys, said, decimals, self._line_factor(table, line, keys, column, factor))

    def _figure(
        self, form: str, sheet: Spec, column: Spec, line: Line, keys: Mapping[str, str], said: Written, decimals: int, factor: Decimal | None
    ) -> Figure:  # fmt: skip
        own = {
            "indicator_code": column.get("indicator") or column.get("counts_as") or keys.get("indicator_code", ""),
            "fund_code": column.get("fund") or keys.get("fund_code") or sheet.get("line_fund", ""),
            "column_name": column["name"],
        }
        measure = column["measure"]
        if measure == "by_behaviour":
            measure = self.register.measures.get(own["indicator_code"], "")
        step = Decimal(0)
        unit = folded(self.register.indicators.get(own["indicator_code"], {}).get("unit", ""))
        is_count = self.register.units_of_measure.get(unit, {}).get("is_count") == "yes"
        value = said.value
        if factor is not None:
            value = (said.value * factor).to_integral_value()
        if said.decimals is not None and not is_count and column["type"] not in ("date", "mark", "project_state"):
            step = Decimal(10) ** -decimals * (factor or 1)
            step = Decimal(0) if factor is not None and step <= 1 else step
        sign = Decimal(keys.get("sign", "1"))
        return Figure(
            sheet["sheet_code"], line.row, column["name"], line.kind, column["role"],
            column["role"] == "figure"
            and ("fact" in column or (own["indicator_code"], own["fund_code"], form, sheet["sheet_code"]) in self.register.stored),
            {**keys, **own}, measure, said.state, value * sign, step,
        )  # fmt: skip

    def _line_keys(self, report: Report, sheet: Spec, table: Table, line: Line) -> dict[str, str]:
        keys: dict[str, str] = {}
        if line.kind == "total":
            return keys
        for column in sheet["columns"]:
            content = table.content(line.row, column["name"])
            if content is None or column["role"] != "key":
                continue
            match column["type"]:
                case "activity":
                    keys["activity_code"] = self.register.activity(content) or ""
                case "indicator_code":
                    keys["indicator_code"] = str(content).strip()
                case "indicator":
                    keys.setdefault("indicator_code", self.register.word("indicator", content) or "")
                case "project":
                    keys["project_key"] = str(content).strip()
                case "establishment":
                    keys["establishment_key"] = str(content).strip()
                case "fund":
                    keys["fund_code"] = self.register.word("fund", content) or ""
                case "effect":
                    keys["sign"] = self.register.word("effect", content) or "0"
                case "unit":
                    keys["unit_key"] = self.register.unit(content, report.document_date or report.period_end) or ""
        return keys

    def _line_factor(
        self, table: Table, line: Line, keys: Mapping[str, str], column: Spec, factor: Decimal | None
    ) -> Decimal | None:
        """What an amount of a line is multiplied by to be đồng; None for what is no money."""
        if column["type"] == "money":
            return factor
        indicator = self.register.indicators.get(keys.get("indicator_code", ""))
        if column["type"] != "by_indicator" or indicator is None or self._money_factor(indicator["unit"]) is None:
            return None
        return self._money_factor(table.content(line.row, "unit_of_measure") or "") or factor

    def _written(self, column: Spec, keys: Mapping[str, str], line: Line, table: Table) -> Written:
        content = table.content(line.row, column["name"])
        if column["type"] in ("date", "mark", "project_state"):
            if content is None:
                return NOUGHT if column["blank"] == "zero" else NOTHING
            if column["type"] == "date" and read_date(content) is None:
                return Written(UNREADABLE)
            counts = column["type"] != "project_state" or self.register.word("state", content) in column["counts_when"]
            return Written(NUMBER, Decimal(int(counts)))
        if content is not None:
            return read_number(content)
        if line.kind == "total":
            return NOTHING
        meaning = column["blank"] if column["blank"] != "by_indicator" else self.register.blanks.get(keys.get("indicator_code", ""))
        return {"zero": NOUGHT, "missing": NOTHING, "not_applicable": Written(NOT_APPLICABLE)}[meaning or "missing"]
