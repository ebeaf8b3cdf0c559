"""Bad input: each file ends as a receipt, its bytes kept, and a clear sentence in two languages; nothing is lost."""

import contextlib
import io
import unicodedata
import zipfile
from collections.abc import Iterator

import pytest
from book_builder import FORMS, address, first_line, kinh_phi, tien_do
from inboxes import Inbox
from ole2 import ole2, xls

from expectations.door import judge
from ingestion.readers.legacy import TCVN3_BYTES, TCVN3_LETTERS
from ingestion.readers.workbook import read_workbook
from samples.delimited import encoded
from warehouse.address import connect

MONEY = FORMS["kinh-phi"].sheets[0]
TREASURY = """Bảng kê thanh toán Kho bạc
Mẫu biểu;kho-bac 1
Đơn vị tính;đồng
Đơn vị báo cáo;Trung ương
Cơ quan lập báo cáo;Kho bạc Nhà nước
Số văn bản;15/KB
Kỳ báo cáo từ;01/01/2025
Kỳ báo cáo đến;31/03/2025

Đơn vị;Mã đề án;Nội dung hoạt động;Tạm ứng lũy kế;Thanh toán lũy kế
Long An;KCQG-2025-0001;Đào tạo nghề, truyền nghề;1.000.000;2.500.000,5
Tây Ninh;KCQG-2025-0002;A3;-;7
Tổng cộng;;;1.000.000;2.500.007,5
"""
VNI_LABELS = "Ñôn vò baùo caùo;Long An\nKyø baùo caùo töø;01/01/2025\nKyø baùo caùo ñeán;31/03/2025\nMaõ ñeà aùn;x\n"


@pytest.fixture
def inbox(database, settings, tmp_path) -> Iterator[Inbox]:
    with contextlib.closing(connect(database)) as connection:
        yield Inbox(tmp_path / "inbox", settings, connection)


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return buffer.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO(kinh_phi())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, data)
    return buffer.getvalue()


def far_cell(book) -> None:
    book.worksheets[0]["XFD1048576"] = 1


def tcvn3(text: str) -> bytes:
    letters = dict(zip(TCVN3_LETTERS, TCVN3_BYTES, strict=True))
    return bytes(letters.get(c, ord(c) if ord(c) < 128 else ord("?")) for c in unicodedata.normalize("NFC", text))


