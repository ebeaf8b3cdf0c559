"""A second witness of an ods file: its own XML. A cell that shows an error, or a text where no value came, is told."""

from __future__ import annotations

from lxml import etree

from ingestion.readers.witness import Witness
from ingestion.readers.xlsx_parts import local, parse

MOST_REPEATED = 1000  # formatting repeats empty cells to the end of the sheet; what holds something is not repeated so often
NUMBERS = ("float", "currency", "percentage", "date", "time", "boolean")


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
            if shown.strip() and n <= MOST_REPEATED and repeated <= MOST_REPEATED:
                places = [(row_number + r + 1, column + c) for r in range(repeated) for c in range(n)]
                _judge(witness, cell, shown.strip(), places)
            column += n
        if _attribute(row, "visibility") in ("collapse", "filter"):
            witness.hidden_rows.update(range(row_number + 1, row_number + 1 + min(repeated, MOST_REPEATED)))
        row_number += repeated
    return witness


def _judge(witness: Witness, cell: etree._Element, shown: str, places: list[tuple[int, int]]) -> None:
    """An error has a formula and shows a text of its own: #DIV/0!, Err:502."""
    kind = _attribute(cell, "value-type")
    is_error = any(value == "error" for name, value in cell.attrib.items() if local(name) == "value-type")
    is_error = is_error or (_attribute(cell, "formula") is not None and shown.startswith(("#", "Err:")))
    for place in places:
        if is_error or (kind is None and shown.startswith(("#", "Err:"))):
            witness.faults[place] = shown
        elif kind == "percentage":
            witness.percent_cells.add(place)


def _attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name; of two namespaces that have it, the first."""
    return next((value for key, value in element.attrib.items() if local(key) == name), None)
