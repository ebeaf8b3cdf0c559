"""What is said of whole lines, in Vietnamese and English: which two are exchanged, or which one is missing and what it had."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from khuyencong.culprits.suspicions import LINE_MISSING, Hypothesis, SuspectedCell, Suspicion
from khuyencong.flags.numbers import number_en, number_vi

ROWS_EXCHANGED = "rows_exchanged"
OF_LINES = (ROWS_EXCHANGED, LINE_MISSING)
MOST_CELLS = 6


def of_lines(suspicion: Suspicion, found: Hypothesis, language: int) -> str:
    """The sentence about an event of whole lines: the rows with their codes and cells, and what to do."""
    said = (_missing if found.mechanism == LINE_MISSING else _exchanged)(suspicion, found, language)
    return f"{said} {('Độ tin cậy', 'Confidence')[language]} {round(100 * found.confidence)}%."


def _exchanged(suspicion: Suspicion, found: Hypothesis, language: int) -> str:
    rows = sorted({cell.place[2] for cell in found.cells})
    named = [
        f"{('dòng', 'row')[language]} {row} ({name})" if name else f"{('dòng', 'row')[language]} {row}"
        for row, name in zip(rows, found.lines or ("",) * len(rows), strict=False)
    ]
    sheet, count = found.cells[0].sheet_name or found.cells[0].place[1], suspicion.n_verdicts
    both = (" và ", " and ")[language].join(named)
    ordered = sorted(found.cells, key=_in_order)
    cells = _listed([f"{_address(cell)} = {_number(cell.value, cell, language)}" for cell in ordered], language)
    return (
        f"{sheet}: {both} nhiều khả năng ghi đổi chỗ cho nhau; đổi lại cả hai dòng thì khớp {count}/{count} quan hệ. Ô: {cells}.",
        f"{sheet}: {both} are probably exchanged; with the two rows put back {count}/{count} relations hold. Cells: {cells}.",
    )[language]


def _missing(suspicion: Suspicion, found: Hypothesis, language: int) -> str:
    sheet = found.cells[0].sheet_name or found.cells[0].place[1]
    amounts = found.amounts or (None,) * len(found.cells)
    pairs = sorted(zip(found.cells, amounts, strict=True), key=lambda pair: _in_order(pair[0]))
    more = _listed([f"{_address(cell)} + {_number(amount, cell, language)}" for cell, amount in pairs], language)
    which = f" ({', '.join(found.lines)})" if found.lines else ""
    return (
        f"{sheet}: nhiều khả năng thiếu một dòng{which}: dòng tổng cao hơn cộng các dòng, {more}; các số đó hợp thành một dòng. "
        "Hãy thêm lại dòng bị thiếu.",
        f"{sheet}: a line is probably missing{which}: the total line is above the sum of its lines, {more}; these amounts make up "
        "one line. Put the missing line back.",
    )[language]


def _listed(parts: Sequence[str], language: int) -> str:
    left = len(parts) - MOST_CELLS
    return "; ".join(parts[:MOST_CELLS]) + ((f" và {left} ô khác", f" and {left} more")[language] if left > 0 else "")


def _in_order(cell: SuspectedCell) -> tuple[int, int, str]:
    """Row by row, from left to right."""
    return cell.place[2], len(_address(cell)), _address(cell)


def _address(cell: SuspectedCell) -> str:
    return cell.cell_address or str(cell.place[2])


def _number(value: Decimal | None, cell: SuspectedCell, language: int) -> str:
    return "…" if value is None else (number_vi, number_en)[language](value / cell.factor)
