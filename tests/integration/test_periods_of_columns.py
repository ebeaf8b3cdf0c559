"""Reports that repeat earlier periods beside their own, from workbooks to the released figure: which of them counts, by hand."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import shutil
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import yaml
from small_country import Country, at

from ingestion.form_sheet import Column, ColumnPeriod
from ingestion.sheets.form_periods import told_period
from ingestion.written.budget_years import BudgetYears
from khuyencong.figures.explain import explain
from khuyencong.figures.rollup import rollup
from khuyencong.night.nightly import run_nightly
from warehouse.address import connect
from warehouse.opening import discard_warehouse, open_warehouse
from warehouse.settings import PROJECT, Settings

pytestmark = pytest.mark.long

MILLION = 1_000_000
UNITS = {"long-an": "Long An", "ha-noi": "Hà Nội", "thanh-hoa": "Thanh Hóa"}
MONEY = {"type": "money", "role": "figure", "indicator": "KC-E05", "fund": "KCDP-T", "measure": "ytd", "blank": "missing"}
HEADER = "Paid to {month:02}/{year}"
FORM = {
    "form_code": "thang", "form_name": "Báo cáo tháng", "form_name_en": "Monthly", "version": "1", "valid_from": date(2024, 1, 1),
    "legal_basis": "-", "titles": [], "period_months": list(range(1, 13)), "identity": ["unit", "period"],
    "money_unit": "triệu đồng", "nil_allowed": False,
    "header": [
        {"name": "form_mark", "labels": ["Return no."], "type": "text", "required": False},
        {"name": "unit", "type": "unit", "required": True, "places": [{"at": "sheet_name", "pattern": "{value}"}]},
        {"name": "period", "type": "span", "required": True, "places": [{"at": "text", "pattern": "Payments of * to {value}"}]},
        {"name": "period_start", "labels": ["Since"], "type": "date"},
        {"name": "sender_role", "type": "sender_role", "places": [{"at": "constant", "value": "Sở Công Thương"}]},
        {"name": "money_unit", "type": "money_unit", "places": [{"at": "constant", "value": "triệu đồng"}]},
    ],
    "sheets": [{
        "sheet_code": "paid", "sheet_name": "Paid", "line_key": ["activity"],
        "columns": [
            {"name": "activity", "headers": ["Work"], "type": "activity", "role": "key", "required": True},
            {"name": "paid", "headers": [HEADER], **MONEY},
            {"name": "paid_before", "headers": [HEADER], **MONEY, "period": {"months_before": 1}},
            {"name": "paid_in_january", "headers": ["January"], **MONEY, "period": {"from_month": 1, "to_month": 1}},
            {"name": "paid_year_ago", "headers": [HEADER], **MONEY, "period": {"months_before": 12}},
        ],
    }],
}  # fmt: skip


def report(month: int, january: float | None = None, **units: tuple[float | None, float | None, float | None]) -> bytes:
    """A workbook of one month of 2025, a sheet a unit: paid this year, paid up to the month before, paid up to a year ago; and what
    was paid in January.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    before = f"{month - 1:02}/2025" if month > 1 else "12/2024"
    for unit, amounts in units.items():
        sheet = book.create_sheet(UNITS[unit])
        sheet.append([f"Payments of all works to {month:02}/2025", "", "Since", "01/01/2025"])
        sheet.append(["Work", f"Paid to {month:02}/2024", f"Paid to {before}", f"Paid to {month:02}/2025", "January"])
        sheet.append(["Đào tạo nghề, truyền nghề", *reversed(amounts), january])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class Nights:
    """A country with the form; each night knows what arrived before it."""

    def __init__(self, home: Path, url: str | None):
        self.country = Country(home, units=(*UNITS, "viet-nam", "phia-bac", "mien-trung-tay-nguyen", "phia-nam"), forms=("thang",))
        self.settings: Settings = dataclasses.replace(self.country.settings(url), forms=home / "forms") if url else None
        shutil.copytree(PROJECT / "ingestion" / "forms", home / "forms")
        (home / "forms" / "thang.yml").write_text(yaml.safe_dump(FORM, allow_unicode=True, sort_keys=False), encoding="utf-8")
        self.country.edit("indicator_sources", _of_the_form)
        self.add("form_roles", form_code="thang", unit_kind="province", sender_role="so")
        self.add(
            "calendar", calendar_code="CAL-99", form_code="thang", unit_kinds="province", owed_by="all",
            period_months="|".join(map(str, range(1, 13))), first_period_end="2025-01-31", due_month_offset="1", due_day="20",
            legal_basis="-", certainty="ours",
        )  # fmt: skip

    def add(self, table: str, **row: str) -> None:
        path = self.country.register / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, header, restval="", lineterminator="\n").writerow(row)

    def night(self, day: str) -> None:
        moment: datetime = at(day)
        run_nightly(self.settings, moment, lambda: moment)

    def ask(self, what, *arguments, **options):
        with contextlib.closing(connect(open_warehouse(self.settings))) as connection:
            return what(connection, *arguments, **options)

    def rows(self, statement: str):
        def read(connection):
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()

        return self.ask(read)

    def paid(self, period: str) -> dict[str, tuple[float, float, int]]:
        """Unit → (accepted, disputed) in million đồng and the number of missing units, of the indicator by unit."""
        rows = self.ask(rollup, period, by="unit", total=("activity",))["rows"]
        return {
            row["unit_key"]: (float(row["accepted"] or 0) / MILLION, float(row["disputed"] or 0) / MILLION, row["n_missing"])
            for row in rows
            if row["indicator_code"] == "KC-E05" and row["fund"] == "KCDP-T" and row["measure"] == "ytd"
        }

    def cell(self, period: str, unit: str) -> tuple[str, str, str]:
        """(file, sheet, cell) that `kc explain` names for a figure."""
        parts = self.ask(explain, period, "KC-E05", fund="KCDP-T", unit=unit)["parts"]
        found = [part["cell"] for part in parts if part.get("cell")]
        assert len(found) == 1
        return found[0]["location"], found[0]["sheet_name"], found[0]["cell_address"]


