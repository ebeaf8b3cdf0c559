"""A second witness of a workbook's cells: its own XML, read apart from the fast reader, cell by cell.

What the fast reader gives is believed where both say the same. Where a cell shows something and no value came, where the two
differ, or where a stored result contradicts its own formula, the cell is told and never blank, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from lxml import etree

from ingestion.readers.number_formats import Shown, does_nothing, shown_by
from ingestion.readers.stored_results import contradicted_formulas
from ingestion.readers.texts_beside import TextBeside
from ingestion.readers.xlsx_package import Package
from ingestion.readers.xlsx_parts import SharedText, content_of, decoded, number_of, parse
from ingestion.written.text import column_index

YES = ("1", "true")
DIGITS = "0123456789"
Place = tuple[int, int]


@dataclass
class Witness:
    """What the structure of a sheet says beside what the fast reader gives.

    faults        cells that are an error or show something that could not be read: (row, column) → what stands there
    doubtful      cells of which the two readers say different things, or whose text is all struck out: → what the XML shows
    never_calculated  formula cells whose stored result contradicts the formula: → the formula
    values        cells that the fast reader left blank and that hold this value
    apart         texts with raised, lowered or struck out runs: → (the whole text, the text without them)
    percent_cells, thousands  what number formats show: a hundredfold; divided by 1000 so many times
    shown_words   what number formats show beside a number: "nghìn đồng", "$"
    unseen        numbers that their format hides, or whose minus it hides: → the number
    beside        texts that stand over the sheet, in no cell (of an xlsx the package knows them)
    """

    faults: dict[Place, str] = field(default_factory=dict)
    doubtful: dict[Place, str] = field(default_factory=dict)
    never_calculated: dict[Place, str] = field(default_factory=dict)
    values: dict[Place, object] = field(default_factory=dict)
    apart: dict[Place, tuple[str, str]] = field(default_factory=dict)
    percent_cells: set[Place] = field(default_factory=set)
    thousands: dict[Place, int] = field(default_factory=dict)
    shown_words: dict[Place, str] = field(default_factory=dict)
    unseen: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    day_offset: int = 0
    beside: tuple[TextBeside, ...] = ()


def witness_of(xml: bytes, package: Package, rows: list[list[object]], first_row: int, first_column: int) -> Witness:
    """The witness of one sheet's XML beside the fast reader's rows. Raises etree.XMLSyntaxError and UnlawfulXml.

    One tight loop over all cells: a night reads hundreds of thousands.
    """
    out, doubtful = Witness(day_offset=package.day_offset), False
    told = {str(n): code for n, code in enumerate(package.formats) if not does_nothing(code)}
    row_number, root, texts = 0, parse(xml), package.texts
    for row in root.iter("{*}row"):
        row_number = int(row.get("r") or row_number + 1)
        if row.get("hidden") in YES:
            out.hidden_rows.add(row_number)
        index, column = row_number - first_row, -1
        given_row = rows[index] if 0 <= index < len(rows) else ()
        for cell in row:
            reference = cell.get("r")
            column = _column_of(reference.rstrip(DIGITS)) if reference else column + 1
            if not len(cell):
                continue
            position = column - first_column
            given = given_row[position] if 0 <= position < len(given_row) else ""
            kind, first, style = cell.get("t", "n"), cell[0], cell.get("s")
            if style in told and kind == "n":
                note_format(out, (row_number, column), told[style], content_of(kind, cell, texts)[0])
            if kind == "s" and type(given) is str and len(cell) == 1 and _is_text(first, given, texts):
                continue
            if kind == "inlineStr" and type(given) is str and len(cell) == 1 and _is_inline(first, given):
                continue
            if kind == "n" and type(given) is float and len(cell) == 1 and _is_number(first, given):
                continue
            doubtful |= _compare(out, (row_number, column), kind, cell, given, texts)
    for element in root.iter("{*}col"):
        if element.get("hidden") in YES:
            first, last = int(element.get("min", "1")), int(element.get("max", "1"))
            out.hidden_columns.update(range(first - 1, min(last, 702)))
    if doubtful:
        out.never_calculated = contradicted_formulas(root)
    return out


@cache
def _column_of(letters: str) -> int:
    return column_index(letters)


def _is_number(element: etree._Element, given: float) -> bool:
    """Whether a value of XML is plainly the number that the fast reader gave."""
    try:
        return float(element.text or "") == given
    except ValueError:
        return False


def _is_inline(element: etree._Element, given: str) -> bool:
    """Whether an inline text of one piece is plainly the text that the fast reader gave."""
    return len(element) == 1 and element[0].text == given and element[0].tag.endswith("}t")


def _is_text(element: etree._Element, given: str, texts: list[SharedText]) -> bool:
    """Whether a value of XML is plainly the shared text that the fast reader gave."""
    try:
        whole, plain = texts[int(element.text or "")]
    except (ValueError, IndexError):
        return False
    return plain is None and whole == given


def note_format(out: Witness, place: Place, format_code: str, written: str | None) -> None:
    """What a format code shows of the number that a cell holds as text."""
    number = number_of(written or "")
    if number is not None:
        note_shown(out, place, shown_by(format_code, number), number)


def note_shown(out: Witness, place: Place, shown: Shown, number: float) -> None:
    """What is shown of a number, kept at its place."""
    if shown.is_percent:
        out.percent_cells.add(place)
    if shown.thousands:
        out.thousands[place] = shown.thousands
    if shown.words:
        out.shown_words[place] = shown.words
    if shown.is_unseen:
        out.unseen[place] = f"{number:.15g}"


def _compare(
    out: Witness, place: Place, kind: str, cell: etree._Element, given: object, texts: list[SharedText]
) -> bool:
    """Hold one cell against what was given for it; whether it has a formula with a stored 0, which may contradict it."""
    text, formula, runs = content_of(kind, cell, texts)
    given = "" if given is None else given
    if kind == "n" and text is not None:
        text = text.strip()
        given = _number_given(given)
    if kind == "e":
        out.faults[place] = text or "#ERROR"
    elif not text:
        if formula is not None and kind != "str":
            out.faults[place] = f"={formula}"
    elif kind == "n":
        number = number_of(text)
        if number is None:
            if str(given).casefold() != text.casefold():
                out.doubtful[place] = text
        elif given == "":
            out.values[place] = number
        elif isinstance(given, bool | str) or (isinstance(given, int | float) and float(given) != number):
            out.doubtful[place] = text
        return formula is not None and number == 0
    elif given == "" and text.strip():
        out.values[place] = text
    elif isinstance(given, str) and kind in ("s", "str", "inlineStr") and given != text and _words(given) != _words(text):
        out.doubtful[place] = text
    if runs is not None and runs.plain is not None and runs.plain.strip() != runs.whole.strip():
        out.apart[place] = (runs.whole, runs.plain)
    return False


def _number_given(given: object) -> object:
    """The fast reader gives a number with white space around it as text; where both say one number, that is the number."""
    number = number_of(given.strip()) if isinstance(given, str) and given != given.strip() else None
    return "" if number is not None else given


def _words(text: str) -> str:
    return "".join(decoded(text).split())
