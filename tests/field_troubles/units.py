"""A: the unit of money as people write it and where they put it."""

from __future__ import annotations

from book_builder import address, kinh_phi
from mutants import packed, parts_of

from field_troubles.base import KNOWN, MONEY, SHEET, WATCHED, Made, money, results

DRAWING = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor>'
    "<xdr:from><xdr:col>5</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>17</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
    "<xdr:to><xdr:col>8</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>18</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
    '<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="TextBox 1"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr>'
    "<xdr:spPr/><xdr:txBody><a:bodyPr/><a:p><a:r><a:t>ĐVT: </a:t></a:r><a:r><a:t>{unit}</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
    "<xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"
)
RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="../drawings/drawing1.xml"/>'
    "</Relationships>"
)
REFERENCE = b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/></worksheet>'


def _formatted(stored: object, number_format: str, **options) -> Made:
    def edit(sheet) -> None:
        sheet[WATCHED].value, sheet[WATCHED].number_format = stored, number_format

    return money(edit, **options)


def _with_text_box(unit: str, **options) -> Made:
    parts = parts_of(kinh_phi(**options))
    parts["xl/drawings/drawing1.xml"] = DRAWING.format(unit=unit).encode()
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = RELATION.encode()
    parts[SHEET] = parts[SHEET].replace(b"</worksheet>", REFERENCE)
    return "xlsx", packed(parts)


def number_format_names_another_unit() -> Made:
    """10 500 shown as "10.500,0 nghìn đồng" on a sheet in triệu đồng."""
    return _formatted(10_500, '#,##0.0" nghìn đồng"')


def number_format_shows_dollars() -> Made:
    """One amount shown with the sign of another currency on a sheet in triệu đồng."""
    return _formatted(10.5, "[$$-409]#,##0.00")


def number_format_shows_dong() -> Made:
    """One amount in the style of the currency (10,50 ₫) on a sheet in triệu đồng."""
    return _formatted(10.5, "#,##0.00 [$₫-42A]")


def currency_before_the_number() -> Made:
    """The currency before the number and glued to it."""
    return money(lambda sheet: sheet.__setitem__(WATCHED, "VND10,5 triệu"))


def two_letters_for_million() -> Made:
    """The accountants' MM for million."""
    return money(header={"money_unit": "VND MM"})


def unit_in_a_text_box() -> Made:
    """The unit only in a box of text drawn over the sheet."""
    return _with_text_box("nghìn đồng", header={"money_unit": None})


def text_box_against_label() -> Made:
    """A box of text says thousands, the label in the cells millions."""
    return _with_text_box("nghìn đồng")


def unit_in_the_page_header() -> Made:
    """The unit only in the header that is printed above each page."""
    return money(lambda sheet: setattr(sheet.oddHeader.right, "text", "Đơn vị tính: nghìn đồng"), header={"money_unit": None})


def cover_in_another_scale() -> Made:
    """A first sheet that speaks of tỷ đồng before the sheet of the table, which is in nghìn đồng."""

    def edit(book) -> None:
        cover = book.create_sheet("Bìa", 0)
        cover["A1"], cover["A2"] = "Báo cáo tình hình chung", "Đơn vị tính: tỷ đồng"

    return "xlsx", kinh_phi(header={"money_unit": "nghìn đồng"}, edit=edit)


def people_in_thousands_beside_money() -> Made:
    """One line above the table tells the scale of money and that of people."""
    people = next(
        each.indicator_code for each in KNOWN.indicators.values()
        if each.unit == "người" and (each.indicator_code, "KCDP", "ket-qua", "results") in KNOWN.sources
    )  # fmt: skip
    name = next(name for name, codes in KNOWN.indicator_names.items() if people in codes)
    lines = [{"position": 1, "indicator_code": people, "indicator": name, "ytd_kcdp": 5}]
    return results(lines, header={"money_unit": "triệu đồng; nghìn người"})


def note_below_the_table() -> Made:
    """The label says triệu đồng, a note below the table that the figures are in nghìn đồng."""
    return money(lambda sheet: sheet.cell(sheet.max_row + 2, 2, "Ghi chú: Số liệu trong biểu tính bằng nghìn đồng."))


def only_below_the_table() -> Made:
    """Nothing above the table; the unit stands below it."""
    return money(lambda sheet: sheet.cell(sheet.max_row + 2, 2, "Đơn vị tính: nghìn đồng"), header={"money_unit": None})


def unit_over_a_group_of_columns() -> Made:
    """A group of columns has a scale of its own."""

    def edit(sheet) -> None:
        row = 20
        for cell in sheet[row]:
            if cell.value == "Khuyến công địa phương cấp tỉnh":
                cell.value = "Khuyến công địa phương cấp tỉnh\n(nghìn đồng)"

    return money(edit)


def line_in_a_unit_of_its_own() -> Made:
    """One line names its own scale behind its name."""
    return money(lambda sheet: sheet.__setitem__(address(MONEY, "activity", 1), "Chi khác (nghìn đồng)"))


def times_a_thousand() -> Made:
    """The label says "x 1.000 đồng"."""
    return money(header={"money_unit": "x 1.000 đồng"})


def letter_behind_the_number() -> Made:
    """A bare letter for the scale behind the number."""
    return money(lambda sheet: sheet.__setitem__(WATCHED, "10,5M"))


def scale_of_another_country() -> Made:
    """A scale that is no power of a thousand."""
    return money(header={"money_unit": "vạn đồng"})


def comment_for_the_unit() -> Made:
    """The unit only in a comment on the first header."""
    from openpyxl.comments import Comment

    return money(
        lambda sheet: setattr(sheet.cell(20, 3), "comment", Comment("Đơn vị tính: nghìn đồng", "K")), header={"money_unit": None}
    )