def _of_the_form(row):
    is_told = (row["indicator_code"], row["fund_code"]) == ("KC-E05", "KCDP-T")
    return {**row, "form_code": "thang", "sheet_code": "paid"} if is_told else row


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    home = tmp_path_factory.mktemp("months")
    made = Nights(home / "country", None)
    made.settings = dataclasses.replace(
        Settings(home=home / "home", database_url=None, inbox=made.country.inbox),
        register=made.country.register, rules=made.country.rules, dbt_project=made.country.project,
        forms=home / "country" / "forms",
    )  # fmt: skip
    try:
        yield made
    finally:
        discard_warehouse(made.settings)


def test_a_figure_is_of_the_latest_report_that_tells_it(nights):
    send = nights.country.receive
    send("january.xlsx", report(1, **{"long-an": (10, None, 9)}), at("2025-02-05"), "desk")
    nights.night("2025-02-06")
    assert nights.paid("2025-01..2025-01")["long-an"] == (10, 0, 0)
    assert nights.paid("2024-01..2024-01")["long-an"][0] == 9
    # February says 12 of January, and for Hà Nội, whose January never came, 4
    send("february.xlsx", report(2, **{"long-an": (25, 12, 20), "ha-noi": (7, 4, None)}), at("2025-03-05"), "desk")
    nights.night("2025-03-06")
    assert nights.paid("2025-01..2025-01")["long-an"] == (12, 0, 0)
    assert nights.paid("2025-01..2025-01")["ha-noi"][0] == 4
    assert {unit: paid[0] for unit, paid in nights.paid("2025-01..2025-02").items()} == {"long-an": 25, "ha-noi": 7, "thanh-hoa": 0}
    assert nights.paid("2024-01..2024-02")["long-an"][0] == 20
    assert nights.cell("2025-01..2025-01", "long-an") == ("february.xlsx", "Long An", "C3")
    assert nights.cell("2025-01..2025-02", "long-an") == ("february.xlsx", "Long An", "D3")
    assert nights.cell("2024-01..2024-02", "long-an") == ("february.xlsx", "Long An", "B3")
    assert nights.cell("2024-01..2024-01", "long-an") == ("january.xlsx", "Long An", "B3")
    # January's own 10 is kept, and says what became of it
    states = nights.rows(
        """select submission.location, state.column_name, state.cell_state, (state.value / 1e6)::float
        from facts.fct_cell_state as state inner join facts.fct_submission as submission using (submission_key)
        where submission.unit_key = 'long-an' order by 1, 2"""
    )
    assert states == [
        ("february.xlsx", "paid", "accepted", 25), ("february.xlsx", "paid_before", "accepted", 12),
        ("february.xlsx", "paid_in_january", "label", None), ("february.xlsx", "paid_year_ago", "accepted", 20),
        ("january.xlsx", "paid", "superseded", 10),
        ("january.xlsx", "paid_before", "label", None), ("january.xlsx", "paid_in_january", "label", None),
        ("january.xlsx", "paid_year_ago", "accepted", 9),
    ]  # fmt: skip


