"""One form by four programs: what was written (tests/fixtures/four_programs/contents.yml, by hand) is what is read, from each."""

import datetime
import importlib.util
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from field_troubles.base import FORMS, PROJECT, read

FOLDER = PROJECT / "tests" / "fixtures" / "four_programs"
CONTENTS = yaml.safe_load((FOLDER / "contents.yml").read_text(encoding="utf-8"))
WRITTEN = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".xlsx", ".ods", ".xls"))
FACTORS = {"đồng": 1, "nghìn đồng": 10**3, "triệu đồng": 10**6}
# What the texts among the amounts of contents.yml say, in đồng, in a form of nghìn đồng; a dash is 0.
TYPED = {"-": Decimal(0), "1.234,5": Decimal(1_234_500), "2,5 triệu": Decimal(2_500_000)}


def held_against_contents(code: str, data: bytes, extension: str) -> int:
    """Every cell of the contents, looked up in a reading of the bytes; how many were compared."""
    seen, contents, compared = read((extension, data)), CONTENTS[code], 0
    (draft,) = seen.drafts
    assert not seen.is_returned and draft.form.form_code == code, seen.findings
    assert {f.code for f in seen.findings} <= {"hidden_rows", "key_not_known"}
    assert (draft.identity.unit_key, draft.identity.period_start, draft.identity.period_end) == (
        "long-an", datetime.date(2025, 1, 1), datetime.date(2025, 3, 31),
    )  # fmt: skip
    factor = FACTORS[contents["header"]["Đơn vị tính"]]
    for form_sheet in FORMS[code].sheets:
        written = contents["sheets"].get(form_sheet.sheet_code, [])
        lines = [line for line in draft.lines[form_sheet.sheet_code].lines if line.line_kind in ("detail", "total")]
        assert [line.line_kind for line in lines] == [
            "total" if line.get("activity") == "Tổng cộng" else "detail" for line in written
        ]
        readings = {(row, name): reading for row, name, reading in draft.lines[form_sheet.sheet_code].cells}
        for line, expected in zip(lines, written, strict=True):
            for name, value in expected.items():
                column, found = form_sheet.column_by_name[name], readings.get((line.row_number, name))
                if column.type == "money":
                    in_dong = TYPED[value] if isinstance(value, str) else Decimal(str(value)) * factor
                    assert found.value * factor == in_dong, (name, value)
                elif column.type in ("percent", "by_indicator"):
                    assert found.value == Decimal(str(value)), (name, value)
                elif column.type == "date":
                    assert found.reading == "date" and str(value) in line.texts[name], (name, value)
                elif column.type == "project_state":
                    assert found.reading == "state"
                else:
                    assert line.texts[name].strip() == str(value).strip(), (name, value)
                compared += 1
        blank = [c.name for c in form_sheet.columns if c.is_quantity and c.name not in written[0]] if written else []
        first = lines[0].row_number if lines else 0
        assert all(readings[first, name].reading == "blank" for name in blank if (first, name) in readings)
    hidden = [f for f in seen.findings if f.code == "hidden_rows"]
    assert [f.written for f in hidden] == [str(draft.lines[FORMS[code].sheets[0].sheet_code].lines[1].row_number)]
    return compared


def test_four_programs_wrote_both_forms():
    programs = {tuple(name.split(".")[1:]) for name in WRITTEN}
    libreoffice = {("libreoffice", kind) for kind in ("xlsx", "ods", "xls")}
    assert programs == {("xlsxwriter", "xlsx"), ("openpyxl", "xlsx"), ("excelize", "xlsx"), *libreoffice}
    assert len(WRITTEN) == 2 * len(programs) and all((FOLDER / name).stat().st_size < 30_000 for name in WRITTEN)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_written_is_read(name):
    code, _, extension = name.split(".")
    cells = sum(len(line) for lines in CONTENTS[code]["sheets"].values() for line in lines)
    assert held_against_contents(code, (FOLDER / name).read_bytes(), extension) == cells > 20


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine; its workbooks of before are read")
def test_what_libreoffice_writes_today_is_read(tmp_path: Path):
    found = importlib.util.spec_from_file_location("write", FOLDER / "write.py")
    write = importlib.util.module_from_spec(found)
    found.loader.exec_module(write)
    for kind in ("xlsx", "ods", "xls"):
        write.by_libreoffice(FOLDER / "kinh-phi.xlsxwriter.xlsx", kind, tmp_path / f"new.{kind}")
        assert held_against_contents("kinh-phi", (tmp_path / f"new.{kind}").read_bytes(), kind)
