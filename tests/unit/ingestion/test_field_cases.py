"""Files as they come from the field (../shared/cases/field): what its README says must come out, read by hand from there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.forms import load_forms
from ingestion.landing.receipts import Receipt
from ingestion.reading.reading import read_file
from ingestion.register import load_register
from warehouse.settings import PROJECT

FIELD = PROJECT.parent / "shared" / "cases" / "field"
REGISTER = PROJECT / "dbt_project" / "register"
FORMS, KNOWN = load_forms(PROJECT / "ingestion" / "forms", REGISTER), load_register(REGISTER)
RECEIVED = datetime(2026, 4, 20, tzinfo=UTC)
MILLION = 10**6

pytestmark = pytest.mark.skipif(not FIELD.exists(), reason=f"the files from the field ({FIELD}) are not on this machine")


@dataclass
class Read:
    """A file as it was read: its drafts, and every finding with its cell."""

    drafts: list
    findings: list

    @property
    def is_returned(self) -> bool:
        return not self.drafts or any(d.is_returned or d.identity is None for d in self.drafts)

    def reading(self, sheet: str, address: str):
        """(reading, đồng a unit) of a cell."""
        for draft in self.drafts:
            for table in (table for table in draft.tables if table.sheet.name == sheet):
                for row, name, reading in draft.lines[table.form_sheet.sheet_code].cells:
                    if table.sheet.address(row - table.sheet.first_row, table.positions[name]) == address:
                        return reading, table.money_factors.get(name, draft.identity.money_factor)
        raise AssertionError(f"{sheet}!{address} was not read")

    def dong(self, address: str) -> Decimal | None:
        reading, factor = self.reading("Kinh phí", address)
        return None if reading.value is None else reading.value * factor

    def details(self, column: str, draft: int = 0):
        lines = [line for lines in self.drafts[draft].lines.values() for line in lines.lines]
        return [line.keys.get(column) for line in lines if line.line_kind == "detail"]

    def codes(self) -> set[str]:
        return {finding.code for finding in self.findings}


def read(name: str) -> Read:
    data, extension = (FIELD / name).read_bytes(), Path(name).suffix.lstrip(".")
    drafts, findings = read_file(data, Receipt(0, None, RECEIVED, "", extension), FORMS, KNOWN, REGISTER)
    return Read(drafts, [*findings, *(finding for draft in drafts for finding in draft.findings)])


@pytest.mark.parametrize("name", ["strict-ooxml-error-cell.xlsx", "ods-error-cell.ods"])
def test_an_error_cell_is_one_in_every_format(name):
    found = read(name)
    assert found.reading("Kinh phí", "K23")[0].reading == "formula_error" and found.dong("K23") is None
    assert found.dong("L23") == Decimal("309.759") * MILLION


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("number-in-cdata.xlsx", "K23"), ("number-with-direction-marks.xlsx", "K23"), ("look-alike-letter-D.xlsx", "K23"),
        ("money-unit-under-label-DVT.xlsx", "K23"), ("number-format-shows-millions.xlsx", "K23"),
        ("roman-numeral-before-activity-name.xlsx", "K23"), ("year-as-number-in-header-row.xlsx", "K23"),
        ("formatted-empty-cell-in-last-row.xlsx", "K23"), ("zip-names-with-backslashes.xlsx", "K23"),
    ],
)  # fmt: skip
def test_the_figures_of_the_unspoilt_file_come_out(name, cell):
    found = read(name)
    assert not found.is_returned and found.dong(cell) == 507_801_000
    assert sum(len(lines.cells) for lines in found.drafts[0].lines.values()) > 300


def test_a_percentage_is_what_people_see_in_the_old_format_too():
    assert read("percent-format.xls").reading("Tiến độ", "M23")[0].value == 17


def test_formulas_that_were_never_calculated_are_told_and_never_0():
    found = read("formulas-never-calculated.xlsx")
    told = [finding for finding in found.findings if finding.code == "formula_not_calculated"]
    assert len(told) == len({finding.cell_address for finding in told}) == 40
    assert all(found.reading(f.sheet_name, f.cell_address)[0].value is None for f in told)


def test_a_footnote_mark_is_no_digit():
    found = read("footnote-mark-in-superscript.xlsx")
    assert found.reading("Kết quả", "J24")[0].value == 30 and "text_set_apart" in found.codes()


def test_two_units_of_money_that_disagree_return_the_report():
    found = read("two-money-units-disagree.xlsx")
    (said,) = [finding for finding in found.findings if finding.code == "money_units_disagree"]
    assert found.is_returned and "triệu đồng" in said.message_vi and "nghìn đồng" in said.message_vi


def test_the_unit_of_a_line():
    reading, factor = read("line-unit-thousand-dong.xlsx").reading("Kết quả", "E22")
    assert reading.value * factor == 4_540_000_000


def test_a_word_that_multiplies():
    assert read("count-in-van.xlsx").reading("Kết quả", "J24")[0].value == 20_000


def test_a_code_with_what_nobody_sees_is_the_same_code():
    codes = read("project-twice-with-invisible-space.xlsx").details("project_key")
    assert codes.count("KCQG-2026-0148") == 2  # which the door returns as line_twice


def test_a_tax_code_that_lost_its_leading_zero():
    assert read("tax-codes-as-numbers.xlsx").details("establishment_key").count("0312345678001") == 3


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("csv-quote-never-closed.csv", "quote_not_closed", "21"),
        ("csv-row-shorter-than-header.csv", "row_of_other_width", "17"),
        ("hidden-old-sheet-beside-visible-copy.xlsx", "sheet_twice", "Kinh phí (2)"),
        ("budget-year-left-from-last-year.xlsx", "budget_year_other", "2025"),
    ],
)
def test_what_must_be_returned_is_and_says_what_the_sender_can_see(name, code, words):
    found = read(name)
    assert found.is_returned and any(f.code == code and words in f.message_vi and words in f.message_en for f in found.findings)


def test_codes_written_as_text_formulas():
    assert read("csv-codes-as-text-formulas.csv").details("project_key") == [f"KCQG-2026-{n:04d}" for n in range(145, 150)]


@pytest.mark.parametrize(
    "name", ["excel-unicode-text.txt", "header-and-numbering-repeated-on-page-2.xlsx", "subtotal-row-with-activity.xlsx"]
)
def test_five_projects(name):
    found = read(name)
    assert not found.is_returned and found.drafts[0].form.form_code == "tien-do"
    assert len(found.details("project_key")) == len(set(found.details("project_key"))) == 5
    assert not any(f.row_number == 24 and f.verdict != "note" for f in found.findings)


def test_nothing_is_said_of_a_row_that_numbers_the_columns():
    assert not [f for f in read("header-and-numbering-repeated-on-page-2.xlsx").findings if f.row_number == 24]


def test_days_of_1904():
    (draft,) = read("dates-as-numbers-in-1904-workbook.xlsx").drafts
    assert draft.identity.unit_key == "ha-noi"
    assert (draft.identity.period_start, draft.identity.period_end) == (date(2026, 1, 1), date(2026, 3, 31))


def test_dust_of_formulas_is_no_money():
    found = read("floating-point-dust.xlsx")
    assert found.dong("N25") == 3_514_000 and found.dong("N33") == 232_276_000


@pytest.mark.parametrize("name", ["number-with-groups-and-exponent.xlsx"])
def test_a_number_that_none_can_read_is_unreadable(name):
    reading, _ = read(name).reading("Kinh phí", "K23")
    assert reading.reading == "unreadable" and reading.value is None


def test_a_number_without_measure_is_read_as_it_stands_for_the_door_to_refuse():
    assert read("largest-number-as-sentinel.xlsx").dong("K23") > 10**18


def test_every_file_of_the_folder_is_tried_here():
    said = Path(__file__).read_text(encoding="utf-8")
    assert not [path.name for path in FIELD.iterdir() if path.suffix != ".md" and path.name not in said]
