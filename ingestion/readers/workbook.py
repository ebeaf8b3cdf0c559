"""Workbooks (xlsx, xlsm, xls, xlsb, ods) → sheets, by python-calamine.

calamine gives an error cell and a formula without a result as an empty cell, and an empty cell may lawfully mean zero.
So the XML of xlsx sheets is looked at as well: only for these cells, for hidden rows, and for how far the cells are spread.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ingestion.findings import ReturnedFile, find
from ingestion.readers.binary_faults import xls_faults, xlsb_faults
from ingestion.readers.sheets import Sheet
from ingestion.text import column_index

MAX_CELLS = 20_000_000  # a rectangle from the first to the last used cell; a lone cell in XFD1048576 would fill the memory
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
LAST_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
FAR_COLUMN = re.compile(rb'\br="[A-Z]{3}\d+"')
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.S)
FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.S)
RESULT = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)</|<(?:\w+:)?is\b")
REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
ROW_TAG = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
COLUMN_TAG = re.compile(rb"<(?:\w+:)?col\b[^>]*>")


def read_workbook(data: bytes) -> list[Sheet]:
    """Every worksheet of a workbook with its cells; raises ReturnedFile when it is locked, broken or spread too far."""
    faults, hidden = _faults_and_hidden(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            _sheet_of(workbook, meta, faults, hidden)
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise ReturnedFile(find("file_password")) from error
    except (CalamineError, OSError) as error:
        raise ReturnedFile(find("file_broken", written=str(error))) from error


def _sheet_of(workbook: CalamineWorkbook, meta: object, faults: dict, hidden: dict) -> Sheet:
    sheet = workbook.get_sheet_by_name(meta.name)
    rows = sheet.to_python(skip_empty_area=True)
    first_row, first_column = sheet.start or (0, 0)
    hidden_rows, hidden_columns = hidden.get(meta.name, ((), ()))
    return Sheet(
        name=meta.name,
        rows=rows,
        first_row=first_row + 1,
        first_column=first_column,
        is_hidden=meta.visible != SheetVisibleEnum.Visible,
        hidden_rows=frozenset(hidden_rows),
        hidden_columns=frozenset(hidden_columns),
        merged=tuple((top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()),
        formula_faults=faults.get(meta.name, {}),
    )


def _faults_and_hidden(data: bytes) -> tuple[dict, dict]:
    """Sheet name → formula faults, and sheet name → (hidden rows, hidden columns), from the file's own structure."""
    faults: dict[str, dict[tuple[int, int], str]] = {}
    hidden: dict[str, tuple[list[int], list[int]]] = {}
    if not data.startswith(b"PK"):
        return xls_faults(data), hidden
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if "xl/workbook.bin" in package.namelist():
                return xlsb_faults(package), hidden
            for name, xml in _sheet_parts(package):
                _refuse_spread(name, xml)
                faults[name] = dict(_formula_faults(xml))
                hidden[name] = _hidden(xml)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, EOFError, NotImplementedError) as error:
        raise ReturnedFile(find("file_broken", written=str(error))) from error
    return faults, hidden


def _sheet_parts(package: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """(sheet name, XML) of an xlsx package; none for other kinds of zip. zipfile checks each part against its declared size."""
    if "xl/workbook.xml" not in package.namelist():
        return
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    }
    for element in ElementTree.fromstring(package.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(RELATION), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in package.namelist():
                yield element.get("name", ""), package.read(part)


def _refuse_spread(name: str, xml: bytes) -> None:
    start = xml.rfind(b"<row ")
    found = LAST_ROW.search(xml, start) if start >= 0 else None
    n_rows = int(found[1]) if found else 0
    n_columns = 16384 if FAR_COLUMN.search(xml) else 702
    if n_rows * n_columns > MAX_CELLS and (n_columns > 702 or n_rows > 200_000):
        raise ReturnedFile(find("file_too_spread", sheet_name=name, written=f"{n_rows} × {n_columns}"))


def _formula_faults(xml: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    if b't="e"' not in xml and b"<f" not in xml and b":f>" not in xml:
        return
    for match in CELL.finditer(xml):
        attributes, content = match[1], match[2] or b""
        is_error = b't="e"' in attributes
        formula = FORMULA.search(content)
        result = RESULT.search(content)
        if not is_error and (formula is None or result or b't="str"' in attributes):
            continue
        reference = REFERENCE.search(attributes)
        if reference:
            place = (int(reference[2]), column_index(reference[1].decode()))
            shown = result[1] if is_error and result and result[1] else b"=" + ((formula and formula[1]) or b"")
            yield place, shown.decode("utf-8", "replace")


def _hidden(xml: bytes) -> tuple[list[int], list[int]]:
    if b'hidden="' not in xml:
        return [], []
    rows, columns = [], []
    for tag in ROW_TAG.findall(xml):
        if b'hidden="1"' in tag or b'hidden="true"' in tag:
            rows.append(int(re.search(rb'\br="(\d+)"', tag)[1]))
    for tag in COLUMN_TAG.findall(xml):
        if b'hidden="1"' in tag or b'hidden="true"' in tag:
            first, last = (int(re.search(rb'\b%s="(\d+)"' % end, tag)[1]) for end in (b"min", b"max"))
            columns.extend(range(first - 1, min(last, 702)))
    return rows, columns
