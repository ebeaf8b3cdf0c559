"""Five returns that count: a clinic's month, a district's farms, a school's pupils, flood relief, work in rice fields."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol

# Nothing of a drawn file depends on when it was drawn.
DRAWN_AT = datetime(2025, 11, 30)


@contextmanager
def workbook(path: Path) -> Iterator[xlsxwriter.Workbook]:
    """A new workbook whose dates are written day, month, year; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"})
    book.set_properties({"created": DRAWN_AT, "author": "", "title": ""})
    yield book
    book.close()


def put(sheet: Any, corner: str, rows: list[list[Any]]) -> None:
    """Rows of values from a corner on; None leaves a cell as it is, (formula, result) is a formula as a program has computed it."""
    top, left = xl_cell_to_rowcol(corner)
    for row, values in enumerate(rows, start=top):
        for column, value in enumerate(values, start=left):
            if isinstance(value, tuple):
                sheet.write_formula(row, column, value[0], None, value[1])
            elif isinstance(value, date):
                sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()))
            elif value is not None:
                sheet.write(row, column, value)


def merge(sheet: Any, *areas: str) -> None:
    """Merged cells; each keeps what was written into its first cell afterwards."""
    for area in areas:
        sheet.merge_range(area, "")


def clinic(folder: Path) -> None:
    with workbook(folder / "02_clinic" / "clinic_return_2025-08.xlsx") as book:
        sheet = book.add_worksheet("Korrin Bay clinic")
        merge(sheet, "D5:E5")
        put(sheet, "A1", [
            ["Ministry of Health of Osmark. Form CL-3: attendances and medicines of the month"],
            ["To be sent by day 7 of the next month"],
            [],
            ["Table A. Attendances"],
            ["Diagnosis", "Age group", "Sex", "Cases seen", None, "Referred"],
            [None, None, None, "New", "Repeat", "to hospital"],
            ["Fever", "Under 5", "F", 31, 12, 2],
            [None, "Under 5", "M", 27, 9, 1],
            [None, "5 and over", "F", 54, 20, 3],
            [None, "5 and over", "M", 48, 17, "-"],
            ["Cough or cold", "Under 5", "F", 66, 30, 0],
            [None, None, "M", 59, 28, 1],
            [None, "5 and over", "F", 73, 41, None],
            [None, None, "M", 70, 36, 2],
            ["Injury", "All ages", "F", 14, 5, 4],
            [None, None, "M", 29, 11, 6],
            ["Total attendances", None, None, ("=SUM(D7:D16)", 471), ("=SUM(E7:E16)", 209), ("=SUM(F7:F16)", 19)],
            [],
            ["Table B. Medicines"],
            ["Medicine", "Unit of issue", "Opening stock", "Received", "Issued", "Closing stock"],
            ["Salts for rehydration", "packet", 400, 250, 310, 340],
            ["Fever syrup", "bottle", 85, 60, 92, 53],
            ["Dressing, small", "piece", 1200, 0, 455, 745],
            ["Notes"],
            [1, "Counted on 31 August 2025; 3 broken bottles are among the issued."],
            [2, "One day without power: 19 August."],
        ])  # fmt: skip
        guide = book.add_worksheet("How to fill in")
        put(guide, "A1", [["Step", "What to do"], [1, "Count new cases once."], [2, "Write 0 where there was none."]])


def farms(folder: Path) -> None:
    head = ["Size of farm", "Crop", "Farms", "Area sown", "Harvest", "Support paid"]
    units = [None, None, "number", "hectares", "tonnes", "crowns"]
    with workbook(folder / "03_farms" / "district_return.xlsx") as book:
        put(book.add_worksheet("Sheet1"), "A1", [
            ["Return of North Marsh for the quarter ended 30 June 2025"],
            ["Compiled by the district agricultural office"],
            [],
            ["Region: Upper Fen"],
            head,
            units,
            ["under 5 ha", "barley", 41, 132.5, 301, 66200],
            ["under 5 ha", "flax", 12, 27.25, 19.5, 13600],
            ["5 to 20 ha", "barley", 18, 205, 498, 82000],
            ["over 20 ha", "barley", 4, 161, 402, 40250],
            ["Region total", None, 75, 525.75, 1220.5, 202050],
            [],
            ["Region: Saltings"],
            head,
            units,
            ["under 5 ha", "barley", 22, 60, 118, 30100],
            ["5 to 20 ha", "reed", 9, 88.5, 260, 44250],
            ["over 20 ha", "reed", 2, 70, 231, 17500],
            ["Region total", None, 33, 218.5, 609, 91850],
            [],
            ["Region: Old Polder"],
            ["Size of farm", "Crop", "Area sown", "Farms", "Harvest", "Support paid"],
            [None, None, "hectares", "number", "tonnes", "crowns"],
            ["5 to 20 ha", "flax", 46, 5, 33, 23000],
            ["over 20 ha", "barley", 310, 7, 806.5, 77500],
            ["Region total", None, 356, 12, 839.5, 100500],
            ["District total", None, 1100.25, 120, 2669, 394400],
            [],
            ["Field visits: 37 farms, 4 disputes, 2 of them from 2024"],
        ])  # fmt: skip


