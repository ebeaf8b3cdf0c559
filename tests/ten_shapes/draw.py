"""Draws the ten returns anew: five of money here, five of counts in counted.py. `python tests/ten_shapes/draw.py [FOLDER]`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ten_shapes.counted import clinic, farms, merge, put, relief, rice, school, workbook

HERE = Path(__file__).resolve().parent


def outturn(folder: Path) -> None:
    with workbook(folder / "01_outturn" / "outturn_return.xlsx") as book:
        sheet = book.add_worksheet("Outturn")
        merge(sheet, "C9:H9", "C10:D10", "E10:G10", "A9:A12", "B9:B12")
        put(sheet, "A1", [
            ["Commonwealth of Veltria, Ministry of Local Affairs"],
            ["LOCAL REVENUE OUTTURN, CALENDAR YEAR 2025"],
            [],
            ["Authority", None, "Completed by", None, "Quarter reported"],
            ["Tarnwick Borough", None, "Treasurer's office", None, "Q2 2025"],
            [],
            ["All amounts in thousand crowns; income and recoveries with a minus sign"],
            [],
            ["Line", "Service", "Net spending of the authority"],
            [None, None, "Actual", None, "Forecast", None, None, "Memorandum"],
            [None, None, "Q1 2025", "Q2 2025", "Q3 2025", "Q4 2025", "Year 2025", "Same quarter 2024"],
            [None, None, "January to March", "April to June", "July to September", "October to December", "All quarters",
             "April to June"],
            [1, 2, 3, 4, 5, 6, 7, 8],
            [1, "Schools and training", 4120, 4385, 4400, 4510, ("=SUM(C14:F14)", 17415), 4012],
            [2, "Roads and lighting", 1875, 2240, 2600, 1990, ("=SUM(C15:F15)", 8705), 2105],
            [3, "Care of the elderly", 3310.5, 3298, 3350, 3400, ("=SUM(C16:F16)", 13358.5), 3187.5],
            [4, "Libraries and halls", 412, 405, 398, 420, ("=SUM(C17:F17)", 1635), 399],
            [5, "Refuse and water", 960, 1015, 1040, 1005, ("=SUM(C18:F18)", 4020), 988],
            [6, "Fees and recoveries", -1230, -1415, -1500, -1380, ("=SUM(C19:F19)", -5525), -1344],
            [7, "Adjustment of earlier quarters", 35, -62, None, None, ("=SUM(C20:F20)", -27), -18.5],
            [8, "Net spending, lines 1 to 7", 9482.5, 9866, 10288, 9945, 39581.5, 9329],
            [9, "Met from grants and rates, line 8 with the opposite sign", -9482.5, -9866, -10288, -9945, -39581.5, -9329],
            [],
            ["Notes"],
            ["Line 7: 3 claims of 2024 were settled in May 2025"],
            [1, "Line 6 holds 212 thousand crowns of parking fees"],
        ])  # fmt: skip


def harbour_dues(folder: Path) -> None:
    months = ["Apr 2025", "May 2025", "Jun 2025", "Jul 2025", "Aug 2025", "Sep 2025", "Oct 2025", "Nov 2025", "Dec 2025"]
    later: list[None] = [None] * 6
    with workbook(folder / "04_harbour_dues" / "dues_2025-26.xlsx") as book:
        sheet = book.add_worksheet("Dues")
        merge(sheet, "B6:M6")
        put(sheet, "A1", [
            ["Coast and Harbour Board of Lanmere"],
            [],
            ["Harbour district", None, "Accounts to", None, "Amounts in", None, "Prepared by"],
            ["Sorrel Coast", None, date(2025, 9, 30), None, "crowns", None, "District harbour master"],
            [],
            ["Kind of dues", "Fiscal year 2025/26", *[None] * 11, "Year to date"],
            [None, *months, "Jan 2026", "Feb 2026", "Mar 2026", "Apr to Sep 2025"],
            ["Port: Gannet Point"],
            ["Berth dues", 12400, 11850, 13020, 14100, 13975, 12660, *later, 78005],
            ["Cargo dues", 30250, 28900, 31480, 30015, 29770, 33105, *later, 183520],
            ["Refunds", -400, 0, -1250, -300, "-", -725, *later, -2675],
            ["Port total", 42250, 40750, 43250, 43815, 43745, 45040, *later, 258850],
            ["Port: Heron Quay"],
            ["Berth dues", 5100, 5230, 5075, 6010, 6120, 5480, *later, 33015],
            ["Cargo dues", 8840, 9020, 8700, 9115, 9480, 8960, *later, 54115],
            ["Port total", 13940, 14250, 13775, 15125, 15600, 14440, *later, 87130],
            ["Port: Mew Stairs"],
            ["Berth dues", 940, 905, "…", 1010, 980, 930, *later, 4765],
            ["Port total", 940, 905, None, 1010, 980, 930, *later, 4765],
            [],
            ["In July 2025 ships called 212 times; 3 claims for 1,250 crowns are open"],
            ["Calls", 212, "of which foreign", 18],
        ])  # fmt: skip


def loans(folder: Path) -> None:
    path = folder / "05_loans" / "returns" / "Eastholt Savings Bank" / "2025-Q3" / "loan_register.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        "Branch;Loan number;Date of application;Loan type;Status;Date of decision;Date closed;"
        "Amount granted;Paid out in quarter;Yearly income;Guarantees;Contact",
        "Eastholt;0001;2025-07-03;1;closed;2025-07-21;2025-08-15;120000,00;120000,00;38500,00;1|4;east@savings.invalid",
        "Eastholt;0002;2025-07-09;2;open;2025-08-01;;75000,50;20000,00;41200,00;2;east@savings.invalid",
        "Eastholt;0003;2025-07-30;1;refused;2025-08-11;;0,00;;29900,00;;east@savings.invalid",
        "Millford;0001;2025-08-04;3;open;2025-08-29;;210000,00;105000,00;60250,75;1|2|5;mill@savings.invalid",
        "Millford;0002;2025-08-19;2;closed;2025-09-02;;64000,00;64000,00;35000,00;2;mill@savings.invalid",
        "Millford;0003;2025-09-01;9;open;2025-09-17;;33000,00;0,00;27450,00;3;mill@savings.invalid",
        "Quarrend;0001;2025-09-12;4;open;;;;;52000,00;;quarrend at savings",
        "Quarrend;0002;2025-09-05;1;open;2025-09-26;2025-09-30;88000,00;8000,00;44100,00;1|7;quarrend@savings.invalid",
    ]
    path.write_bytes("".join(line + "\r\n" for line in lines).encode("utf-8-sig"))


def grants(folder: Path) -> None:
    rows = [
        ["Ledger of arts grants"],
        ["Paying office:", "Harrow Fen Council"],
        ["Sent by:", "Grants desk"],
        ["Period:", "July to September 2025"],
        ["Amounts in:", "florins"],
        [],
        ["Grant no", "Recipient", "Kind", "Status", "Decided on", "Closed on", "Granted", "Paid", "Adjusted"],
        ["HF-101", "Choir of the Fen", "choir", "open", "04.07.2025", "", "12 500", "5 000", ""],
        ["HF-102", "Reed Theatre", "stage", "closed", "11.07.2025", "22.09.2025", "30 000", "28 400", "(1 600)"],
        ["HF-103", "Lantern Print", "print", "closed", "18.07.2025", "", "4 200", "4 200", "0"],
        ["HF-104", "Bell Ringers", "choir", "suspended", "01.08.2025", "", "2 750.50", "0", ""],
        ["HF-105", "Marsh Dance", "stage", "open", "15.08.2025", "", "18 000", "6 000", ""],
        ["HF-090", "Old Mill Players", "stage", "closed", "02.12.2024", "30.07.2025", "-3 000", "-3 000", "0"],
        ["Total", "", "", "", "", "", "64 450.50", "40 600", "-1 600"],
        ["Notes"],
        ["1", "HF-103: the closing letter of 2 October 2025 is awaited"],
        ["2", "HF-090 repaid 3 000 florins"],
    ]
    path = folder / "07_grants" / "ledger.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join("\t".join(row) + "\n" for row in rows).encode())


def training(folder: Path) -> None:
    with workbook(folder / "09_training" / "return.xlsx") as book:
        put(book.add_worksheet("Cover"), "A1", [
            ["COASTAL TRAINING FUND: RETURN OF THE QUARTER"],
            [],
            [None, "Reporting centre", "Lime Strand Training Centre"],
            [None, "Returned by", "Head of centre"],
            [None, "Period", "Q2 FY 2025/26"],
            [None, "Unit of money", "thousand crowns"],
            [None, "State of the accounts", "closed"],
            [None, "Accounts closed on", date(2025, 10, 12)],
            [None, "Contact", "centre@lime-strand.invalid"],
            [None, "Kinds of course", "welding, nets, sailing"],
            [],
            [None, "Teachers at the end of the quarter", 23, None, "Trainees enrolled", 318],
            [None, "Courses held", 14, None, "Trainees who finished", 287],
            [None, "Granted by the fund", 640, None, "Spent in the quarter", 512.75],
            [None, "Fees collected", 48.5, None, "Repaid to the fund", -36],
            [],
            [None, "Form CT-4, edition 3, page 1 of 2"],
        ])  # fmt: skip
        annex = book.add_worksheet("Annex")
        merge(annex, "C3:D3", "E3:F3")
        put(annex, "A1", [
            ["Annex. Courses by sex of trainee"],
            [],
            ["Course", "Sex", "Trainees", None, "Spending"],
            [None, None, "Q2 2025/26", "Q2 2024/25", "Q2 2025/26", "Q2 2024/25"],
            ["Welding", "F", 41, 33, 70.25, 61],
            [None, "M", 96, 101, 160, 158.5],
            ["Nets", "F", 88, 90, 120.5, 118],
            [None, "M", 22, 19, 40, 36.5],
            ["Sailing", "F", 17, 12, 37, 25.5],
            [None, "M", 54, 49, 85, 80],
            ["All courses", None, 318, 304, 512.75, 479.5],
        ])  # fmt: skip


SHAPES = (outturn, clinic, farms, harbour_dues, loans, school, grants, relief, training, rice)


def draw(folder: Path) -> None:
    """All ten returns, below a folder."""
    for shape in SHAPES:
        shape(folder)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
