"""Folding of names, and dates and periods as people write them."""

import datetime

import pytest

from ingestion.sheets.headers import read_mark
from ingestion.written.budget_years import BudgetYears
from ingestion.written.periods import read_date, read_period_end, read_period_start
from ingestion.written.text import cell_address, column_index, column_letter, folded

CALENDAR = BudgetYears(1, False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Đắk  Lắk", "dak lak"),
        ("TP. Hồ Chí Minh", "tp ho chi minh"),
        ("So với kế hoạch (%)", "so voi ke hoach %"),
        ("Hòa Bình", "hoa binh"),
        ("  THÀNH PHỐ  Hồ Chí Minh ", "thanh pho ho chi minh"),
        ("Thừa Thiên - Huế", "thua thien hue"),
        ("Ước thực hiện (%)", "uoc thuc hien %"),
        ("Bà Rịa – Vũng Tàu", "ba ria vung tau"),
        ("Nguyễn Thị Ư, số 5/2 — Ấp Ô Môn", "nguyen thi u so 5 2 ap o mon"),
        ("", ""),
    ],
)
def test_folded(written, expected):
    assert folded(written) == expected


def test_composed_and_decomposed_text_fold_alike():
    assert folded("Ke\u0302\u0301t qua\u0309") == folded("Kết quả") == "ket qua"


def test_column_letters_are_spreadsheet_letters():
    assert [column_letter(n) for n in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_index(column_letter(n)) == n for n in range(2000))
    assert cell_address(7, 2) == "C7"


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        (datetime.date(2025, 3, 31), "2025-04-01", "2025-03-31"),
        (datetime.datetime(2025, 1, 1), "2025-01-01", "2025-01-31"),
        ("31/03/2025", "2025-04-01", "2025-03-31"),
        ("1.1.2025", "2025-01-01", "2025-01-31"),
        ("2025-03-31", "2025-04-01", "2025-03-31"),
        ("ngày 14 tháng 12 năm 2025", "2025-12-01", "2025-12-31"),
        ("15/12/2024", "2025-01-01", "2024-12-31"),
        ("01/2025", "2025-01-01", "2025-01-31"),
        ("Tháng 2 năm 2024", "2024-02-01", "2024-02-29"),
        ("2025-06", "2025-06-01", "2025-06-30"),
        ("Quý I/2025", "2025-01-01", "2025-03-31"),
        ("quý 4 năm 2025", "2025-10-01", "2025-12-31"),
        ("6 tháng đầu năm 2025", "2025-01-01", "2025-06-30"),
        ("9 tháng 2025", "2025-01-01", "2025-09-30"),
        ("Năm 2025", "2025-01-01", "2025-12-31"),
        (45658, "2025-01-01", "2025-01-31"),
        (45658.0, "2025-01-01", "2025-01-31"),
    ],
)
def test_period_cells(written, start, end):
    assert read_period_start(written, CALENDAR) == datetime.date.fromisoformat(start)
    assert read_period_end(written, CALENDAR) == datetime.date.fromisoformat(end)


@pytest.mark.parametrize("written", ["03/31/2025", "31/02/2025", "Quý V/2025", "13/2025", "hôm nay", "", 12, True])
def test_what_is_no_period_is_not_guessed(written):
    assert read_period_start(written, CALENDAR) is None
    assert read_period_end(written, CALENDAR) is None


def test_a_month_alone_is_no_date():
    assert read_date("03/2025") is None


@pytest.mark.parametrize(("written", "expected"), [("x", True), ("☑", True), ("Có", True), (True, True), ("", False),
                                                  ("☐", False), ("không", False), ("-", False), ("có lẽ", None)])  # fmt: skip
def test_marks(written, expected):
    assert read_mark(written) is expected
