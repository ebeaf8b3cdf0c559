"""A programme of an invented country: two coasts that report one form, other words, a currency with hundredths, no word in common.

Its register has the files of this repository's register with rows of its own; what is mechanics (parameters, behaviours) is copied.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import yaml

from warehouse.settings import PROJECT

PRESENT = PROJECT / "dbt_project" / "register"
COPIED = ("parameters", "behaviours")
COASTS = {"north-coast": "North Coast", "south-coast": "South Coast"}
WORDS = {
    "currency": {"crown": 1, "kr": 1}, "scale": {"thousand": 1000, "million": 10**6}, "other_currency": {"đồng": ""},
    "unit_name": {"crowns": 1, "thousand crowns": 1000, "million crowns": 10**6}, "unit_label": {"money unit": ""},
    "about_money": {"crowns": ""}, "joins_label": {"in": ""}, "unit_prefix": {"harbour office": ""},
}  # fmt: skip
ROWS: Mapping[str, Sequence[Mapping[str, str]]] = {
    "programme": [{"programme_code": "harbours", "programme_name": "cảng", "programme_name_en": "harbours", "nation_key": "isle",
                   "currency_code": "ISK", "time_zone": "Atlantic/Azores"}],
    "currencies": [{"currency_code": "ISK", "currency_name": "crowns", "currency_name_en": "crowns", "decimals": "2"}],
    "written_words": [
        {"kind": kind, "word": word, "word_en": word if kind == "unit_name" else "", "factor": str(factor)}
        for kind, words in WORDS.items() for word, factor in words.items()
    ],
    "units": [
        {"unit_key": key, "unit_kind": kind, "unit_name": name, "unit_name_en": name, "sort_key": key, "valid_from": "2000-01-01"}
        for key, kind, name in (("isle", "group", "The Isle"), *((key, "province", name) for key, name in COASTS.items()))
    ],
    "unit_aliases": [{"alias": name, "unit_key": key, "valid_from": "2000-01-01"} for key, name in COASTS.items()],
    "activities": [
        {"activity_code": code, "activity_name": name, "activity_name_en": name, "position": str(n), "valid_from": "2000-01-01"}
        for n, (code, name) in enumerate((("QUAY", "Quays"), ("LIGHT", "Lights")), 1)
    ],
    "funds": [{"fund_code": "HARBOUR", "fund_name": "Harbour fund", "fund_name_en": "Harbour fund", "is_of_programme": "yes",
               "valid_from": "2000-01-01"}],
    "units_of_measure": [
        {"unit": unit, "is_money": "yes", "is_count": "no", "stored_unit": "crowns", "stored_factor": factor}
        for unit, factor in (("crowns", "1"), ("thousand crowns", "1000"))
    ],
    "indicators": [
        {"indicator_code": code, "indicator_name": name, "indicator_name_en": name, "unit": "thousand crowns",
         "activity": "ALL", "aggregation": "sum", "behaviour": behaviour, "is_formula": "no", "source_form": "works"}
        for code, name, behaviour in (("H-PLAN", "Planned", "plan"), ("H-PAID", "Paid", "ytd_flow"))
    ],
    "indicator_sources": [
        {"indicator_code": "H-PLAN", "fund_code": "HARBOUR", "form_code": "works", "sheet_code": "works", "fact": "fct_budget"},
        {"indicator_code": "H-PAID", "fund_code": "HARBOUR", "form_code": "works", "sheet_code": "works",
         "fact": "fct_disbursement", "stage": "disbursed"},
    ],
    "form_roles": [{"form_code": "works", "unit_kind": "province", "sender_role": "office"}],
    "sender_roles": [{"sender_role": "office", "alias": "Harbour Office"}],
    "calendar": [{"calendar_code": "W-1", "form_code": "works", "unit_kinds": "province", "owed_by": "all",
                  "period_months": "3|6|9|12", "first_period_end": "2025-01-31", "due_month_offset": "1", "due_day": "20"}],
    "sources": [{"source_code": "inbox", "transport": "folder", "location": "inbox"}],
}  # fmt: skip
HEADERS = {"activity": "Работы", "planned": "План на год", "paid": "ВЫПЛАЧЕНО"}
FORM = {
    "form_code": "works", "form_name": "Harbour works", "form_name_en": "Harbour works", "version": "1",
    "valid_from": date(2024, 1, 1), "legal_basis": "Harbours Act", "titles": ["Harbour works"],
    "period_months": [3, 6, 9, 12], "identity": ["unit", "period"],
    "money_unit": "thousand crowns", "nil_allowed": False,
    "sheets": [{
        "sheet_code": "works", "sheet_name": "Works", "required": True, "line_key": ["activity"], "total_labels": ["Total"],
        "lines_from": "activities",
        "columns": [
            {"name": "activity", "headers": [HEADERS["activity"]], "type": "activity", "role": "key", "required": True},
            {"name": "planned", "headers": ["план на год"], "type": "money", "role": "figure", "indicator": "H-PLAN",
             "fund": "HARBOUR", "measure": "plan", "blank": "missing"},
            {"name": "paid", "headers": ["Выплачено"], "type": "money", "role": "figure", "indicator": "H-PAID", "fund": "HARBOUR",
             "measure": "ytd", "blank": "zero"},
        ],
    }],
}  # fmt: skip
RULES = {
    "defaults": {"judges": "works", "sheet": "works", "version": 1, "level": 1, "missing": "undecided",
                 "valid_from": date(2024, 1, 1)},
    "rules": [{
        "id": "HW-01", "vi": "Dòng tổng bằng tổng các dòng", "en": "The total is the sum of its lines",
        "legal_basis": "Harbours Act",
        "scope": ["column_name"], "left": [{"role": "figure"}], "operator": "==", "right": [{"role": "figure", "line": "total"}],
        "severity": "block",
    }],
}  # fmt: skip


def write_programme(folder: Path, rows: Mapping[str, Sequence[Mapping[str, str]]] = ROWS) -> Path:
    """The programme's folder: forms, rules and register; each file of the register has the columns of the present one."""
    for part in ("forms", "rules", "register"):
        (folder / part).mkdir(parents=True)
    for path in PRESENT.glob("*.csv"):
        if path.stem in COPIED:
            shutil.copy(path, folder / "register")
            continue
        with path.open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        with (folder / "register" / path.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows.get(path.stem, ()))
    header = yaml.safe_load((PROJECT / "ingestion" / "forms" / "_header.yml").read_text(encoding="utf-8"))
    for field in header["fields"]:
        field["labels"] = [field["name"].replace("_", " ")]
    for name, content in (("forms/_header", header), ("forms/works", FORM), ("rules/works", RULES)):
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def workbook(unit_name: str, figures: Mapping[str, tuple[float, float]], total: tuple[float, float]) -> bytes:
    """A report of the first quarter of 2025 in thousand crowns: {activity: (planned, paid)} and its total line."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Works"
    sheet.append(["Harbour works"])
    for label, value in (
        ("Form mark", "works 1"), ("Unit", unit_name), ("Sender role", "Harbour Office"), ("Period start", date(2025, 1, 1)),
        ("Period end", date(2025, 3, 31)), ("Money unit", "thousand crowns"),
    ):  # fmt: skip
        sheet.append([label, value])
    sheet.append([])
    sheet.append(list(HEADERS.values()))
    for name, amounts in (*figures.items(), ("Total", total)):
        sheet.append([name, *amounts])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
