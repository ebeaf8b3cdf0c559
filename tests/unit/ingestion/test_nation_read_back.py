"""The clean sample nation is read back: every true figure of a quarter stands in a cell, to the last digit printed there."""

import csv
import datetime
from collections import defaultdict
from decimal import Decimal

from book_builder import FORMS

from ingestion.landing.receipts import Receipt
from ingestion.reading.reading import read_file
from ingestion.register import load_register
from samples.nation import write_nation
from warehouse.settings import PROJECT

FOLDER = PROJECT / "dbt_project" / "register"
REGISTER = load_register(FOLDER)
QUARTER = datetime.date(2025, 3, 31)
RECEIVED = datetime.datetime.fromisoformat("2025-06-01T00:00:00+07:00")


def test_every_true_figure_is_read_back(tmp_path):
    summary = write_nation(tmp_path, seed=411, clean=True, until=QUARTER, forms={"kinh-phi", "tien-do", "ket-qua"})
    read, slack = defaultdict(Decimal), defaultdict(Decimal)
    for path in sorted(tmp_path.rglob("*.xlsx")):
        receipt = Receipt(1, path.parent.name, RECEIVED, "", "xlsx")
        drafts, findings = read_file(path.read_bytes(), receipt, FORMS, REGISTER, FOLDER)
        assert [finding.code for finding in findings] == [] and all(draft.findings == [] for draft in drafts)
        for draft in drafts:
            for figure, value, step in _figures(draft):
                read[figure] += value
                slack[figure] += step
    with (tmp_path / "truth" / "figures.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if Decimal(row["value"])]
    truth = defaultdict(Decimal)
    for row in rows:
        truth[_key(row["form_code"], row["unit_key"], row["report_period_end"], row["fund_code"], row["indicator_code"],
                   row["measure"] == "plan", row["project_key"])] += Decimal(row["value"])  # fmt: skip
    assert summary.n_files > 100 and len(truth) > 2000
    assert [figure for figure in truth if figure not in read] == []
    assert [(f, read[f], truth[f]) for f in truth if abs(read[f] - truth[f]) > slack[f] / 2] == []


def _figures(draft):
    """(key, value in đồng or as counted, worth of the last printed digit) of the figures of a submission."""
    for table in draft.tables:
        lines = draft.lines[table.form_sheet.sheet_code]
        keys = {line.row_number: line.keys for line in lines.lines if line.line_kind == "detail"}
        for number, name, reading in lines.cells:
            column = table.form_sheet.column_by_name[name]
            if number not in keys or column.role != "figure" or reading.value is None:
                continue
            line = keys[number]
            indicator = column.indicator or column.counts_as or line["indicator_code"]
            is_money = column.type == "money" or REGISTER.indicators[indicator].unit in ("triệu đồng", "tỷ đồng")
            factor = table.money_factors.get(name, draft.identity.money_factor) if is_money else 1
            key = _key(draft.form.form_code, draft.identity.unit_key, str(draft.identity.period_end),
                       column.fund or line.get("fund_code"), indicator, column.measure == "plan" or _is_plan(indicator),
                       line.get("project_key", ""))  # fmt: skip
            yield key, reading.value * factor, factor * Decimal(1).scaleb(-(reading.decimals or 0)) if is_money else Decimal(0)


def _is_plan(indicator: str) -> bool:
    return REGISTER.indicators[indicator].measure == "plan"


def _key(form: str, unit: str, end: str, fund: str, indicator: str, is_plan: bool, project: str) -> tuple:
    return form, unit, end, fund, indicator, is_plan, project
