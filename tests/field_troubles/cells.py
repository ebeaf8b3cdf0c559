"""B4: formulas, formats, characters, dates, words of counts, numbering and sub-total rows."""

from __future__ import annotations

import datetime
import re

from book_builder import address, kinh_phi

from field_troubles.base import (
    MONEY,
    WATCHED,
    Made,
    line_row,
    money,
    part_of_sheet,
    progress,
    two_projects,
)

NAME = address(MONEY, "activity", 1)


def _amount(value: object, number_format: str | None = None) -> Made:
    def edit(sheet) -> None:
        sheet[WATCHED].value = value
        if number_format:
            sheet[WATCHED].number_format = number_format

    return money(edit)


def dragged_formulas_never_calculated() -> Made:
    """A formula pulled over several cells, every stored result 0."""
    first, second = (address(MONEY, "kcdp_t_contracted", line) for line in (0, 1))
    plan = address(MONEY, "kcdp_t_plan")
    book = kinh_phi(edit=lambda book: [book.worksheets[0].__setitem__(place, 0) for place in (first, second)])

    def change(xml: bytes) -> bytes:
        shared = f'<f t="shared" ref="{first}:{second}" si="0">{plan}*2</f><v>0</v></c>'.encode()
        xml = re.sub(rb'(<c r="%s"[^>]*>)<v>0</v></c>' % first.encode(), rb"\1" + shared, xml)
        return re.sub(rb'(<c r="%s"[^>]*>)<v>0</v></c>' % second.encode(), rb'\1<f t="shared" si="0"/><v>0</v></c>', xml)

    return part_of_sheet(change, book)


def shown_as_a_power_of_ten() -> Made:
    """The format shows a power of ten and rounds."""
    return _amount(10.5, "0E+00")


def shown_rounded() -> Made:
    """The format hides the decimals."""
    return _amount(10.5, "#,##0")


def hidden_by_its_format() -> Made:
    """A format of nothing but semicolons hides the number."""
    return _amount(10.5, ";;;")


def minus_hidden_by_its_format() -> Made:
    """A format shows negative numbers without a sign."""
    return _amount(-10.5, "#,##0.0;#,##0.0")


def thousands_in_the_negative_section() -> Made:
    """Only the section of negative numbers divides by a thousand."""
    return _amount(-10500, "#,##0;-#,##0,")


def minus_behind_the_number() -> Made:
    """The sign stands behind, as accounting programs write it."""
    return _amount("10,5-")


def apostrophes_between_thousands() -> Made:
    """Apostrophes group the thousands."""
    return _amount("1'234'567,5")


def true_minus_sign() -> Made:
    """The minus sign of typesetters."""
    return _amount("−10,5")


def digits_of_another_script() -> Made:
    """Arabic-Indic digits."""
    return _amount("١٠")


def negative_in_brackets() -> Made:
    """Brackets for a negative number."""
    return _amount("(10,5)")


def space_before_the_brackets() -> Made:
    """The currency before a number in brackets."""
    return _amount("VND (10,5)")


def amount_turned_into_a_day() -> Made:
    """The program took 1/5 for a day."""
    return _amount(datetime.date(2025, 5, 1))


def formula_as_text() -> Made:
    """A formula typed into a cell of text: it shows itself."""
    return _amount("'=20/2")


def day_with_a_time_and_zone() -> Made:
    """A day as programs exchange it, with time and zone."""
    return progress(two_projects(contract_date="2025-02-15T00:00:00.000Z"))


def day_in_american_order() -> Made:
    """The month first, and no other reading."""
    return progress(two_projects(contract_date="02/15/2025"))


def note_mark_behind_a_name() -> Made:
    """The name of a line ends with the mark of a note."""
    return money(lambda sheet: sheet.__setitem__(NAME, "Chi khác [1]"))


def bracket_numbering_before_a_name() -> Made:
    """The name of a line begins with a number and a bracket."""
    return money(lambda sheet: sheet.__setitem__(NAME, "11) Chi khác"))


def _with_row_between(values: dict[str, object], lines: list | None = None, at: int = 1) -> Made:
    lines = two_projects() if lines is None else lines
    return progress([*lines[:at], values, *lines[at:]])


def subtotal_under_a_group() -> Made:
    """Below each group of lines a row adds it up."""
    return _with_row_between({"project_name": "Cộng nhóm I", "plan": 300, "disbursed": 90})


