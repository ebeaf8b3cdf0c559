"""Workbooks (xlsx, xlsm, xls, xlsb, ods) → sheets, by python-calamine, with a second witness of every cell where there is one.

calamine gives an error cell and a formula without a result as an empty cell, and an empty cell may lawfully mean zero. So the XML
of xlsx and ods is read a second time (ingestion.readers.witness, ods_witness); of xls the error cells and what number formats show,
of xlsb the error cells. An xlsx that calamine cannot open, but whose XML can be read, is read from its XML alone.
"""

from __future__ import annotations

import io
import re
import zipfile

from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ingestion.findings import ReturnedFile, find
from ingestion.readers.binary_faults import xls_witnesses, xlsb_faults
from ingestion.readers.containers import DAMAGE
from ingestion.readers.ods_witness import ods_witnesses
from ingestion.readers.packages import in_common_names, main_part, without_preamble
from ingestion.readers.sheets import Sheet
from ingestion.readers.witness import Witness, witness_of
from ingestion.readers.xlsx_package import NO_PACKAGE, Package, read_package
from ingestion.readers.xlsx_parts import merged_ranges, parse

MAX_CELLS = 20_000_000  # a rectangle from the first to the last used cell; a lone cell in XFD1048576 would fill the memory
LAST_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
FAR_COLUMN = re.compile(rb'\br="[A-Z]{3}\d+"')
NO_WITNESS = Witness()


def read_workbook(data: bytes) -> list[Sheet]:
    """Every worksheet of a workbook with its cells; raises ReturnedFile when it is locked, broken or spread too far."""
    try:
        data = in_common_names(without_preamble(data))
        package, witnesses = _structure(data)
    except (*DAMAGE, etree.LxmlError) as error:
        raise ReturnedFile(find("file_broken", written=str(error))) from error
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            _sheet_of(workbook, meta, package, witnesses.get(meta.name))
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise ReturnedFile(find("file_password")) from error
    except (CalamineError, OSError, etree.LxmlError, ValueError) as error:
        return _from_xml_alone(package, error)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # calamine gave up; its class is not importable
            raise
        return _from_xml_alone(package, error)


def _from_xml_alone(package: Package, cause: BaseException) -> list[Sheet]:
    """The sheets of an xlsx that the fast reader cannot open; raises ReturnedFile where the XML cannot be read either."""
    try:
        sheets = []
        for name, xml in package.sheets.items():
            witness = witness_of(xml, package, [], 1, 0)
            merged = merged_ranges(parse(xml))
            sheets.append(_seen(name, [], 0, 0, package, witness, is_hidden=name in package.hidden, merged=merged))
    except (etree.LxmlError, ValueError):
        sheets = []
    if not any(sheet.rows for sheet in sheets):
        raise ReturnedFile(find("file_broken", written=str(cause))) from cause
    return sheets


def _structure(data: bytes) -> tuple[Package, dict[str, Witness]]:
    """The parts of an xlsx to be witnessed, or the witnesses of another format by the name of a sheet."""
    if not data.startswith(b"PK"):
        return NO_PACKAGE, xls_witnesses(data)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if main_part(package) == "xl/workbook.bin":
            return NO_PACKAGE, {name: Witness(faults) for name, faults in xlsb_faults(package).items()}
        if "content.xml" in package.namelist():
            return NO_PACKAGE, ods_witnesses(package.read("content.xml"))
        parts = read_package(package)
    for name, xml in parts.sheets.items():
        _refuse_spread(name, xml)
    return parts, {}


def _sheet_of(workbook: CalamineWorkbook, meta: SheetMetadata, package: Package, witness: Witness | None) -> Sheet:
    sheet = workbook.get_sheet_by_name(meta.name)
    rows = sheet.to_python(skip_empty_area=True)
    first_row, first_column = sheet.start or (0, 0)
    if meta.name in package.sheets:
        witness = witness_of(package.sheets[meta.name], package, rows, first_row + 1, first_column)
    merged = tuple((top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())
    is_hidden = meta.visible != SheetVisibleEnum.Visible
    return _seen(
        meta.name, rows, first_row, first_column, package, witness or NO_WITNESS, is_hidden=is_hidden, merged=merged
    )


def _seen(
    name: str,
    rows: list[list[object]],
    first_row: int,
    first_column: int,
    package: Package,
    seen: Witness,
    *,
    is_hidden: bool,
    merged: tuple[tuple[int, int, int, int], ...],
) -> Sheet:
    """A sheet as both witnesses see it; the first row and column count from 0."""
    if not rows and seen.values:  # the fast reader saw nothing at all, as of a part in UTF-16
        rows, first_row, first_column = _grid(seen.values)
    doubtful = dict(seen.doubtful)
    for (row, column), value in seen.values.items():
        line, position = row - first_row - 1, column - first_column
        if 0 <= line < len(rows) and 0 <= position < len(rows[line]):
            rows[line][position] = value
        else:
            doubtful[row, column] = str(value)
    for (row, column), (whole, plain) in seen.apart.items():
        if plain.strip():
            rows[row - first_row - 1][column - first_column] = plain
        else:
            doubtful[row, column] = whole
    return Sheet(
        name=name,
        rows=rows,
        first_row=first_row + 1,
        first_column=first_column,
        is_hidden=is_hidden,
        hidden_rows=frozenset(seen.hidden_rows),
        hidden_columns=frozenset(seen.hidden_columns),
        merged=merged,
        formula_faults=seen.faults | doubtful,
        doubtful=doubtful,
        percent_cells=frozenset(seen.percent_cells),
        thousands=seen.thousands,
        shown_words=seen.shown_words,
        unseen=seen.unseen,
        never_calculated=seen.never_calculated,
        apart={place: whole for place, (whole, _) in seen.apart.items()},
        day_offset=seen.day_offset,
        beside=package.beside.get(name, seen.beside),
    )


def _grid(values: dict[tuple[int, int], object]) -> tuple[list[list[object]], int, int]:
    """Rows of cells from cells by place, with the numbers of the first row and column (0 is the first)."""
    top, bottom = min(row for row, _ in values), max(row for row, _ in values)
    left, right = min(column for _, column in values), max(column for _, column in values)
    if (bottom - top + 1) * (right - left + 1) > MAX_CELLS:
        raise ReturnedFile(find("file_too_spread", written=f"{bottom} × {right + 1}"))
    rows: list[list[object]] = [[""] * (right - left + 1) for _ in range(bottom - top + 1)]
    return rows, top - 1, left


def _refuse_spread(name: str, xml: bytes) -> None:
    # a row that only shows a format holds nothing, however far down it stands
    start = xml.rfind(b"<row ", 0, max(xml.rfind(b"</v>"), xml.rfind(b"</is>"), xml.rfind(b"</f>"), 0))
    found = LAST_ROW.search(xml, start) if start >= 0 else None
    n_rows = int(found[1]) if found else 0
    n_columns = 16384 if FAR_COLUMN.search(xml) else 702
    if n_rows * n_columns > MAX_CELLS and (n_columns > 702 or n_rows > 200_000):
        raise ReturnedFile(find("file_too_spread", sheet_name=name, written=f"{n_rows} × {n_columns}"))
