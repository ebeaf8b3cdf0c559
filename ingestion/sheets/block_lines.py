"""The blocks of a table while its lines are read: headings give the lines below them a key, totals get the key of their block."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ingestion.findings import Finding, find
from ingestion.form_sheet import Column
from ingestion.register import Register
from ingestion.sheets.blocks import (
    Block,
    Blocks,
    Heading,
    blocks_of_totals,
    heading_above,
    heading_in,
    is_bare,
    meant_heading,
    unread_heading,
)
from ingestion.sheets.layout import Table
from ingestion.sheets.line import Line, TableLines
from ingestion.sheets.line_keys import KEY_OF_TYPE, LineKeys, keys_of, place_of
from ingestion.sheets.own_codes import dimension_key, spellings_of
from ingestion.written.quantities import read_cell


class BlockLines:
    """The blocks of a table as its rows go by; of a table without blocks, nothing."""

    def __init__(self, table: Table, register: Register, day: date) -> None:
        self.table, self.register, self.day = table, register, day
        self.repeated = table.form_sheet.repeat_by
        self.blocks = Blocks()
        self.said: list[Finding] = []
        first = heading_above(table, self.repeated) if self.repeated else None
        if first:
            self.said = self._begin(first)

    @property
    def has_begun(self) -> bool:
        """Whether a heading stands above."""
        return self.blocks.current is not None

    def heading_in(self, index: int) -> tuple[Heading | None, list[Finding]]:
        """The heading in a row, which begins a block, and the finding of one that nobody knows."""
        said, self.said = self.said, []
        if self.repeated is None:
            return None, said
        row = self.table.sheet.rows[index]
        heading = heading_in(row, index, self.repeated, self.table)
        if heading is None and self._heads_lines(index) and (meant := meant_heading(row, index, self.repeated, self._known)):
            self.blocks.begin(Block(meant, {}, {}, is_read=False))
            return meant, [*said, unread_heading(self.table, meant, self._column, [self.repeated.heading])]
        if heading is None or (is_bare(self.repeated.heading) and not self._reads(heading) and not self._heads_lines(index)):
            return None, said  # a note of one text, where any text may be a heading
        return heading, said + self._begin(heading)

    def given_to(self, filled: dict[str, object]) -> dict[str, object]:
        """A line with the key of its block, where its own cell for that is empty."""
        if self.repeated is None or self.blocks.current is None or self.repeated.column in filled:
            return filled
        return {self.repeated.column: self.blocks.current.heading.value, **filled}

    def has_keys(self, number: int, has_number: bool, read: LineKeys, findings: list[Finding]) -> bool:
        """Whether a line stands in a block that is known; a line with figures above the first heading is said."""
        if self.repeated is None:
            return True
        if self.blocks.current is not None:
            return self.blocks.current.is_read or all(column.name != self.repeated.column for column in read.unread)
        column = self.table.form_sheet.column_by_name[self.repeated.column]
        is_typed = column.name in self.table.positions and column not in read.unread and not column.is_dimension
        if column.name in read.codes or is_typed:
            return True
        if has_number:
            place = place_of(self.table, number)
            findings.append(find("line_before_heading", **place, expected=self.repeated.heading, header=column.headers[0]))
        return False

    def line(self, line: Line, index: int) -> None:
        """A line has been read; `index` is its place among the lines."""
        if line.line_kind == "total":
            self.blocks.total(index)

    def settle(self, out: TableLines) -> None:
        """Give each total of a block the block's key; a total of all blocks keeps none."""
        sheet = self.table.form_sheet
        for index, block in blocks_of_totals(self.blocks, out.lines, self.table).items():
            codes = {**sheet.keys, **block.codes}
            key = {"dimension_key": dimension_key(codes, sheet)} if codes else {}
            out.lines[index] = replace(out.lines[index], line_kind="block_total", keys={**block.keys, **key}, codes=codes)
        out.findings += self.said

    @property
    def _column(self) -> Column:
        return self.table.form_sheet.column_by_name[self.repeated.column if self.repeated else ""]

    def _begin(self, heading: Heading) -> list[Finding]:
        keys, codes = self._read(heading)
        self.blocks.begin(Block(heading, keys, codes, bool(keys or codes)))
        if keys or codes:
            return []
        return [unread_heading(self.table, heading, self._column, self._known)]

    @property
    def _known(self) -> list[str]:
        """The codes that may stand in a heading; none where any text may."""
        return list(dict.fromkeys(spellings_of(self._column, self.register).values()))

    def _read(self, heading: Heading) -> tuple[dict[str, str], dict[str, str]]:
        """The key of raw.line, or the own code, that a heading gives; both empty where it says nothing that is known."""
        column, name = self._column, KEY_OF_TYPE.get(self._column.type, "line_unit_key")
        read = keys_of({column.name: heading.value}, {column.name: heading.value}, self.table, self.register, self.day)
        if column.is_dimension:
            code = read.codes.get(column.name)
            return {}, {column.name: code} if code else {}
        is_known = column not in (*read.unread, *read.unknown) and name in read.keys
        return {name: read.keys[name]} if is_known else {}, {}

    def _reads(self, heading: Heading) -> bool:
        return any(self._read(heading))

    def _heads_lines(self, index: int) -> bool:
        """Whether the next filled row below a heading holds a number, so that it is no note."""
        places = self.table.positions.values()
        for row in self.table.sheet.rows[index + 1 :]:
            cells = [row[place] for place in places if place < len(row) and row[place] not in ("", None)]
            if cells:
                return len(cells) > 1 and any(read_cell(cell).value is not None for cell in cells)
        return False
