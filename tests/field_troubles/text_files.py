"""B5: text files and containers."""

from __future__ import annotations

import unicodedata
from html import escape

from book_builder import kinh_phi
from mutants import packed, parts_of
from ole2 import ole2

from field_troubles.base import Made, joined, text_rows


def separator_told_first() -> Made:
    """The first line tells the separator, as Excel asks for."""
    return "csv", ("sep=;\r\n" + joined(text_rows())).encode("utf-8-sig")


def encoding_named_first() -> Made:
    """The first line names the encoding."""
    return "csv", ("UTF-8\r\n" + joined(text_rows())).encode()


def tabs_under_the_name_of_a_workbook() -> Made:
    """A text with tabs under the name of a workbook."""
    return "xls", joined(text_rows(), "\t").encode("utf-16")


def commas_under_the_name_of_a_workbook() -> Made:
    """A delimited text under the newer name of a workbook."""
    return "xlsx", joined(text_rows()).encode("utf-8-sig")


def _html(rows: list[list[object]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<html><head><meta charset='utf-8'></head><body><table>{lines}</table></body></html>"


def web_page_under_the_name_of_a_workbook() -> Made:
    """A table of a web page under the name of a workbook."""
    return "xls", _html(text_rows()).encode()


def piece_of_a_web_page() -> Made:
    """The same without html and head, spaces before it."""
    return "xls", ("\r\n  <div>\r\n" + _html(text_rows()).split("<body>")[1].split("</body>")[0] + "</div>").encode("utf-8-sig")


def xml_spreadsheet_of_2003() -> Made:
    """The XML format of 2003 under the name of a workbook."""
    rows = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{escape(str(cell))}</Data></Cell>' for cell in row) + "</Row>"
        for row in text_rows()
    )
    return "xls", (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="Tiến độ"><Table>{rows}</Table></Worksheet></Workbook>'
    ).encode()


def delimiter_at_the_end_of_lines() -> Made:
    """Every line ends with one delimiter more than the header has."""
    rows = text_rows()
    return "csv", joined([row + [""] if number > 20 else row for number, row in enumerate(rows)]).encode("utf-8-sig")


def delimiter_at_the_end_of_the_header() -> Made:
    """Only the header ends with one delimiter more."""
    return "csv", joined([row + [""] if number == 19 else row for number, row in enumerate(text_rows())]).encode("utf-8-sig")


def blanks_cut_from_the_ends_of_lines() -> Made:
    """A program left the empty fields at the ends of lines away."""
    rows = text_rows()
    cut = []
    for row in rows:
        row = list(row)
        while row and not row[-1]:
            row.pop()
        cut.append(row)
    return "csv", joined(cut).encode("utf-8-sig")


def byte_order_marks_inside() -> Made:
    """Files joined to one: the mark of the byte order stands inside too."""
    text = joined(text_rows())
    head, tail = text[: text.index("KCQG-2025-0002")], text[text.index("KCQG-2025-0002") :]
    start = head.rindex("\r\n") + 2
    return "csv", ("\ufeff" + head[:start] + "\ufeff" + head[start:] + tail).encode()


def every_line_in_quotes() -> Made:
    """Every line is quoted as if it were one field."""
    lines = joined(text_rows()).split("\r\n")
    return "csv", "\r\n".join('"' + line.replace('"', '""') + '"' for line in lines if line).encode("utf-8-sig")


def decimals_outnumber_the_delimiters() -> Made:
    """Nearly every field has a decimal comma, the delimiter is the semicolon."""
    lines = ["Mẫu biểu;kho-bac 1", "Đơn vị báo cáo;Trung ương", "Cơ quan lập báo cáo;Kho bạc Nhà nước", "Số văn bản;15/KB",
             "Kỳ báo cáo từ;01/01/2025", "Kỳ báo cáo đến;31/03/2025", "Đơn vị tính;triệu đồng", "",
             "Đơn vị;Mã đề án;Nội dung hoạt động;Tạm ứng lũy kế;Thanh toán lũy kế"]  # fmt: skip
    lines += [f"Long An;KCQG-2025-{n:04};Đào tạo nghề, truyền nghề;1,25;2,5" for n in range(20)]
    return "csv", "\n".join(lines).encode("utf-8-sig")


def four_bytes_a_letter() -> Made:
    """UTF-32 with its mark, which begins as that of UTF-16."""
    return "csv", joined(text_rows()).encode("utf-32")


def vietnamese_of_older_windows() -> Made:
    """The code page 1258 of older Windows, the marks of tones apart."""
    text = unicodedata.normalize("NFC", joined(text_rows()))
    out = bytearray()
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            out += _apart(letter)
    return "csv", bytes(out)


def _apart(letter: str) -> bytes:
    pieces = unicodedata.normalize("NFD", letter)
    tone = next(mark for mark in pieces if mark in "\u0300\u0301\u0303\u0309\u0323")
    rest = unicodedata.normalize("NFC", "".join(mark for mark in pieces if mark != tone))
    return rest.encode("cp1258") + tone.encode("cp1258")


def lock_file_of_an_open_workbook() -> Made:
    """The small file that marks a workbook as open (~$name.xlsx)."""
    name = "Nguyễn Văn A"
    return "xlsx", (bytes([8]) + name.encode("utf-8")[:8]).ljust(54, b" ") + b"\x0c\x00" + name.encode("utf-16-le").ljust(109, b" ")


def opens_without_a_password() -> Made:
    """Encrypted with the password that Excel itself knows: it opens without asking."""
    return "xlsx", ole2({"EncryptedPackage": b"\x00" * 5000, "EncryptionInfo": b"\x04\x00\x04\x00" + b" " * 100})


def repacked_by_hand() -> Made:
    """Unpacked and packed again by hand: folders and a helper's files inside."""
    parts = parts_of(kinh_phi())
    return "xlsx", packed({"xl/": b"", "xl/.DS_Store": b"\x00\x00\x00\x01Bud1", "__MACOSX/xl/._.DS_Store": b"\x00", **parts})


def damaged_part_that_nobody_needs() -> Made:
    """The checksum of the part about the author is wrong."""
    book = bytearray(kinh_phi())
    start = book.index(b"docProps/core.xml") + len("docProps/core.xml")
    book[start : start + 4] = b"\xff\x00\xff\x00"
    return "xlsx", bytes(book)


def line_before_the_workbook() -> Made:
    """A web program sent an empty line before the file."""
    return "xlsx", b"\r\n" + kinh_phi()


def text_quoted_with_apostrophes() -> Made:
    """Fields in apostrophes instead of quotation marks."""
    lines = (";".join(f"'{cell}'" if cell else "" for cell in row) for row in text_rows())
    return "csv", "\r\n".join(lines).encode("utf-8-sig")


def numbers_program() -> Made:
    """A document of another spreadsheet program, whose container is a zip too."""
    return "numbers", packed({"Index/Document.iwa": b"\x00" * 100, "Metadata/Properties.plist": b"bplist00"})

