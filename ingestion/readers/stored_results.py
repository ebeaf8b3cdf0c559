"""Formula cells whose stored result is 0 though their own cells say otherwise: the workbook was never calculated, or not since."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from ingestion.readers.formulas import shifted, value_of
from ingestion.readers.xlsx_parts import content_of, local, number_of
from ingestion.written.text import column_index

CLOSE_TO_NOTHING = 1e-9
Place = tuple[int, int]


class _Cell(NamedTuple):
    number: float | None
    formula: str | None


def contradicted_formulas(root: etree._Element) -> dict[Place, str]:
    """(row, column) → "=formula" of a sheet's cells whose stored 0 their formula contradicts."""
    cells = dict(_numbers(root))

    def stored(place: Place) -> float | None:
        cell = cells.get(place)
        return cell.number if cell else None

    def formula_at(place: Place) -> str | None:
        cell = cells.get(place)
        return cell.formula if cell and cell.formula and cell.number == 0 else None

    found = {}
    for place, cell in cells.items():
        if cell.formula and cell.number == 0:
            value = value_of(cell.formula, stored, formula_at)
            if value is not None and abs(value) > CLOSE_TO_NOTHING:
                found[place] = f"={cell.formula}"
    return found


def _numbers(root: etree._Element) -> list[tuple[Place, _Cell]]:
    """The cells that hold a number or a formula; a shared formula as it stands in each of its cells."""
    found, shared, row_number = [], {}, 0
    for row in root.iter("{*}row"):
        row_number, column = int(row.get("r") or row_number + 1), -1
        for element in row:
            reference = element.get("r")
            column = column_index(reference.rstrip("0123456789")) if reference else column + 1
            kind = element.get("t", "n")
            if not len(element) or kind not in ("n", "str"):
                continue
            text, formula, _ = content_of(kind, element, [])
            for child in element:
                key = child.get("si") if local(child.tag) == "f" else None
                if key is not None and formula:
                    shared[key] = ((row_number, column), formula)
                elif key is not None and key in shared:
                    (top, left), master = shared[key]
                    formula = shifted(master, row_number - top, column - left)
            found.append(((row_number, column), _Cell(number_of(text or ""), formula)))
    return found