def subtotal_named_by_its_activity() -> Made:
    """A row adds up an activity and is named after it."""
    return _with_row_between({"project_name": "Cộng A3", "activity": "A3", "plan": 300, "disbursed": 90})


def subtotal_with_its_word_behind() -> Made:
    """The word for the sum stands behind the name."""
    return _with_row_between({"project_name": "Hoạt động A3 - Tổng", "activity": "A3", "plan": 300, "disbursed": 90})


def of_which_row() -> Made:
    """A row tells a part of the line above it."""
    return _with_row_between({"project_name": "Trong đó: vốn đối ứng", "plan": 100, "disbursed": 40})


def of_which_row_with_the_activity() -> Made:
    """A row tells a part of the line above it, its activity repeated."""
    return _with_row_between({"project_name": "- Trong đó: thiết bị", "activity": "A3", "plan": 100, "disbursed": 40})


def of_which_row_in_the_money_form() -> Made:
    """A row of the money form tells a part of the line above it."""

    def edit(sheet) -> None:
        sheet.insert_rows(line_row(sheet, 1))
        sheet.cell(line_row(sheet, 1), 2, "Trong đó: chi cho lao động nữ")
        sheet.cell(line_row(sheet, 1), MONEY.column_by_name["kcdp_t_disbursed"].position, 4)

    return money(edit)


GROUP = {"position": "1", "project_code": "KCQG-2025-0001", "project_name": "Đề án nhóm: Hỗ trợ máy móc", "activity": "A3",
         "contract_date": "15/02/2025", "plan": 300, "contracted": 300, "disbursed": 90, "state": "Đang thực hiện"}  # fmt: skip


def parts_of_a_group_project() -> Made:
    """A group project with its sum, its parts below it without codes, numbered 1.1 and 1.2."""
    parts = [
        {"position": f"1.{n}", "project_name": f"Cơ sở {n}", "plan": 150, "contracted": 150, "disbursed": 45} for n in (1, 2)
    ]
    return progress([GROUP, *parts, two_projects()[1]])


def parts_with_the_group_s_code() -> Made:
    """The parts repeat the code of their project."""
    parts = [GROUP | {"position": f"1.{n}", "project_name": f"Cơ sở {n}", "plan": 150, "contracted": 150, "disbursed": 45}
             for n in (1, 2)]  # fmt: skip
    return progress([GROUP, *parts, two_projects()[1]])


def parts_without_the_group_s_sum() -> Made:
    """A group project whose amounts stand only on its parts."""
    head = {name: GROUP[name] for name in ("position", "project_code", "project_name", "activity", "state")}
    parts = [
        {"position": f"1.{n}", "project_name": f"Cơ sở {n}", "plan": 150, "contracted": 150, "disbursed": 45} for n in (1, 2)
    ]
    return progress([head, *parts, two_projects()[1]])


def name_in_a_vni_font() -> Made:
    """One name typed in a VNI font among Unicode."""
    return money(lambda sheet: sheet.__setitem__(NAME, "Chi khaùc"))


def name_in_a_tcvn3_font() -> Made:
    """One name typed in a TCVN3 font among Unicode."""
    return money(lambda sheet: sheet.__setitem__(NAME, "Chi kh¸c"))


def label_in_a_tcvn3_font() -> Made:
    """The label and the unit of money in a TCVN3 font: §¬n vÞ tÝnh, ngh×n ®ång."""

    def edit(sheet) -> None:
        found = next(cell for row in sheet["A2:C19"] for cell in row if cell.value == "Đơn vị tính")
        found.value = "§¬n vÞ tÝnh"
        sheet.cell(found.row, 3).value = "ngh×n ®ång"

    return money(edit)


def header_in_a_vni_font() -> Made:
    """The header of one column typed in a VNI font: Ñaõ giaûi ngaân."""

    def edit(sheet) -> None:
        for row in sheet["A20:AN21"]:
            for cell in row:
                if cell.value == "Đã giải ngân":
                    cell.value = "Ñaõ giaûi ngaân"

    return money(edit)


def percent_as_a_part_of_one() -> Made:
    """A percentage typed as a part of one, without a format, beside others."""
    return progress(two_projects(completed_pct=0.85))

