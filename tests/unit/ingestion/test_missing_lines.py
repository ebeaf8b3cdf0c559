"""Each given line of a sample report deleted in turn with openpyxl: the finding names that line and its neighbours.

What is expected is worked out from the workbook and the register's CSV alone: the deleted row's own text, the rows beside it, and
whether a column of figures in it was not nought, so that the total line then says more than the lines.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

import openpyxl
import pytest
from book_builder import FORMS

from ingestion.landing.receipts import Receipt
from ingestion.reading.reading import read_file
from ingestion.register import load_register
from samples.fixed_forms import fixed_report
from samples.nation import open_desk
from samples.workbook import workbook_bytes
from warehouse.settings import PROJECT

FOLDER = PROJECT / "dbt_project" / "register"
REGISTER = load_register(FOLDER)
RECEIVED = datetime.datetime.fromisoformat("2026-03-01T00:00:00+07:00")
FIRST_LINE = 20  # of the sample's money report: above it stand its header and the numbers of its columns
CODES = {"line_missing", "line_left_out"}


@dataclass(frozen=True)
class Report:
    """A report as bytes, and its given lines: (sheet, row, code, name)."""

    data: bytes
    lines: tuple[tuple[str, int, str, str], ...]


def _names(table: str, code: str, name: str) -> dict[str, str]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row[name]: row[code] for row in csv.DictReader(file)}


@cache
def report(form_code: str, unit_key: str = "ha-noi", month: str = "2025-06-30") -> Report:
    data = workbook_bytes(fixed_report(open_desk(411), form_code, unit_key, datetime.date.fromisoformat(month)))[0]
    codes = _names("activities", "activity_code", "activity_name") | _names(
        "indicators", "indicator_code", "indicator_name"
    )
    lines = []
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            known = [str(cell.value) for cell in row if cell.value in codes]
            if known:
                lines.append((sheet.title, row[0].row, codes[known[0]], known[0]))
    return Report(data, tuple(lines))


def spoilt(data: bytes, sheet: str, rows: list[int], *, totals_follow: bool = False) -> bytes:
    """The workbook without some rows of a sheet; with `totals_follow` the totals are sums of the rest, as formulas are."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book[sheet]
    last = page.max_row
    for row in sorted(rows, reverse=True):
        page.delete_rows(row)
    assert page.max_row == last - len(rows)
    for total in page[_total_row(page)] if totals_follow else ():
        if isinstance(total.value, int | float):
            parts = [page.cell(row, total.column).value for row in range(FIRST_LINE, total.row)]
            total.value = round(sum(part for part in parts if isinstance(part, int | float)), 6)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _total_row(page: Any) -> int:
    return next(row[0].row for row in page.iter_rows() if any(str(cell.value).startswith("Tổng cộng") for cell in row))


def findings(data: bytes) -> list[Any]:
    drafts, about = read_file(data, Receipt(1, None, RECEIVED, "", "xlsx"), FORMS, REGISTER, FOLDER)
    return [*about, *(each for draft in drafts for each in draft.findings)]


def _holds_figures(data: bytes, sheet: str, row: int) -> bool:
    """Whether a column of figures (behind the seven of national money, before the grand total) is not nought in a row."""
    page = openpyxl.load_workbook(io.BytesIO(data))[sheet]
    return any(
        isinstance(page.cell(row, n).value, int | float) and page.cell(row, n).value for n in range(10, page.max_column)
    )


def _beside(report: Report, sheet: str, row: int) -> tuple[int | None, int | None]:
    """The rows of the lines beside a deleted one, as they are numbered afterwards."""
    rows = [r for title, r, _, _ in report.lines if title == sheet]
    at = rows.index(row)
    return (rows[at - 1] if at else None), (rows[at + 1] - 1 if at + 1 < len(rows) else None)