def school(folder: Path) -> None:
    merged = ("C{0}:F{0}", "C{1}:D{1}")
    head = [
        ["Τάξη", "Τμήμα", "Μαθητές", None, None, None, "Παρατηρήσεις"],
        [None, None, "Εγγεγραμμένοι", None, "Μετακινούμενοι", "Με σίτιση"],
        [None, None, "Νέοι", "Παλαιοί"],
    ]
    with workbook(folder / "06_school" / "apografi.xlsx") as book:
        boys, girls = book.add_worksheet("Αγόρια"), book.add_worksheet("Κορίτσια")
        merge(boys, *(area.format(7, 8) for area in merged))
        put(boys, "A1", [
            ["ΑΠΟΓΡΑΦΗ ΜΑΘΗΤΩΝ"],
            ["Σχολική μονάδα:", "Δημοτικό Σχολείο Λευκομύρας"],
            ["Συντάκτης:", "Διεύθυνση σχολείου"],
            ["Μήνας αναφοράς:", "10/2025"],
            ["Σχολικό έτος:", "2025/26"],
            [],
            *head,
            ["Α΄", 1, 11, 2, 4, 9],
            [None, 2, 10, 3, 5, 8],
            ["Β΄", 1, 0, 14, 6, 10],
            [None, 2, 1, 12, 3, 7],
            ["Γ΄", 1, 2, 15, 7, 11, "1 μαθητής σε άδεια"],
            ["Σύνολο", None, 24, 46, 25, 45],
        ])  # fmt: skip
        merge(girls, *(area.format(3, 4) for area in merged))
        put(girls, "A1", [
            ["ΑΠΟΓΡΑΦΗ ΜΑΘΗΤΩΝ, συνέχεια"],
            [],
            *head,
            ["Α΄", 1, 9, 1, 3, 7],
            [None, 2, 12, 0, 2, 9],
            ["Β΄", 1, 1, 13, 5, 8],
            [None, 2, 0, 11, 4, 6],
            ["Γ΄", 1, 1, 16, "-", 12],
            ["Σύνολο", None, 23, 41, 14, 42],
        ])  # fmt: skip


def relief(folder: Path) -> None:
    with workbook(folder / "08_relief" / "FR-7 Dunmoor 2025-10.xlsx") as book:
        sheet = book.add_worksheet("Return")
        merge(sheet, "D12:E12", "F12:G12")
        put(sheet, "A1", [
            ["FLOOD RELIEF RETURN"],
            ["Part A. What was done"],
            ["Code", "Item", "Counted in", "This month", "Since 1 April 2025"],
            ["R1", "Households sheltered", "households", 38, 214],
            ["R2", "Meals served", "meals", 5410, 30125],
            ["R3", "Pumps lent", "pumps", 6, 19],
            ["R4", "Relief paid", "thousand crowns", 412.5, 2180.75],
            [],
            ["On 3 October 2025 the river stood at 4.2 m; 2 roads were closed."],
            [],
            ["Part B. Works"],
            ["Work no", "Place", "Status", "Dates", None, "Thousand crowns", None, "Remark"],
            [None, None, None, "Started", "Finished", "Estimate", "Spent to date"],
            ["DW-01", "Mill Lane culvert", "finished", date(2025, 6, 2), date(2025, 9, 28), 84, 86.2],
            ["DW-02", "Ferry bank", "running", date(2025, 8, 18), None, 240, 131.5],
            ["DW-03", "Sluice No 4", "planned", None, None, 55, 0],
            ["DW-04", "Weir gate", "finished", date(2025, 9, 1), None, 31.5, 30, "2 gates left"],
            ["DW-05", "Ferry bank, east", "running", None, None, 120, 12.4],
            ["Total", None, None, None, None, 530.5, 260.1],
            ["Signed for the Dunmoor relief office on 6 November 2025"],
        ])  # fmt: skip


def rice(folder: Path) -> None:
    with workbook(folder / "10_rice" / "rice-2025-11.xlsx") as book:
        sheet = book.add_worksheet("รายงาน")
        merge(sheet, "A3:A7", "B3:B7", "C3:E3", "F3:H3", "C4:E4", "F4:H4", "D5:E5", "G5:H5", "C5:C6", "F5:F6", "C7:H7")
        put(sheet, "A1", [
            ["แบบรายงานคนงานในนาข้าว"],
            [],
            ["หมู่บ้าน", "ชนิดข้าว", "คนงาน", None, None, "คนงาน"],
            [None, None, "ชาย", None, None, "หญิง"],
            [None, None, "รายวัน", "ประจำ", None, "รายวัน", "ประจำ"],
            [None, None, None, "เต็มเวลา", "ครึ่งเวลา", None, "เต็มเวลา", "ครึ่งเวลา"],
            [None, None, "คน"],
            ["บ้านปา", "ข้าวเจ้า", 120, 14, 6, 98, 11, 9],
            [None, "ข้าวเหนียว", 45, 5, 0, 52, 7, 3],
            ["บ้านป่า", "ข้าวเจ้า", 210, 22, 8, 190, 25, 12],
            [None, "ข้าวเหนียว", 33, 2, 1, 41, 4, "-"],
            ["ทุ่งเก้าลม", "ข้าวเจ้า", 76, 9, 4, 80, 6, 5],
            ["รวม", None, 484, 52, 19, 461, 53, 29],
            [],
            ["หมายเหตุ: สำรวจ 5 วัน"],
        ])  # fmt: skip
