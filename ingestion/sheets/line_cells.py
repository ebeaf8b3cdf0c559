"""The readings of the quantity cells of one line, each in the unit of its column, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ingestion.findings import Finding, find
from ingestion.form import Form
from ingestion.form_sheet import Column
from ingestion.register import Register
from ingestion.sheets.cells import Reading, in_column_unit, in_whole_parts
from ingestion.sheets.layout import Table
from ingestion.sheets.line import Line, TableLines
from ingestion.sheets.line_keys import place_of
from ingestion.sheets.line_kinds import is_wanted
from ingestion.sheets.money_units import is_amount, is_another_unit, own_unit, unit_expected, unit_of_name
from ingestion.sheets.table_cells import UNDER_MERGED, covered_cells, mark_of, reading_of, told_by_structure
from ingestion.written.money_units import money_factor
from ingestion.written.quantities import read_cell


@dataclass(frozen=True)
class LineCells:
    """The quantity cells of a table's lines; `default_factor` is đồng a unit of money where the column's header names none."""

    table: Table
    form: Form
    register: Register
    default_factor: int

    @cached_property
    def quantities(self) -> list[Column]:
        return [c for c in self.table.form_sheet.columns if c.is_quantity and c.name in self.table.positions]

    @cached_property
    def _covered(self) -> set[tuple[int, int]]:
        return covered_cells(self.table)

    @cached_property
    def _marks(self) -> dict[str, Callable[[], str | None]]:
        return {column.name: mark_of(self.table, column.name) for column in self.quantities}

    def read_into(self, out: TableLines, line: Line, filled: dict[str, object]) -> None:
        """Add the readings of a line's cells: of details and totals every one, of headings the filled ones."""
        table, register, number = self.table, self.register, line.row_number
        own = own_unit(table, line.texts)
        own_factor, named = money_factor(own) if own else None, unit_of_name(table, line.texts)
        covered, marks, default_factor = self._covered, self._marks, self.default_factor
        for column in self.quantities:
            if line.line_kind == "label" and column.name not in filled:
                continue
            if line.line_kind == "detail" and not is_wanted(column, line.keys, self.form, table, register):
                if column.name in filled and read_cell(filled[column.name]).value:
                    place = place_of(table, number, column)
                    out.findings.append(
                        find("figure_not_from_here", **place, written=line.texts[column.name], header=column.headers[0])
                    )
                continue
            factor = table.money_factors.get(column.name, default_factor)
            is_money = is_amount(column, line.keys, register)
            line_factor = (named if is_money and not own else None) or factor
            written = filled.get(column.name, "")
            mark = marks[column.name]
            reading = reading_of(table, number, column, written, covered, register, line_factor, mark, is_money)
            if line_factor != factor:
                reading = in_column_unit(reading, line_factor, factor)
            if own and column.type == "by_indicator" and reading.decimals is not None:
                if own_factor:
                    reading = in_column_unit(reading, own_factor, factor)
                elif is_another_unit(own, line.keys, register):
                    out.findings.append(self._unit_unknown(line, column, own))
                    reading = Reading("unreadable")
            if is_money:
                reading = in_whole_parts(reading, factor)
            if reading is UNDER_MERGED:
                out.findings.append(find("merged_cells", **place_of(table, number, column)))
            out.findings += told_by_structure(table, number, column, reading, factor)
            out.cells.append((number, column.name, reading))

    def _unit_unknown(self, line: Line, column: Column, written: str) -> Finding:
        place = place_of(self.table, line.row_number, column)
        return find("line_unit_unknown", **place, written=written, expected=unit_expected(line.keys, self.register))