@pytest.mark.parametrize("form_code", ["kinh-phi", "ket-qua"])
def test_each_deleted_line_is_named_with_its_place(form_code: str) -> None:
    whole = report(form_code)
    assert not CODES & {finding.code for finding in findings(whole.data)}
    counted: Counter[str] = Counter()
    for sheet, row, code, name in whole.lines:
        (found,) = [finding for finding in findings(spoilt(whole.data, sheet, [row])) if finding.code in CODES]
        above, below = _beside(whole, sheet, row)
        place = (
            f"giữa dòng {above} và dòng {below}"
            if above and below
            else f"trước dòng {below}"
            if below
            else f"sau dòng {above}"
        )
        assert f"{code} “{name}” ({place})" in found.message_vi and found.written == code and found.sheet_name == sheet
        is_contradicted = sheet == "Kinh phí" and _holds_figures(whole.data, sheet, row)
        assert (found.code, found.verdict) == (
            ("line_missing", "return") if is_contradicted else ("line_left_out", "note")
        ), name
        assert "{" not in found.message_vi + found.message_en and code in found.message_en
        counted[found.code] += 1
    assert sum(counted.values()) == len(whole.lines) and counted["line_left_out"]
    assert (counted["line_missing"] > 3) == (form_code == "kinh-phi")


def test_the_amounts_are_those_of_the_deleted_line() -> None:
    whole = report("kinh-phi")
    sheet, row, *_ = next(line for line in whole.lines if _holds_figures(whole.data, "Kinh phí", line[1]))
    page = openpyxl.load_workbook(io.BytesIO(whole.data))[sheet]
    (found,) = [each for each in findings(spoilt(whole.data, sheet, [row])) if each.code == "line_missing"]
    told = {
        part.rsplit("(", 1)[1].split("): ")[0]: part.rsplit(": ", 1)[1] for part in (found.expected or "").split("; ")
    }
    held = {
        cell.column_letter: cell.value
        for cell in page[row]
        if cell.column > 2 and isinstance(cell.value, int | float) and cell.value
    }
    amounts = {letter: float(amount.replace(",", ".")) for letter, amount in told.items()}
    # the report is written to a tenth of a million: twelve rounded numbers may be half a million off, less is no sign
    assert amounts == {letter: pytest.approx(held[letter], abs=0.55) for letter in amounts}
    assert {letter for letter, amount in held.items() if amount > 1.1} <= amounts.keys()
    assert "và 20 cột khác" in found.message_vi and "and 20 more columns" in found.message_en


def test_a_line_left_out_whose_total_follows_returns_nothing() -> None:
    """A spreadsheet's own sum follows what is deleted: the line is named, and nothing contradicts that it was empty."""
    whole = report("kinh-phi")
    rows = [row for sheet, row, _, _ in whole.lines if sheet == "Kinh phí"]
    for gone in ([rows[2]], rows[3:5], rows[6:]):
        found = [
            each
            for each in findings(spoilt(whole.data, "Kinh phí", gone, totals_follow=True))
            if each.verdict == "return" or each.code in CODES
        ]
        assert [each.code for each in found] == ["line_left_out"]
        assert found[0].written == ", ".join(
            code for sheet, row, code, _ in whole.lines if sheet == "Kinh phí" and row in gone
        )


def test_a_line_that_was_not_understood_is_told_as_such_alone() -> None:
    whole = report("kinh-phi")
    sheet, row, _, name = next(line for line in whole.lines if _holds_figures(whole.data, "Kinh phí", line[1]))
    book = openpyxl.load_workbook(io.BytesIO(whole.data))
    next(cell for cell in book[sheet][row] if cell.value == name).value = "Việc khác hẳn"
    buffer = io.BytesIO()
    book.save(buffer)
    codes = [each.code for each in findings(buffer.getvalue())]
    assert "line_key_unreadable" in codes and not CODES & set(codes)


def test_an_activity_is_asked_for_only_while_it_is_in_force() -> None:
    early, late = report("kinh-phi", month="2025-09-30"), report("kinh-phi", "ha-noi", "2025-12-31")
    assert {code for _, _, code, _ in late.lines} - {code for _, _, code, _ in early.lines} >= {"A10"}
    for each in (early, late):
        assert not CODES & {finding.code for finding in findings(each.data)}


def test_a_sheet_with_few_of_the_lines_gives_what_it_has() -> None:
    whole = report("kinh-phi")
    rows = [row for sheet, row, _, _ in whole.lines if sheet == "Kinh phí"]
    assert not CODES & {each.code for each in findings(spoilt(whole.data, "Kinh phí", rows[3:], totals_follow=True))}
    assert "line_missing" in {each.code for each in findings(spoilt(whole.data, "Kinh phí", rows[3:]))}
