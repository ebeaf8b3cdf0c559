"""`kc form check`: what a form makes of a workbook, as a picture of marks and as JSON."""

import datetime
import json

import pytest
from book_builder import FORMS, HEADER_ROW, PROJECT, kinh_phi, tien_do
from typer.testing import CliRunner

from kc import app
from khuyencong.reporter.form_check import check_form
from warehouse.settings import read_settings

FOLDER = PROJECT / "ingestion" / "forms"
NOW = datetime.datetime.fromisoformat("2025-04-20T09:00:00+07:00")


def checked(tmp_path, form_code, data):
    workbook = tmp_path / "report.xlsx"
    workbook.write_bytes(data)
    return check_form(read_settings(), FOLDER / f"{form_code}.yml", workbook, NOW)["workbook"]


@pytest.mark.parametrize("form_code", FORMS)
def test_every_form_of_the_project_is_told(form_code):
    document = check_form(read_settings(), FOLDER / f"{form_code}.yml", None, NOW)
    assert document["refused"] is None and document["form"]["form_code"] == form_code
    assert [sheet["sheet_code"] for sheet in document["form"]["sheets"]] == [s.sheet_code for s in FORMS[form_code].sheets]


def test_the_picture_of_a_workbook_has_a_mark_for_each_cell(tmp_path):
    """A sheet of `tien-do`: seven header fields in B:C, one header row, a line, a note and a number that no column takes."""

    def spoilt(book):
        sheet = book.worksheets[0]
        sheet.cell(HEADER_ROW + 4, 2, "Ghi chú")
        sheet.cell(HEADER_ROW + 5, 40, 17)

    book = checked(tmp_path, "tien-do", tien_do(edit=spoilt))
    (sheet,) = book["sheets"]
    assert sheet["rows"][0] == "·"  # the title
    assert {row for row in sheet["rows"][1:8] if row.strip()} == {" ·i"}
    header = sheet["rows"][HEADER_ROW - 1]
    assert set(header) <= {"H", " "}
    (table,) = sheet["tables"]
    assert table["missing"] == [] and table["extra"] == [] and table["lines"]["detail"] == 1
    assert sheet["not_taken"] == [{"cell": f"AN{HEADER_ROW + 5}", "written": "17"}] and sheet["n_not_taken"] == 1
    # project code, activity, contract date, plan, contracted, disbursed, state: their columns in the form's order
    assert sheet["rows"][table["header_rows"][1]] == " K K     FC  F  F    F"
    assert sheet["rows"][HEADER_ROW + 3] == " l"


def test_a_column_that_is_missing_or_not_in_the_form_is_named(tmp_path):
    def renamed(book):
        row = next(row for row in book.worksheets[0].iter_rows(min_row=HEADER_ROW) if any(cell.value for cell in row))
        cell = next(cell for cell in row if cell.value == "Hoạt động" or (cell.value and "oạt động" in str(cell.value)))
        cell.value = "Nội dung khác"

    book = checked(tmp_path, "kinh-phi", kinh_phi(edit=renamed))
    shown = [table for sheet in book["sheets"] for table in sheet["tables"]]
    missing = [column["column_name"] for table in shown for column in table["missing"]]
    assert missing or any(not sheet["tables"] for sheet in book["sheets"])
    assert any(finding["verdict"] == "return" for finding in book["findings"])


def test_a_wrong_word_is_told_with_its_line_and_exit_3(tmp_path):
    text = (FOLDER / "kinh-phi.yml").read_text(encoding="utf-8")
    lines = text.splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "role: figure" in line)
    lines[number - 1] = lines[number - 1].replace("role: figure", "role: figur")
    form = tmp_path / "kinh-phi.yml"
    form.write_text("\n".join(lines), encoding="utf-8")
    result = CliRunner().invoke(app, ["form", "check", str(form)])
    assert result.exit_code == 3
    assert f"kinh-phi.yml line {number}: sheet money: column" in " ".join(result.output.split())
    assert "role is 'figur'; it must be one of figure, check," in " ".join(result.output.split())


def test_json_is_one_document_and_the_page_shows_every_mark(tmp_path):
    workbook, page = tmp_path / "b.xlsx", tmp_path / "b.html"
    workbook.write_bytes(kinh_phi())
    result = CliRunner().invoke(app, ["form", "check", str(FOLDER / "kinh-phi.yml"), str(workbook), "--html", str(page), "--json"])
    document = json.loads(result.output)
    assert result.exit_code == 0 and document["workbook"]["sheets"][0]["marks"]["F"] == 4
    html = page.read_text(encoding="utf-8")
    texts = [text for sheet in document["workbook"]["sheets"] for row in sheet["texts"] for text in row if text.strip()]
    assert all(text.replace("&", "&amp;").split("\n")[0] in html for text in texts)


def test_what_people_read_fits_80_columns(tmp_path):
    workbook = tmp_path / "b.xlsx"
    workbook.write_bytes(kinh_phi())
    result = CliRunner().invoke(app, ["form", "check", str(FOLDER / "kinh-phi.yml"), str(workbook)])
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 80


def test_a_table_in_a_text_file_is_read_as_the_night_reads_it(tmp_path):
    """Tabs between fields make a table of a .txt, whatever letters stand in it; prose stays prose."""
    from khuyencong.reporter.preview import preview

    rows = [["Mã đề án", "Hợp đồng", "Giải ngân"], *[[f"DA-{n}", str(n), "0"] for n in range(5)]]
    table, prose = tmp_path / "table.txt", tmp_path / "prose.txt"
    table.write_text("\n".join("\t".join(row) for row in rows), encoding="utf-8")
    prose.write_text("Trong quý I năm 2025, tỉnh đã hỗ trợ 12 đề án với kinh phí 3,5 tỷ đồng.\n" * 3, encoding="utf-8")
    assert [finding["code"] for finding in preview(read_settings(), table, NOW)["findings"]] == ["form_not_found"]
    assert preview(read_settings(), prose, NOW)["figures"]
