"""Workbooks with figures that were really published, from `published/*.csv`; each figure stands as its source gives it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.form_sheet import FormSheet
from ingestion.forms import load_forms
from ingestion.written.money_units import money_factor
from samples.documents import Document, Line, SheetPart
from samples.register import Register, day, read_register
from samples.scenario import Habit
from samples.workbook import workbook_bytes

PACKAGE = Path(__file__).resolve().parent
FACTS = PACKAGE / "published"
REGISTER = PACKAGE.parent / "dbt_project" / "register"
FORMS = PACKAGE.parent / "ingestion" / "forms"
TOTAL = "total"
SENDER = "so-lieu-cong-bo@khuyencong.example"


@dataclass(frozen=True)
class PublishedSummary:
    """How many workbooks and figures were written, and of how many units."""

    folder: str
    n_files: int
    n_figures: int
    n_units: int


def write_published(folder: Path) -> PublishedSummary:
    """Write every published document as `<folder>/<unit_key>/<form>-<period>.xlsx`, and `<folder>/manifest.csv`.

    The same facts give the same bytes. Raises ValueError naming the fact whose line or column the form does not have.
    """
    documents = published_documents()
    rows = []
    for document in documents:
        path = folder / document.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(workbook_bytes(document)[0])
        rows.append((document.path, document.received_at.isoformat(), document.office))
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("path", "received_at", "sender"))
        writer.writerows(sorted(rows))
    return PublishedSummary(
        str(folder), len(documents), len(_rows("figures")), len({document.unit_key for document in documents})
    )


def published_documents() -> list[Document]:
    """The published documents as they will be written, in the order of documents.csv."""
    forms, register = load_forms(FORMS, REGISTER), read_register(REGISTER)
    figures: dict[str, list[dict[str, str]]] = {}
    for row in _rows("figures"):
        figures.setdefault(row["document"], []).append(row)
    documents = []
    for row in _rows("documents"):
        form, unit = forms[row["form_code"]], register.units[row["unit_key"]]
        start, end = day(row["period_start"]), day(row["period_end"])
        received_at = datetime.fromisoformat(row["received_at"])
        own = figures.get(row["document"], [])
        parts = [
            SheetPart(sheet.sheet_code, sheet.sheet_name, _lines(sheet, own, register, row["money_unit"]))
            for sheet in form.sheets
        ]
        habit = Habit(row["money_unit"], money_factor(row["money_unit"]) or 1, 0, "0", 0, True, False)
        header: dict[str, Any] = {
            "form_mark": f"{form.form_code} {form.version_on(end)}",
            "unit": unit.unit_name,
            "unit_code": register.code_on(unit.unit_key, end),
            "sender_role": register.role_name(form.form_code, unit.unit_kind),
            "document_no": row["document_no"] or None,
            "document_date": received_at.date(),
            "period_start": start,
            "period_end": end,
            "budget_year": end.year,
            "money_unit": row["money_unit"],
            "is_estimated": row["is_estimated"] or None,
        }
        documents.append(Document(form, unit.unit_key, end, header, parts, habit, SENDER, received_at, unit.unit_key))
    return documents


def _lines(sheet: FormSheet, figures: list[dict[str, str]], register: Register, money_unit: str) -> list[Line]:
    """The lines of a sheet that hold a published figure, in the register's order, the total last."""
    wanted = [figure for figure in figures if figure["sheet_code"] == sheet.sheet_code]
    known = [*(register.activity_names if sheet.lines_from == "activities" else register.indicators), TOTAL]
    names = {column.name for column in sheet.columns}
    for figure in wanted:
        if figure["line"] not in known or figure["column_name"] not in names:
            raise ValueError(f"{figure['document']}: {sheet.sheet_code} has no {figure['line']} / {figure['column_name']}.")
    lines = []
    for code in known:
        cells = {f["column_name"]: _number(f["value"]) for f in wanted if f["line"] == code}
        if not cells:
            continue
        if code == TOTAL:
            lines.append(Line({"activity": sheet.total_labels[0], **cells}, TOTAL))
        elif sheet.lines_from == "activities":
            lines.append(Line({"position": len(lines) + 1, "activity": register.activity_names[code], **cells}))
        else:
            indicator = register.indicators[code]
            unit = money_unit if indicator["unit"] == "triệu đồng" else indicator["unit"]
            keys = {"indicator_code": code, "indicator": indicator["indicator_name"], "unit_of_measure": unit}
            lines.append(Line({"position": len(lines) + 1, **keys, **cells}))
    return lines


def _number(text: str) -> int | float:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _rows(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
