"""Blocks of a table under headings between its lines: where they begin, which key they give, and which total is of which block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from ingestion.findings import Finding, find
from ingestion.form_sheet import Column, Repeated
from ingestion.sheets.headers import text_of
from ingestion.sheets.layout import Table
from ingestion.sheets.line import Line
from ingestion.written.patterns import value_in
from ingestion.written.quantities import read_cell
from ingestion.written.text import folded

LIKE = 0.75  # how alike the words of a misspelt heading are: "regoin" and "region" are 0.83


@dataclass(frozen=True)
class Heading:
    """A heading of a block: what it says, the row index and the position of its cell."""

    value: str
    index: int
    position: int


@dataclass
class Block:
    """The block that a line stands in: its heading, its keys and codes as raw.line names them; `is_read`: they are known."""

    heading: Heading
    keys: dict[str, str]
    codes: dict[str, str]
    is_read: bool = True


@dataclass
class Blocks:
    """The blocks of a table as its rows go by, and the total lines, whose block is told when all are known."""

    current: Block | None = None
    seen: list[Block] = field(default_factory=list)
    # ("heading" | "total", the number of the block, the index of a total in the lines)
    events: list[tuple[str, int, int]] = field(default_factory=list)

    def begin(self, block: Block) -> None:
        self.current = block
        self.seen.append(block)
        self.events.append(("heading", len(self.seen), -1))

    def total(self, index: int) -> None:
        """A total stands in the block that has begun last; `index` is its place among the lines."""
        self.events.append(("total", len(self.seen), index))


def heading_in(row: Sequence[object], index: int, repeated: Repeated, table: Table) -> Heading | None:
    """The heading that stands in a row; None where none does.

    A pattern with words of its own may stand in any cell, with its value in the same cell or the next filled one. A bare {value} is
    a heading only where it is all that the row says, and neither a number nor a total.
    """
    filled = [(place, text_of(cell)) for place, cell in enumerate(row) if cell not in ("", None) and text_of(cell).strip()]
    if not filled:
        return None
    if not is_bare(repeated.heading):
        for n, (place, text) in enumerate(filled):
            with_next = [text, *(f"{text} {following}" for _, following in filled[n + 1 : n + 2])]
            value = next((found for each in with_next if (found := value_in(repeated.heading, each))), None)
            if value is not None and isinstance(row[place], str):
                return Heading(value, index, place)
        return None
    place, text = filled[0]
    is_alone = len({folded(each) for _, each in filled}) == 1 and isinstance(row[place], str)
    if not is_alone or read_cell(text).value is not None or folded(text) in map(folded, table.form_sheet.total_labels):
        return None
    return Heading(text.strip(), index, place)


def meant_heading(row: Sequence[object], index: int, repeated: Repeated, known: Iterable[str]) -> Heading | None:
    """What a row that is no heading seems to mean for one: its only text is a code that a heading has, or begins or ends nearly as
    headings do ("Regoin: South"). Taken for a note, it would leave the lines below it to the block above.
    """
    filled = [(place, cell) for place, cell in enumerate(row) if text_of(cell).strip()]
    if is_bare(repeated.heading) or not filled or not all(isinstance(cell, str) for _, cell in filled):
        return None
    text = " ".join(dict.fromkeys(str(cell) for _, cell in filled))
    words, (before, after) = folded(text).split(), (folded(part.replace("*", " ")) for part in repeated.heading.split("{value}"))
    n, m = len(before.split()), len(after.split())
    is_near = (n and _is_like(before, words[:n]) and len(words) > n) or (m and _is_like(after, words[-m:]) and len(words) > m)
    is_known = any(words == folded(code).split() for code in known)
    return Heading(text.strip(), index, filled[0][0]) if is_near or is_known else None


def _is_like(said: str, words: Sequence[str]) -> bool:
    return SequenceMatcher(None, said, " ".join(words)).ratio() >= LIKE


def is_bare(pattern: str) -> bool:
    """Whether nothing stands around the value of a heading, so that any text may be one."""
    return not folded(pattern.replace("{value}", " ").replace("*", " "))


def heading_above(table: Table, repeated: Repeated) -> Heading | None:
    """The heading of the first block where it stands above the table's header: the nearest one."""
    rows = table.sheet.rows
    found = (heading_in(rows[index], index, repeated, table) for index in range(table.top - 1, table.begin - 1, -1))
    return None if is_bare(repeated.heading) else next((each for each in found if each), None)


def unread_heading(table: Table, heading: Heading, column: Column, expected: Iterable[str]) -> Finding:
    """The finding of a heading that says nothing that is known: nobody can tell whose the lines below it are."""
    place: dict[str, Any] = {"sheet_name": table.sheet.name, "sheet_code": table.form_sheet.sheet_code}
    place |= {"cell": table.sheet.address(heading.index, heading.position), "row_number": table.sheet.row_number(heading.index)}
    return find(
        "heading_not_known", **place, written=heading.value, column_name=column.name, header=column.headers[0],
        expected=", ".join(expected) or column.headers[0],
    )  # fmt: skip


def blocks_of_totals(blocks: Blocks, lines: Sequence[Line], table: Table) -> dict[int, Block]:
    """Index of a total line → the block whose total it is; a total of all blocks is left out.

    A total is of the block that it stands in when it names that block, or more blocks follow; below the last one when the block has
    no total yet and the blocks above have theirs, or another total follows. Else it is the total of all.
    """
    found: dict[int, Block] = {}
    with_total: set[int] = set()
    last, columns = len(blocks.seen), table.form_sheet.column_by_name
    for n, (kind, number, index) in enumerate(blocks.events):
        if kind != "total" or not number:
            continue
        block = blocks.seen[number - 1]
        texts = [text for name, text in lines[index].texts.items() if not columns[name].is_quantity]
        names_it = any(f" {folded(block.heading.value)} " in f" {folded(text)} " for text in texts)
        more_totals = any(each[0] == "total" for each in blocks.events[n + 1 :])
        is_first = number not in with_total
        is_own = number < last or more_totals or bool(with_total)
        if names_it or (is_first and is_own):
            found[index] = block
            with_total.add(number)
    return found
