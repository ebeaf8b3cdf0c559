"""Workbooks (xlsx, xlsm, xls, xlsb, ods) → sheets, by python-calamine.

calamine gives an error cell and a formula without a result as an empty cell, and an empty cell may lawfully mean zero.
So the XML of xlsx sheets is looked at as well: only for these cells, for hidden rows, for percentages (held as 0.85, shown as
85 %), and for how far the cells are spread.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ingestion.findings import ReturnedFile, find
from ingestion.readers.binary_faults import xls_faults, xlsb_faults
from ingestion.readers.containers import DAMAGE
from ingestion.readers.packages import with_slashes
from ingestion.readers.sheets import Sheet
from ingestion.written.text import column_index

DAYS_FROM_1900_TO_1904 = 1462
MAX_CELLS = 20_000_000  # a rectangle from the first to the last used cell; a lone cell in XFD1048576 would fill the memory
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STYLE = re.compile(rb'\bs="(\d+)"')
LAST_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
FAR_COLUMN = re.compile(rb'\br="[A-Z]{3}\d+"')
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.S)
FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.S)
RESULT = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)</|<(?:\w+:)?is\b")
REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
ROW_TAG = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
COLUMN_TAG = re.compile(rb"<(?:\w+:)?col\b[^>]*>")


@dataclass(frozen=True)
class Marks:
    """What the structure of a sheet says beside its cells."""

    faults: dict[tuple[int, int], str]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    percent_cells: frozenset[tuple[int, int]] = frozenset()
    day_offset: int = 0


def read_workbook(data: bytes) -> list[Sheet]:
    """Every worksheet of a workbook with its cells; raises ReturnedFile when it is locked, broken or spread too far."""
    try:
        data = with_slashes(data)
    except DAMAGE as error:
        raise ReturnedFile(find("file_broken", written=str(error))) from error
    marks = _marks(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            _sheet_of(workbook, meta, marks.get(meta.name, Marks({})))
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise ReturnedFile(find("file_password")) from error
    except (CalamineError, OSError) as error:
        raise ReturnedFile(find("file_broken", written=str(error))) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # calamine gave up; its class is not importable
            raise
        raise ReturnedFile(find("file_broken", written=str(error))) from error


def _sheet_of(workbook: CalamineWorkbook, meta: object, marks: Marks) -> Sheet:
    sheet = workbook.get_sheet_by_name(meta.name)
    rows = sheet.to_python(skip_empty_area=True)
    first_row, first_column = sheet.start or (0, 0)
    return Sheet(
        name=meta.name,
        rows=rows,
        first_row=first_row + 1,
        first_column=first_column,
        is_hidden=meta.visible != SheetVisibleEnum.Visible,
        hidden_rows=marks.hidden_rows,
        hidden_columns=marks.hidden_columns,
        merged=tuple((top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()),
        formula_faults=marks.faults,
        percent_cells=marks.percent_cells,
        day_offset=marks.day_offset,
    )


def _marks(data: bytes) -> dict[str, Marks]:
    """Sheet name → what the file's own structure says; of the binary formats only the error cells."""
    if not data.startswith(b"PK"):
        return {name: Marks(faults) for name, faults in xls_faults(data).items()}
    marks = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if "xl/workbook.bin" in package.namelist():
                return {name: Marks(faults) for name, faults in xlsb_faults(package).items()}
            styles, day_offset = _percent_styles(package), _day_offset(package)
            for name, xml in _sheet_parts(package):
                _refuse_spread(name, xml)
                rows, columns = _hidden(xml)
                percent_cells = frozenset(_percent_cells(xml, styles))
                marks[name] = Marks(dict(_formula_faults(xml)), frozenset(rows), frozenset(columns), percent_cells, day_offset)
    except (*DAMAGE, ElementTree.ParseError) as error:
        raise ReturnedFile(find("file_broken", written=str(error))) from error
    return marks


def _day_offset(package: zipfile.ZipFile) -> int:
    """1462 in a workbook whose days count from 1904, as old Macintosh programs write them."""
    if "xl/workbook.xml" not in package.namelist():
        return 0
    settings = ElementTree.fromstring(package.read("xl/workbook.xml")).iter()
    is_1904 = any(each.tag.endswith("}workbookPr") and each.get("date1904") in ("1", "true") for each in settings)
    return DAYS_FROM_1900_TO_1904 if is_1904 else 0


def _percent_styles(package: zipfile.ZipFile) -> set[bytes]:
    """The numbers of the cell styles that show a percentage (formats 9, 10 and own formats with a % sign)."""
    if "xl/styles.xml" not in package.namelist():
        return set()
    styles = ElementTree.fromstring(package.read("xl/styles.xml"))
    formats = {"9", "10"} | {f.get("numFmtId") for f in styles.iter(f"{MAIN}numFmt") if "%" in f.get("formatCode", "")}
    cell_formats = styles.find(f"{MAIN}cellXfs")
    found = () if cell_formats is None else cell_formats
    return {str(n).encode() for n, each in enumerate(found) if each.get("numFmtId") in formats}


def _percent_cells(xml: bytes, styles: set[bytes]) -> Iterator[tuple[int, int]]:
    if not any(b' s="%s"' % style in xml for style in styles):
        return
    for match in CELL.finditer(xml):
        style = STYLE.search(match[1])
        reference = REFERENCE.search(match[1])
        if style and style[1] in styles and reference:
            yield int(reference[2]), column_index(reference[1].decode())


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
    # a row that only shows a format holds nothing, however far down it stands
    start = xml.rfind(b"<row ", 0, max(xml.rfind(b"</v>"), xml.rfind(b"</is>"), xml.rfind(b"</f>"), 0))
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
