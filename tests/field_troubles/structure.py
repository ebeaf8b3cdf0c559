"""B3: what the XML of a workbook says and fast readers lose."""

from __future__ import annotations

import io
import re

import openpyxl
from book_builder import address, kinh_phi, tien_do
from hostile_files import ods
from lxml import etree
from mutants import packed, parts_of

from field_troubles.base import (
    PROGRESS,
    STRINGS,
    WATCHED,
    Made,
    cell_xml,
    part_of_sheet,
    two_projects,
    with_shared_texts,
)

MANIFEST = (
    b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    b'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def shared_text_without_number() -> Made:
    """A cell of shared text that names no text: blank for everybody who opens it."""
    return cell_xml('<c r="{r}" t="s"><v/></c>')


def shared_text_that_is_empty() -> Made:
    """The list of shared texts begins with an entry without a text."""
    parts = with_shared_texts(kinh_phi())
    parts[STRINGS] = re.sub(rb"(<sst[^>]*>)", rb"\1<si></si>", parts[STRINGS])
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        parts[name] = re.sub(rb't="s"><v>(\d+)</v>', lambda m: b't="s"><v>%d</v>' % (int(m[1]) + 1), parts[name])
    return "xlsx", packed(parts)


def phonetic_guide() -> Made:
    """An input method left a guide to the pronunciation in a label."""
    parts = with_shared_texts(kinh_phi(header={"money_unit": "nghìn đồng"}))
    label = re.compile(rb"<si><t>&#272;&#417;n v&#7883; t&#237;nh</t></si>")
    assert label.search(parts[STRINGS])
    guide = '<si><t>Đơn vị tính</t><rPh sb="0" eb="3"><t>ĐƠN</t></rPh><phoneticPr fontId="1"/></si>'.encode()
    parts[STRINGS] = label.sub(guide, parts[STRINGS])
    return "xlsx", packed(parts)


def text_hung_on_the_cell() -> Made:
    """An inline text without the element that should hold it."""
    return cell_xml('<c r="{r}" t="inlineStr"><t>10,5</t></c>')


def days_as_iso_text() -> Made:
    """Days written as ISO texts with the type of dates."""
    place = address(PROGRESS, "contract_date")
    return cell_xml('<c r="{r}" t="d"><v>2025-02-15</v></c>', place, tien_do(two_projects()))


def cells_out_of_order() -> Made:
    """The cells of a row stand in the opposite order."""

    def change(xml: bytes) -> bytes:
        root = etree.fromstring(xml)
        for row in root.iter(f"{MAIN}row"):
            row[:] = reversed(row)
        return etree.tostring(root)

    return part_of_sheet(change)


def rows_out_of_order() -> Made:
    """The rows of a sheet stand in the opposite order."""

    def change(xml: bytes) -> bytes:
        root = etree.fromstring(xml)
        data = next(root.iter(f"{MAIN}sheetData"))
        data[:] = reversed(data)
        return etree.tostring(root)

    return part_of_sheet(change)


def no_addresses() -> Made:
    """Neither rows nor cells say where they stand: each follows the one before."""

    def change(xml: bytes) -> bytes:
        root = etree.fromstring(xml)
        data = next(root.iter(f"{MAIN}sheetData"))
        rows = {int(row.get("r")): row for row in data}
        data[:] = []
        for number in range(1, max(rows) + 1):
            row = etree.SubElement(data, f"{MAIN}row")
            cells = {} if number not in rows else {re.sub(r"\d", "", cell.get("r")): cell for cell in rows[number]}
            for column in range(45):
                cell = cells.get(_letters(column))
                if cell is None:
                    etree.SubElement(row, f"{MAIN}c")
                else:
                    del cell.attrib["r"]
                    row.append(cell)
        return etree.tostring(root)

    return part_of_sheet(change)


def _letters(column: int) -> str:
    return chr(65 + column) if column < 26 else "A" + chr(65 + column - 26)


def part_names_in_other_letters() -> Made:
    """The parts are named with capitals, their relations without; an amount is an error."""
    parts = parts_of(cell_xml('<c r="{r}" t="e"><f>1/0</f><v>#DIV/0!</v></c>')[1])
    renamed = {name.replace("worksheets/sheet", "worksheets/Sheet").replace("sharedS", "SharedS"): p for name, p in parts.items()}
    return "xlsx", packed(renamed)


def workbook_part_of_another_name() -> Made:
    """The main part has a name of its own, which the package's relations tell."""
    parts = parts_of(kinh_phi())
    parts["xl/book.xml"] = parts.pop("xl/workbook.xml")
    parts["xl/_rels/book.xml.rels"] = parts.pop("xl/_rels/workbook.xml.rels")
    for name in ("_rels/.rels", "[Content_Types].xml"):
        parts[name] = parts[name].replace(b"workbook.xml", b"book.xml")
    return "xlsx", packed(parts)


def escaped_line_end() -> Made:
    """A carriage return written as _x000D_ behind a number."""
    return cell_xml('<c r="{r}" t="inlineStr"><is><t>10,5_x000D_</t></is></c>')


def escaped_letter() -> Made:
    """A digit written in the escapes of the standard."""
    return cell_xml('<c r="{r}" t="inlineStr"><is><t>_x0031_0,5</t></is></c>')


def error_as_text_of_a_formula() -> Made:
    """An error stored as the text result of a formula."""
    return cell_xml('<c r="{r}" t="str"><f>VLOOKUP(1,B1:C2,2)</f><v>#N/A</v></c>')


def value_on_lines_of_its_own() -> Made:
    """White space around the number."""
    return cell_xml('<c r="{r}">\n<v>\n 10.5 \n</v>\n</c>')


def shared_texts_in_utf_16() -> Made:
    """The part of shared texts is in UTF-16."""
    parts = with_shared_texts(kinh_phi())
    text = parts[STRINGS].decode()
    parts[STRINGS] = f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")
    return "xlsx", packed(parts)


def yes_in_an_amount() -> Made:
    """A logical value where an amount belongs."""
    return cell_xml('<c r="{r}" t="b"><v>1</v></c>')


def sheet_deeply_hidden() -> Made:
    """The sheet of the table is hidden so that no menu shows it."""

    def edit(book) -> None:
        book.create_sheet("Ghi chú", 0)["A1"] = "Kèm theo công văn"
        book.worksheets[1].sheet_state = "veryHidden"

    return "xlsx", kinh_phi(edit=edit)


def _ods_cell(value: object, extra: str = "", repeated: int = 1) -> str:
    times = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    if value == "":
        return f"<table:table-cell{times}/>"
    if isinstance(value, int | float):
        attributes = f'office:value-type="float" office:value="{value}"{times}'
        return f"<table:table-cell {attributes}>{extra}<text:p>{value}</text:p></table:table-cell>"
    return f'<table:table-cell office:value-type="string"{times}>{extra}<text:p>{value}</text:p></table:table-cell>'


def ods_of(book: bytes, cell=None, row=None) -> bytes:
    """A workbook as ods by hand: `cell` and `row` may write the cell or row at a place another way."""
    tables = ""
    for sheet in openpyxl.load_workbook(io.BytesIO(book)).worksheets:
        rows = []
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = []
            for position, value in enumerate(values):
                written = cell(sheet.title, number, position, value) if cell else None
                cells.append(written if written is not None else _ods_cell("" if value is None else value))
            rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
        body = row(sheet.title, rows) if row else "".join(rows)
        tables += f'<table:table table:name="{sheet.title}">{body}</table:table>'
    return packed({"META-INF/manifest.xml": MANIFEST, **parts_of(ods(tables))})


def _at(place: str):
    row, column = int(re.sub(r"\D", "", place)), re.sub(r"\d", "", place)
    position = 0
    for letter in column:
        position = position * 26 + ord(letter) - 64
    return row, position - 1


def ods_comment_on_an_amount() -> Made:
    """A comment on a cell of text whose number people see."""
    note = "<office:annotation><text:p>Đã sửa 99</text:p></office:annotation>"

    def cell(title, number, position, value):
        return _ods_cell("10,5", note) if title == "Kinh phí" and (number, position) == _at(WATCHED) else None

    return "ods", ods_of(kinh_phi(), cell)


def ods_comment_on_a_blank() -> Made:
    """A comment on a cell that is blank."""
    note = "<office:annotation><text:p>Số này là 99</text:p></office:annotation>"

    def cell(title, number, position, value):
        here = title == "Kinh phí" and (number, position) == _at(WATCHED)
        return f"<table:table-cell>{note}</table:table-cell>" if here else None

    return "ods", ods_of(kinh_phi(), cell)


def ods_text_in_pieces() -> Made:
    """A text of several spans with spaces and a line break of their own elements."""

    def cell(title, number, position, value):
        if value == "Đơn vị tính":
            return ('<table:table-cell office:value-type="string"><text:p><text:span>Đơn vị</text:span><text:s/>'
                    "<text:span>tính</text:span></text:p></table:table-cell>")  # fmt: skip
        return None

    return "ods", ods_of(kinh_phi(), cell)


def ods_rows_that_are_headings() -> Made:
    """The rows of the header are marked as those that every printed page repeats."""

    def row(title, rows):
        return f"{''.join(rows[:19])}<table:table-header-rows>{''.join(rows[19:21])}</table:table-header-rows>{''.join(rows[21:])}"

    return "ods", ods_of(kinh_phi(), row=row)


def ods_repeated_cells() -> Made:
    """Equal neighbours written once, with their number; empty rows before the table likewise."""

    def cell(title, number, position, value):
        if title == "Kinh phí" and (number, position) == _at(WATCHED):
            return _ods_cell(10.5, repeated=2)
        if title == "Kinh phí" and (number, position) == (_at(WATCHED)[0], _at(WATCHED)[1] + 1):
            return ""
        return None

    return "ods", ods_of(kinh_phi(), cell)


def ods_amount_as_currency() -> Made:
    """A cell of the type currency."""

    def cell(title, number, position, value):
        if title == "Kinh phí" and (number, position) == _at(WATCHED):
            return ('<table:table-cell office:value-type="currency" office:currency="VND" office:value="10.5">'
                    "<text:p>10,50 ₫</text:p></table:table-cell>")  # fmt: skip
        return None

    return "ods", ods_of(kinh_phi(), cell)



def ods_number_shown_in_thousands() -> Made:
    """A number whose format divides what is shown: the text beside it says so."""

    def cell(title, number, position, value):
        if title == "Kinh phí" and (number, position) == _at(WATCHED):
            return '<table:table-cell office:value-type="float" office:value="10500"><text:p>10,5</text:p></table:table-cell>'
        return None

    return "ods", ods_of(kinh_phi(), cell)
