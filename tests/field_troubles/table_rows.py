"""B6: rows missing, exchanged, repeated, shifted."""

from __future__ import annotations

from book_builder import first_line, tien_do

from field_troubles.base import MONEY, PROGRESS, Made, line_row, money, progress, two_projects

LAST = len(MONEY.columns)


def empty_row_inside() -> Made:
    """An empty row between two lines."""
    return progress([two_projects()[0], {}, two_projects()[1]])


def empty_rows_on_top() -> Made:
    """Empty rows before everything."""
    return money(lambda sheet: sheet.insert_rows(1, 7))


def second_table_below() -> Made:
    """The table of the period before stands below, with the same header and other projects."""

    def edit(sheet) -> None:
        start = sheet.max_row + 3
        sheet.cell(start - 1, 1, "Kỳ trước (quý IV/2024)")
        for column in range(1, sheet.max_column + 1):
            sheet.cell(start, column, sheet.cell(20, column).value)
            sheet.cell(start + 1, column, sheet.cell(21, column).value)
        sheet.cell(start + 1, PROGRESS.column_by_name["project_code"].position, "KCQG-2024-0077")

    return progress(two_projects(), edit)


def merged_key_over_lines() -> Made:
    """One cell names the activity of two lines."""
    lines = two_projects()
    lines[1].pop("activity")
    column = PROGRESS.column_by_name["activity"].position
    first = first_line(PROGRESS)
    return progress(lines, lambda sheet: sheet.merge_cells(
        start_row=first, end_row=first + 1, start_column=column, end_column=column))  # fmt: skip


def merged_amount_over_lines() -> Made:
    """One cell holds the amount of two lines."""
    lines = two_projects()
    lines[1].pop("disbursed")
    column = PROGRESS.column_by_name["disbursed"].position
    first = first_line(PROGRESS)
    return progress(lines, lambda sheet: sheet.merge_cells(
        start_row=first, end_row=first + 1, start_column=column, end_column=column))  # fmt: skip


def header_of_two_rows_repeated() -> Made:
    """The header of two rows stands once more before the last line."""

    def edit(sheet) -> None:
        row = line_row(sheet, 1)
        merged = [str(each) for each in sheet.merged_cells.ranges]
        sheet.insert_rows(row, 2)
        for column in range(1, LAST + 1):
            for above in (0, 1):
                value = sheet.cell(20 + above, column).value
                if value is not None:
                    sheet.cell(row + above, column, value)
        assert merged

    return money(edit)


def rows_hidden_by_a_filter() -> Made:
    """A filter hides a line."""

    def edit(sheet) -> None:
        sheet.auto_filter.ref = f"A20:W{sheet.max_row}"
        sheet.row_dimensions[first_line(PROGRESS) + 1].hidden = True

    return progress(two_projects(), edit)


def columns_in_another_order() -> Made:
    """Two columns have changed places, header and all."""

    def edit(sheet) -> None:
        left, right = (PROGRESS.column_by_name[name].position for name in ("disbursed", "settled"))
        for row in range(20, sheet.max_row + 1):
            one, other = sheet.cell(row, left).value, sheet.cell(row, right).value
            sheet.cell(row, left).value, sheet.cell(row, right).value = other, one

    return progress(two_projects(), edit)


def one_header_twice() -> Made:
    """Two columns have one name."""
    return progress(two_projects(), lambda sheet: sheet.cell(20, PROGRESS.column_by_name["settled"].position, "Đã giải ngân"))


def headers_with_line_breaks() -> Made:
    """Headers with line breaks, double spaces and a full stop."""

    def edit(sheet) -> None:
        sheet.cell(20, PROGRESS.column_by_name["disbursed"].position, "Đã\n giải   ngân.")

    return progress(two_projects(), edit)


def line_shifted_by_a_column() -> Made:
    """The fields of one line stand one column to the right."""

    def edit(sheet) -> None:
        row = first_line(PROGRESS) + 1
        values = [sheet.cell(row, column).value for column in range(1, len(PROGRESS.columns) + 1)]
        for column, value in enumerate(values, 2):
            sheet.cell(row, column).value = value
        sheet.cell(row, 1).value = None

    return progress(two_projects(), edit)


def amounts_shifted_by_a_column() -> Made:
    """The amounts of one line stand one column to the right."""

    def edit(sheet) -> None:
        row, first = first_line(PROGRESS) + 1, PROGRESS.column_by_name["contract_date"].position
        values = [sheet.cell(row, column).value for column in range(first, len(PROGRESS.columns))]
        for column, value in enumerate(values, first + 1):
            sheet.cell(row, column).value = value
        sheet.cell(row, first).value = None

    return progress(two_projects(), edit)


def notes_and_numbers_below() -> Made:
    """Below the table stand notes, a signature and a telephone number in a column of amounts."""

    def edit(sheet) -> None:
        row = sheet.max_row + 2
        sheet.cell(row, 2, "Ghi chú: số liệu đến hết ngày 31/3")
        sheet.cell(row + 1, PROGRESS.column_by_name["plan"].position, "Người lập biểu")
        sheet.cell(row + 2, PROGRESS.column_by_name["plan"].position, "ĐT: 0912345678")
        sheet.cell(row + 3, PROGRESS.column_by_name["plan"].position, 912345678)

    return progress(two_projects(), edit)


def sum_of_a_page() -> Made:
    """At the end of each printed page its sum."""
    return progress([two_projects()[0], {"project_name": "Cộng trang 1", "plan": 300, "disbursed": 90}, two_projects()[1]])


def carried_to_the_next_page() -> Made:
    """At the beginning of a printed page what the pages before came to."""
    return progress(
        [two_projects()[0], {"project_name": "Số trang trước chuyển sang", "plan": 300, "disbursed": 90}, two_projects()[1]]
    )


def continued_on_a_second_sheet() -> Made:
    """The table goes on on a second sheet without its header."""

    def edit(book) -> None:
        first = book.worksheets[0]
        other = book.create_sheet("Tiến độ (tiếp)")
        row = first_line(PROGRESS) + 1
        for column in range(1, len(PROGRESS.columns) + 1):
            other.cell(1, column, first.cell(row, column).value)
            first.cell(row, column).value = None

    return "xlsx", tien_do(two_projects(), edit=edit)


def one_line_twice() -> Made:
    """The same line stands twice."""
    return progress([two_projects()[0], two_projects()[0], two_projects()[1]])


def numbered_rows_left_empty() -> Made:
    """The template's numbered rows below, with formulas that give 0."""
    return progress([*two_projects(), *({"position": n, "plan": 0, "disbursed": 0} for n in (3, 4, 5))])


def company_named_like_a_total() -> Made:
    """The name of a beneficiary begins as the word for a total: Tổng công ty (a general corporation)."""
    return progress(two_projects(beneficiary_name="Tổng công ty Giấy Bãi Bằng"))


def group_name_beside_the_lines() -> Made:
    """The group of lines is named once, in the first of them."""
    lines = two_projects()
    lines[1].pop("activity")
    return progress(lines)

