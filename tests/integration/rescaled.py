"""A workbook as a person would have sent it who took another unit of money for the one that stands in its header."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import openpyxl

POWERS = (-9, -6, -3, 3, 6, 9)
FIRST_HEADER = "STT"
WRITTEN_NUMBER = re.compile(r"-?\d{1,3}(\.\d{3})*(,\d+)?")
FIRST_AMOUNT = {"Kinh phí": 3, "Đề án địa phương": 5}
UNIT_OF_LINE = {"Đề án địa phương": 4}


def rescaled(workbook: bytes, power: int) -> bytes:
    """A money report with every amount ten to the `power` times as large; counts, and whatever is no number, stay.

    Amounts stand below the header of the first sheet, and in the lines of the second whose unit of measure is money.
    """
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    n_changed = 0
    for sheet in book.worksheets:
        head = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == FIRST_HEADER)
        for row in sheet.iter_rows(min_row=head + 1, min_col=FIRST_AMOUNT[sheet.title]):
            line = row[0].row
            unit_column = UNIT_OF_LINE.get(sheet.title)
            if unit_column and "đồng" not in str(sheet.cell(line, unit_column).value):
                continue
            for cell in row:
                changed = _times(cell.value, power)
                if changed != cell.value:
                    cell.value = changed
                    n_changed += 1
    assert n_changed > 10, n_changed
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _times(value: Any, power: int) -> Any:
    """A number, or a number written as text with a decimal comma, times a power of ten; anything else as it is."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        changed = Decimal(str(value)).scaleb(power)
        return int(changed) if changed == changed.to_integral_value() else float(changed)
    if isinstance(value, str) and WRITTEN_NUMBER.fullmatch(value):
        changed = Decimal(value.replace(".", "").replace(",", ".")).scaleb(power)
        whole, _, part = f"{changed:,f}".partition(".")
        return whole.replace(",", ".") + (f",{part}" if part else "")
    return value