def test_a_blank_in_a_later_report_erases_nothing_and_what_it_tells_no_more_is_again_the_earlier_one(nights):
    send = nights.country.receive
    send("march.xlsx", report(3, 14, **{"long-an": (40, None, None)}), at("2025-04-05"), "desk")
    nights.night("2025-04-06")
    assert nights.paid("2025-01..2025-02")["long-an"] == (25, 0, 0)
    assert nights.paid("2025-01..2025-03")["long-an"] == (40, 0, 0)
    assert nights.paid("2025-01..2025-01")["long-an"] == (14, 0, 0)
    assert nights.cell("2025-01..2025-01", "long-an") == ("march.xlsx", "Long An", "E3")
    # February comes again with 13 for January; March, which came later, says nothing of it any more
    send("february.xlsx", report(2, **{"long-an": (25, 13, 20), "ha-noi": (7, 4, None)}), at("2025-04-07"), "desk")
    send("march.xlsx", report(3, **{"long-an": (40, None, None)}), at("2025-04-08"), "desk")
    nights.night("2025-04-09")
    assert nights.paid("2025-01..2025-01")["long-an"] == (13, 0, 0)
    assert nights.cell("2025-01..2025-01", "long-an") == ("february.xlsx", "Long An", "C3")
    keys = """select count(*), count(distinct (unit_key, budget_year, period_start, period_end, activity_code, measure))
        from facts.fct_stated where form_code = 'thang'"""
    assert len(set(nights.rows(keys)[0])) == 1


def test_every_header_field_leads_back_to_where_it_stands(nights):
    told = nights.rows(
        """select distinct field_name, sheet_name, cell_address, written from raw.submission_header
        inner join raw.submission using (submission_key) where unit_key = 'ha-noi' order by 1"""
    )
    assert told == [
        ("money_unit", "", "form", "triệu đồng"), ("period", "Hà Nội", "A1", "02/2025"),
        ("period_start", "Hà Nội", "D1", "01/01/2025"), ("sender_role", "", "form", "Sở Công Thương"),
        ("unit", "Hà Nội", "sheet name", "Hà Nội"),
    ]  # fmt: skip


@pytest.mark.parametrize("years", [BudgetYears(1, False)])
def test_staging_and_reader_know_one_period_of_a_column(nights, years):
    columns = {each["name"]: each.get("period") for each in FORM["sheets"][0]["columns"]}
    found = nights.rows(
        """select distinct submission.period_start, submission.period_end, figure.column_name, figure.period_start,
            figure.period_end, figure.budget_year
        from staging.stg_figure as figure inner join raw.submission as submission using (submission_key)"""
    )
    assert len(found) == 12
    for report_start, report_end, name, start, end, budget_year in found:
        period = ColumnPeriod(**columns[name]) if columns[name] else None
        column = Column(name, 1, (HEADER,), "money", "figure", measure="ytd", period=period)
        assert told_period(column, "ytd", (report_start, report_end), years) == (start, end)
        assert budget_year == end.year and start == date(end.year, 1, 1)
