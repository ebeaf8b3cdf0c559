"""A second witness of an ods file: its own XML, which holds the value of each cell and, beside it, the text that people see."""

from __future__ import annotations

import re
from decimal import Decimal

from lxml import etree

from ingestion.readers.texts_beside import TextBeside
from ingestion.readers.witness import Place, Witness
from ingestion.readers.xlsx_parts import local, number_of, parse
from ingestion.written.quantities import number_readings

MOST_REPEATED = 1000  # formatting repeats empty cells to the end of the sheet; what holds something is not repeated so often
NUMBERS = ("float", "currency")
MOST_THOUSANDS = 4
_DIGITS = re.compile(r"\d[\d.,\s]*\d|\d")
_WORDS = re.compile(r"[^\W\d_][^\d]*|[€£¥₫$]")


def ods_witnesses(content: bytes) -> dict[str, Witness]:
    """Sheet name → its witness. Raises etree.XMLSyntaxError."""
    return {_attribute(table, "name") or "": _witness(table) for table in parse(content).iter("{*}table")}


def _witness(table: etree._Element) -> Witness:
    witness, row_number = Witness(), 0
    for row in table.iter("{*}table-row"):
        repeated = int(_attribute(row, "number-rows-repeated") or 1)
        column = 0
        for cell in row:
            if local(cell.tag) not in ("table-cell", "covered-table-cell"):
                continue
            n = int(_attribute(cell, "number-columns-repeated") or 1)
            shown = "\n".join("".join(part.itertext()) for part in cell if local(part.tag) == "p")
            if len(cell) and n <= MOST_REPEATED and repeated <= MOST_REPEATED:
                places = [(row_number + r + 1, column + c) for r in range(repeated) for c in range(n)]
                _judge(witness, cell, shown.strip(), places)
            column += n
        if _attribute(row, "visibility") in ("collapse", "filter"):
            witness.hidden_rows.update(range(row_number + 1, row_number + 1 + min(repeated, MOST_REPEATED)))
        row_number += repeated
    witness.beside = tuple(_beside(table))
    return witness


def _beside(table: etree._Element) -> list[TextBeside]:
    """The texts of boxes and comments."""
    found = []
    for element in table.iter("{*}text-box", "{*}custom-shape", "{*}annotation"):
        kind = "comment" if local(element.tag) == "annotation" else "box"
        text = "\n".join("".join(part.itertext()) for part in element.iter("{*}p"))
        if text.strip():
            found.append(TextBeside(kind, text))
    return found


def _judge(witness: Witness, cell: etree._Element, shown: str, places: list[Place]) -> None:
    """An error has a formula and shows a text of its own: #DIV/0!, Err:502. A number shows what its format makes of it."""
    kind = _attribute(cell, "value-type")
    is_error = any(value == "error" for name, value in cell.attrib.items() if local(name) == "value-type")
    is_error = is_error or (_attribute(cell, "formula") is not None and shown.startswith(("#", "Err:")))
    number = number_of(_attribute(cell, "value") or "") if kind in NUMBERS else None
    for place in places:
        if is_error or (kind is None and shown.startswith(("#", "Err:"))):
            witness.faults[place] = shown
        elif kind == "percentage":
            witness.percent_cells.add(place)
        elif number:
            _hold_against(witness, place, number, shown)


def _hold_against(witness: Witness, place: Place, number: float, shown: str) -> None:
    """Hold a number against the text that people see: hidden, divided by thousands, with words beside it."""
    digits = _DIGITS.search(shown)
    if digits is None:
        witness.unseen[place] = f"{number:.15g}"
        return
    read = number_readings("".join(digits[0].split()))
    if read and not any(_is_rounded(number, value, decimals) for value, decimals in read):
        divided = [n for n in range(1, MOST_THOUSANDS) if any(_is_rounded(number / 1000**n, *each) for each in read)]
        if divided:
            witness.thousands[place] = divided[0]
    words = _WORDS.search(shown)
    if words and words[0].casefold().strip("+- ") != "e":  # 1,5E+06 has no words
        witness.shown_words[place] = words[0].strip()


def _is_rounded(number: float, value: Decimal, decimals: int) -> bool:
    """Whether a printed value is a number rounded, or cut, to its decimals."""
    return abs(abs(number) - float(value)) <= 10.0**-decimals * 1.000001


def _attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name; of two namespaces that have it, the first."""
    return next((value for key, value in element.attrib.items() if local(key) == name), None)