FUTURE = {"period_start": "01/05/2025", "period_end": "30/06/2025"}
UNREADABLE = {
    "empty.xlsx": (lambda: b"", "file_empty", "rỗng"),
    "blank.csv": (lambda: b"\r\n  \r\n", "file_empty", "rỗng"),
    "not-a-zip.xlsx": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "file_web_page", "trang web (HTML)"),
    "cut-off.xlsx": (lambda: kinh_phi()[:3000], "file_not_workbook", "không phải là bảng tính"),
    "damaged.xlsx": (lambda: zipped({"xl/workbook.xml": b"<w", "xl/_rels/workbook.xml.rels": b"<R/>"}), "file_broken", "hỏng"),
    "locked.xlsx": (lambda: ole2({"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": b"secret"}), "file_password", "mật khẩu"),
    "large.xlsx": (lambda: with_part("xl/media/x.bin", bytes(101 * 2**20)), "file_too_large", "quá mức cho phép"),
    "far.xlsx": (lambda: kinh_phi(edit=far_cell), "file_too_spread", "quá xa"),
    "report.doc": (lambda: ole2({"WordDocument": b"text"}), "file_document", "Word"),
    "report.docx": (lambda: zipped({"word/document.xml": b"<x/>"}), "file_document", "Word"),
    "report.pdf": (lambda: b"%PDF-1.7\n...", "file_pdf", "PDF"),
    "report.rar": (lambda: b"Rar!\x1a\x07\x01\x00...", "file_archive", "tệp nén"),
    "report.zip": (lambda: zipped({"kinh-phi.xlsx": b"x"}), "file_archive", "tệp nén"),
    "report.xyz": (lambda: b"\x01\x02\x03", "file_unknown", "Không có cách đọc"),
    "tcvn3.csv": (lambda: tcvn3(TREASURY), "legacy_encoding", "TCVN3"),
    "vni.csv": (lambda: VNI_LABELS.encode("cp1252"), "legacy_encoding", "VNI"),
    "unknown.csv": (lambda: b"\x81\x8d\x8f\x90 ; \x9d\xfe\xff;1\n", "encoding_unknown", "bảng mã"),
    "chinese.txt": (lambda: "本年度工业促进计划的执行情况良好。".encode() * 9, "narrative_unreadable", "tiếng"),
    "other.csv": (lambda: b"a;b\n1;2\n", "form_not_found", "Không nhận ra biểu mẫu"),
    "version.xlsx": (lambda: kinh_phi(mark="kinh-phi 0.9"), "version_unknown", "phiên bản “0.9”"),
    "unit.xlsx": (lambda: kinh_phi(header={"unit": "Tỉnh Mẫu"}), "unit_unknown", "Tỉnh Mẫu"),
    "sender.xlsx": (lambda: kinh_phi(header={"unit": "Cà Mau"}), "unit_of_another_sender", "Long An gửi"),
    "future.xlsx": (lambda: kinh_phi(header=FUTURE), "period_not_begun", "chưa đến"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_taken_is_returned_with_the_reason(inbox, name):
    make, code, words = UNREADABLE[name]
    data = make()
    inbox.put(f"long-an/{name}", data)
    counts = inbox.night()
    assert counts.receipts == 1
    found = inbox.rows("select finding_code, message_vi, message_en from raw.finding where verdict = 'return'")
    assert [each[0] for each in found] == [code]
    assert words in found[0][1] and found[0][2] and found[0][1] != found[0][2]
    assert "{" not in found[0][1] + found[0][2]
    ((state, sha256, extension),) = inbox.rows("select state, sha256, file_extension from raw.receipt")
    accepted = inbox.rows("select 1 from raw.submission where door_verdict = 'accept'")
    assert (state, accepted) == ("returned", []) or (state == "read" and accepted == [] and counts.submissions_returned == 1)
    assert (inbox.settings.landing / sha256[:2] / f"{sha256}.{extension}").read_bytes() == data


def test_nothing_is_unpacked_to_learn_that_a_file_is_too_large(inbox, monkeypatch):
    inbox.put("long-an/large.xlsx", UNREADABLE["large.xlsx"][0]())
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("a part was unpacked"))
    inbox.night()
    assert inbox.rows("select finding_code from raw.finding") == [("file_too_large",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258", "NFD"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_encodings_and_delimiters_give_the_same_figures(inbox, encoding, delimiter):
    text = TREASURY.replace(";", delimiter)
    data = unicodedata.normalize("NFD", text).encode() if encoding == "NFD" else encoded(text, encoding)
    inbox.put("trung-uong/kho-bac.csv", data)
    counts = inbox.night()
    assert counts.submissions == 1
    assert inbox.rows("select finding_code from raw.finding") == []
    lines = inbox.rows("select line_kind, line_unit_key, activity_code, project_key from raw.line order by row_number")
    assert lines == [
        ("detail", "long-an", "A1", "KCQG-2025-0001"),
        ("detail", "tay-ninh", "A3", "KCQG-2025-0002"),
        ("total", None, None, None),
    ]
    cells = inbox.rows("select column_name, value::text from raw.cell order by row_number, column_name")
    assert cells == [("advanced", "1000000"), ("disbursed", "2500000"), ("advanced", "0"), ("disbursed", "7"),
                     ("advanced", "1000000"), ("disbursed", "2500008")]  # fmt: skip


def test_a_comma_separated_file_with_quoted_numbers(inbox):
    lines = [line.split(";") for line in TREASURY.splitlines()]
    text = "\n".join(",".join(f'"{each}"' for each in line) for line in lines)
    inbox.put("trung-uong/kho-bac.csv", text.encode())
    assert inbox.night().submissions == 1
    assert inbox.rows("select sum(value)::text from raw.cell") == [("7000015",)]


def test_legacy_fonts_inside_a_workbook_are_named(inbox):
    def spoil(book):
        for sheet in book:
            for row in sheet.iter_rows():
                for each in row:
                    if isinstance(each.value, str):
                        each.value = tcvn3(each.value).decode("cp1252", "replace")

    inbox.put("long-an/font.xlsx", kinh_phi(mark="kp", edit=spoil))
    inbox.night()
    assert [code for (code,) in inbox.rows("select finding_code from raw.finding")] == ["legacy_encoding"]


def test_what_can_be_read_is_read_and_the_rest_is_said(inbox, database):
    def spoil(book):
        sheet = book.worksheets[0]
        sheet[address(MONEY, "kcdp_t_disbursed", 0)] = "#REF!"
        sheet.row_dimensions[first_line(MONEY) + 1].hidden = True
        for row in range(60, 10_060):
            sheet.cell(row, 2).value = " "

    header = {"period_start": "Quý I/2025", "period_end": "tháng 3 năm 2025"}
    inbox.put("long-an/kinh-phi.xlsx", kinh_phi(edit=spoil, header=header))
    inbox.night()
    judge(database, inbox.connection, 1)
    found = "select finding_code, verdict, cell_address from raw.finding order by 1"
    place = address(MONEY, "kcdp_t_disbursed", 0)
    assert inbox.rows(found) == [("cell_formula_error", "cell", place), ("hidden_rows", "note", None)]
    assert inbox.rows("select door_verdict, period_start::text, period_end::text from raw.submission") == [
        ("accept", "2025-01-01", "2025-03-31")
    ]
    assert inbox.rows("select count(*) from raw.line where sheet_code = 'money'") == [(3,)]


def test_dates_as_text_and_as_numbers_of_a_spreadsheet(inbox):
    lines = [{"project_code": f"P{n}", "activity": "A1", "contract_date": written, "disbursed": 1}
             for n, written in enumerate(("15/02/2025", "2025-02-15", "15.2.2025", 45703, "15/02", "hôm qua"))]  # fmt: skip
    inbox.put("long-an/tien-do.xlsx", tien_do(lines))
    inbox.night()
    readings = "select reading from raw.cell where column_name = 'contract_date' order by row_number"
    assert [reading for (reading,) in inbox.rows(readings)] == ["date"] * 4 + ["unreadable"] * 2


def test_the_same_file_renamed_is_one_submission(inbox):
    book = kinh_phi()  # once: a workbook holds the second at which it was made
    for n in range(3):
        inbox.put(f"long-an/kinh-phi ({n}).xlsx", book, f"2025-04-2{n}T09:00:00+07:00")
    inbox.night()
    assert inbox.rows("select count(*) from raw.receipt") == [(3,)]
    assert inbox.rows("select count(*) from raw.submission") == [(1,)]


def test_error_cells_of_xls_are_no_blanks():
    (sheet,) = read_workbook(xls({(0, 0): 1.5, (2, 1): "#REF!", (3, 2): "#DIV/0!", (4, 4): 2.0}))
    assert sheet.rows[0][0] == 1.5
    assert sheet.formula_faults == {(3, 1): "#REF!", (4, 2): "#DIV/0!"}
