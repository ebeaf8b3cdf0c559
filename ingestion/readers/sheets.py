"""The common shape that every table reader gives: sheets of rows of cells, each with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingestion.readers.texts_beside import TextBeside
from ingestion.written.text import cell_address


@dataclass(frozen=True)
class Sheet:
    """One sheet as read.

    rows           cells as the file holds them: str, float, int, bool, date, datetime, time, "" for empty
    first_row      the number of rows[0] in the file (1 is the first)
    first_column   the column of rows[i][0] (0 is A)
    hidden_rows    numbers of rows that the sender hid; hidden_columns likewise (0 is A)
    merged         (first row, first column, last row, last column) of merged cells, in the numbers of the file
    formula_faults (row, column) → the error or the formula without a result that stands there
    percent_cells  (row, column) of cells shown as a percentage: the file holds 0.85 where people see 85 %
    thousands      (row, column) → how many thousands the number format divides by: 507801000 shown as 507,8 has two
    shown_words    (row, column) → what the number format shows beside a number: "nghìn đồng", "$"
    unseen         (row, column) → a number that its format hides, or whose minus it hides
    doubtful       (row, column) → the text of a cell that is no value, whatever it says: two readers differ, or it is struck out
    never_calculated  (row, column) → the formula whose stored result contradicts it
    apart          (row, column) → the whole text of a cell whose raised or struck out runs were left out
    day_offset     days to add to a number that stands for a day: 1462 in a workbook that counts from 1904
    widths         row → how many fields stand in that line of a delimited file; nothing for workbooks
    beside         texts that stand over the sheet or on its printed pages, in no cell
    """

    name: str
    rows: list[list[object]]
    first_row: int = 1
    first_column: int = 0
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    formula_faults: Mapping[tuple[int, int], str] = field(default_factory=dict)
    percent_cells: frozenset[tuple[int, int]] = frozenset()
    thousands: Mapping[tuple[int, int], int] = field(default_factory=dict)
    shown_words: Mapping[tuple[int, int], str] = field(default_factory=dict)
    unseen: Mapping[tuple[int, int], str] = field(default_factory=dict)
    doubtful: Mapping[tuple[int, int], str] = field(default_factory=dict)
    never_calculated: Mapping[tuple[int, int], str] = field(default_factory=dict)
    apart: Mapping[tuple[int, int], str] = field(default_factory=dict)
    day_offset: int = 0
    widths: Mapping[int, int] = field(default_factory=dict)
    beside: tuple[TextBeside, ...] = ()

    def row_number(self, index: int) -> int:
        """The file's number of rows[index]."""
        return self.first_row + index

    def address(self, index: int, position: int) -> str:
        """The address in the file of rows[index][position]."""
        return cell_address(self.first_row + index, self.first_column + position)
