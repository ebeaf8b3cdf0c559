"""The reports of an invented second programme as workbooks: `python -m samples.second_programme.draw FOLDER`.

The true figures are figures.yml, what is wrong in the reports planted.yml. The same rows always give the same files; no file of
the sample nation's depends on any of it.
"""

from __future__ import annotations

import csv
import io
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml
from xlsxwriter.utility import xl_cell_to_rowcol

HERE = Path(__file__).resolve().parent
DRAWN_AT = datetime(2025, 11, 30)
PLAYED_UNTIL = "2025-11-30T21:00:00+07:00"
SENDER = "board"
FORMS = ("outlay", "repairs", "account")
MONEY = (
    "Granted since 1 April", "Received from the fund", "Own money", "Spent", "Repaid to the fund", "Cash at the end of the quarter",
)  # fmt: skip
# A sheet is its rows of cells from A1 on; None is an empty cell.
Rows = list[list[Any]]


def read_rows(name: str) -> Any:
    """The rows of a YAML file of this folder."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def draw(folder: Path) -> list[str]:
    """Write all reports and the manifest of their arrivals below a folder; their paths, in order."""
    truth, planted = read_rows("figures.yml"), read_rows("planted.yml")
    arrivals = []
    for quarter, told in truth["quarters"].items():
        for unit in truth["boards"]:
            for form in FORMS:
                errors = [row for row in planted if (row["quarter"], row["unit"]) == (quarter, unit)]
                errors = [row for row in errors if row.get("form", form) == form]
                if any("form" not in row for row in errors):
                    continue
                path = f"{unit}/{form}-2025-26-{quarter}.xlsx"
                _write(folder / path, _sheets(truth, quarter, unit, form, errors))
                sent = told["account_sent" if form == "account" else "sent"]
                arrivals.append((path, f"{sent}T10:00:00+07:00", SENDER, PLAYED_UNTIL))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("path", "received_at", "sender", "played_until"), *sorted(arrivals)])
    (folder / "manifest.csv").write_text(text.getvalue(), encoding="utf-8")
    return [path for path, *_ in sorted(arrivals)]


def _sheets(truth: Any, quarter: str, unit: str, form: str, errors: list[Any]) -> dict[str, Rows]:
    """The sheets of a report, with what is planted in it."""
    factor = next((row["factor"] for row in errors if "factor" in row), 1)
    sheets = {
        "outlay": lambda: _outlay(truth, quarter, unit, factor),
        "repairs": lambda: _repairs(truth, quarter, unit),
        "account": lambda: _account(truth, quarter, unit),
    }[form]()
    for cell in (cell for row in errors for cell in row.get("cells", [])):
        line, column = xl_cell_to_rowcol(cell["cell"])
        if sheets[cell["sheet"]][line][column] != cell["truth"]:
            raise ValueError(f"{unit} {quarter}: {cell['cell']} is not {cell['true']}")
        sheets[cell["sheet"]][line][column] = cell["written"]
    return sheets


def _outlay(truth: Any, quarter: str, unit: str, factor: int) -> dict[str, Rows]:
    """Money by kind of work, months across."""
    told = truth["quarters"][quarter]
    so_far = [name for name in truth["quarters"] if name <= quarter]
    lines = [
        [
            truth["kinds_of_work"][kind],
            *(amount * factor for amount in (
                row["plan"], *row[quarter], sum(sum(row[name]) for name in so_far), row["before"][quarter],
            )),
        ]
        for kind, row in truth["outlay"][unit].items()
    ]  # fmt: skip
    return {
        "Outlay": [
            ["RIVER AND COAST REPAIR GRANTS: OUTLAY"],
            [],
            ["Water board", None, "Quarter", None, "Amounts in"],
            [truth["boards"][unit], None, f"{quarter} 2025/26", None, "thousand crowns"],
            [],
            ["Kind of work", "Planned for the year", "Outlay of the month", None, None, "Since 04/2025",
             f"Same quarter {told['year_before']}"],
            [None, None, *told["months"]],
            *lines,
            ["All kinds of work", *(sum(line[column] for line in lines) for column in range(1, 7))],
        ]
    }  # fmt: skip


def _repairs(truth: Any, quarter: str, unit: str) -> dict[str, Rows]:
    """Sites, metres and workers by damage, a block for each water."""
    ends = truth["quarters"][quarter]["ends"]
    rows: Rows = [
        [f"Repairs of {truth['boards'][unit]} for the quarter ended {ends.day} {ends:%B %Y}"],
        [],
        ["Damage", "Since 1 April 2025", None, "Workers"],
        [None, "Sites finished", "Metres restored", "at the end of the quarter"],
    ]
    totals = [0.0, 0.0, 0.0]
    for water, damages in truth["repairs"][unit].items():
        counts = {damage: row[quarter] for damage, row in damages.items()}
        block = [sum(column) for column in zip(*counts.values(), strict=True)]
        totals = [total + part for total, part in zip(totals, block, strict=True)]
        rows += [[f"Water: {truth['waters'][water]}"], *([damage, *numbers] for damage, numbers in counts.items())]
        rows += [["Total of the water", *block]]
    return {"Repairs": [*rows, ["All waters", *totals], ["Notes"], ["Heavy: more than 3 metres are gone"]]}


def _account(truth: Any, quarter: str, unit: str) -> dict[str, Rows]:
    """A cover of labels and values, and the list of grants."""
    told = truth["account"][unit][quarter]
    grants = [
        [row["grant"], truth["kinds_of_work"][row["kind"]], row[quarter], row["decided_on"],
         row["finished_on"] if row[quarter] == "finished" else None, row["amount"]]
        for row in truth["grants"][unit] if quarter in row
    ]  # fmt: skip
    return {
        "Account": [
            ["RIVER AND COAST REPAIR GRANTS: ACCOUNT OF THE QUARTER"],
            [],
            ["Water board", truth["boards"][unit]],
            ["Period", f"{quarter} FY 2025/26"],
            ["Amounts in", "thousand crowns"],
            ["State of the account", told["state"]],
            ["Closed on", told.get("closed_on")],
            ["Sources", told["sources"]],
            ["Contact", f"accounts@{unit}.invalid"],
            [],
            *([label, amount] for label, amount in zip(MONEY, told["money"], strict=True)),
        ],
        "Grants": [
            ["Grants decided since 1 April 2025"],
            [],
            ["Grant no", "Kind of work", "Status", "Decided on", "Finished on", "Amount"],
            *grants,
            ["Total", None, None, None, None, sum(row[-1] for row in grants)],
        ],
    }


def _write(path: Path, sheets: dict[str, Rows]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    book.set_properties({"created": DRAWN_AT})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for line, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, date):
                    sheet.write_datetime(line, column, datetime(value.year, value.month, value.day))
                elif value is not None:
                    sheet.write(line, column, value)
    book.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
