"""A file's bytes → its submissions, without a database: layout, header, lines, cells and their findings."""

import datetime
from decimal import Decimal

import pytest
from book_builder import FORMS, HEADER_ROW, address, first_line, kinh_phi, make_book, tien_do
from openpyxl.styles import Font

from ingestion.landing.receipts import Receipt
from ingestion.reading.reading import read_file
from ingestion.register import load_register
from warehouse.settings import PROJECT

FOLDER = PROJECT / "dbt_project" / "register"
REGISTER = load_register(FOLDER)
RECEIVED = datetime.datetime.fromisoformat("2025-04-20T09:00:00+07:00")
MONEY, PROJECTS = FORMS["kinh-phi"].sheets
PROGRESS = FORMS["tien-do"].sheets[0]
BOLD = Font(bold=True)


def read(data: bytes, claimed: str | None = "long-an", received: datetime.datetime = RECEIVED, extension: str = "xlsx"):
    return read_file(data, Receipt(1, claimed, received, "0" * 64, extension), FORMS, REGISTER, FOLDER)


def one(data: bytes, **options):
    """The only submission of a file that says nothing about the file itself."""
    drafts, findings = read(data, **options)
    assert findings == [] and len(drafts) == 1
    return drafts[0]


def codes(draft) -> list[str]:
    return sorted({finding.code for finding in draft.findings})


def cell(draft, sheet_code: str, column: str, line: int = 0):
    rows = draft.lines[sheet_code]
    number = rows.lines[line].row_number
    return next(r for n, name, r in rows.cells if (n, name) == (number, column))


def test_a_clean_workbook():
    draft = one(kinh_phi())
    assert codes(draft) == [] and not draft.is_returned
    i = draft.identity
    assert (i.unit_key, i.sender_role, i.budget_year) == ("long-an", "so", 2025)
    assert (i.period_start, i.period_end) == (datetime.date(2025, 1, 1), datetime.date(2025, 3, 31))
    lines = draft.lines["money"].lines
    assert [(n.line_kind, n.keys.get("activity_code")) for n in lines] == [("detail", "A1"), ("detail", "A99"), ("total", None)]
    reading = cell(draft, "money", "kcdp_t_disbursed")
    assert (reading.reading, reading.value, reading.decimals) == ("number", Decimal("10.5"), 1)
    assert cell(draft, "money", "kcqg_disbursed").reading == "zero_mark"
    assert cell(draft, "money", "kcdp_t_settled").reading == "blank"
    assert lines[0].texts["kcdp_t_disbursed"] == "10.5" and lines[0].texts["kcdp_t_plan"] == "20"


def test_by_indicator_columns_hold_figures_only_where_they_are_the_source():
    draft = one(kinh_phi())
    assert cell(draft, "projects", "kcdp_t").value == 3
    lines = {"money": [], "projects": [{"indicator": "Số lớp đào tạo nghề", "kcdp_t": 5}]}
    draft = one(make_book(FORMS["kinh-phi"], lines))
    assert draft.lines["projects"].cells == []
    assert "figure_not_from_here" in codes(draft)


def insert_rows(book):
    for sheet in book:
        sheet.insert_rows(1, 2)
        sheet["A1"] = "UBND TỈNH LONG AN"


def insert_column(book):
    sheet = book.worksheets[0]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.insert_cols(2)
    sheet.cell(HEADER_ROW, 2, "Ghi chú của tỉnh")


def title_case(book):
    for row in book.worksheets[0].iter_rows(min_row=HEADER_ROW, max_row=HEADER_ROW + 1):
        for each in row:
            if each.value:
                each.value = f" {str(each.value).upper()} "


def numbering_row(book):
    sheet = book.worksheets[0]
    sheet.insert_rows(first_line(MONEY))
    for n in range(1, 8):
        sheet.cell(first_line(MONEY), n, f"({n})")


def notes_and_signature(book):
    sheet = book.worksheets[0]
    sheet.cell(first_line(MONEY) + 5, 2, "Ghi chú: số liệu đã đối chiếu")
    sheet.cell(first_line(MONEY) + 7, 2, "Người lập biểu")
    sheet.cell(first_line(MONEY) + 7, 5, "GIÁM ĐỐC")


def blank_rows(book):
    sheet = book.worksheets[0]
    for row in range(100, 10_100):
        sheet.cell(row, 1, "")
        sheet.cell(row, 1).font = BOLD
        sheet.cell(row, 3).value = " "


@pytest.mark.parametrize("edit", [insert_rows, insert_column, title_case, numbering_row, notes_and_signature, blank_rows])
def test_what_provinces_do_to_a_template_changes_no_figure(edit):
    draft = one(kinh_phi(edit=edit))
    clean = one(kinh_phi())
    assert not draft.is_returned
    for sheet_code in ("money", "projects"):
        details = [[n for n in d.lines[sheet_code].lines if n.line_kind != "label"] for d in (draft, clean)]
        assert [(n.line_kind, n.keys) for n in details[0]] == [(n.line_kind, n.keys) for n in details[1]]
        readings = [[(name, r) for _, name, r in d.lines[sheet_code].cells] for d in (draft, clean)]
        assert readings[0] == readings[1]


def test_an_extra_column_is_said_and_not_read():
    draft = one(kinh_phi(edit=insert_column))
    assert [f.written for f in draft.findings if f.code == "column_not_known"] == ["Ghi chú của tỉnh"]


def test_other_sheet_name_is_accepted_with_a_note():
    draft = one(kinh_phi(edit=lambda book: setattr(book.worksheets[0], "title", "Sheet1")))
    assert codes(draft) == ["sheet_name_other"] and not draft.is_returned


def test_a_missing_sheet_returns_the_submission():
    draft = one(kinh_phi(edit=lambda book: book.remove(book.worksheets[1])))
    assert codes(draft) == ["sheet_missing"] and draft.is_returned and draft.identity


def test_a_missing_column_of_figures_returns_the_submission():
    def spoil(book):
        book.worksheets[0][address(MONEY, "kcdp_t_disbursed", -1)] = "Cột khác"

    draft = one(kinh_phi(edit=spoil))
    assert {"column_missing", "column_not_known"} == set(codes(draft)) and draft.is_returned


def test_a_column_twice_returns_the_submission():
    def spoil(book):
        book.worksheets[0][address(MONEY, "kcdp_t_settled", -1)] = "Đã giải ngân"

    draft = one(kinh_phi(edit=spoil))
    assert {"column_missing", "column_twice"} <= set(codes(draft)) and draft.is_returned


@pytest.mark.parametrize(
    ("unit", "header", "factor", "value"),
    [
        ("đồng", None, 1, "10.5"),
        ("tỷ đồng", None, 10**9, "10.5"),
        ("1.000đ", None, 10**3, "10.5"),
    ],
)
def test_unit_of_money_of_the_header_cell(unit, header, factor, value):
    draft = one(kinh_phi(header={"money_unit": unit}))
    assert draft.identity.money_factor == factor
    assert draft.tables[0].money_factors == {}


def test_unit_of_money_of_a_column_header_wins():
    def spoil(book):
        book.worksheets[0][address(MONEY, "kcdp_t_disbursed", -1)] = "Đã giải ngân (đồng)"

    draft = one(kinh_phi(header={"money_unit": "tỷ đồng"}, edit=spoil))
    assert draft.tables[0].money_factors == {"kcdp_t_disbursed": 1}


def test_a_cell_with_its_own_unit_is_turned_into_the_columns():
    def spoil(book):
        book.worksheets[0][address(MONEY, "kcdp_t_disbursed")] = "1,2 tỷ đồng"

    reading = cell(one(kinh_phi(edit=spoil)), "money", "kcdp_t_disbursed")
    assert (reading.value, reading.decimals) == (Decimal(1200), -2)


def test_the_unit_of_measure_of_a_line_beats_the_header():
    lines = [{"indicator_code": "KC-O03v", "indicator": "Giá trị sản xuất công nghiệp nông thôn", "unit_of_measure": unit,
              "ytd_kcdp": 872.7} for unit in ("tỷ đồng", "triệu đồng", None)]  # fmt: skip
    draft = one(make_book(FORMS["ket-qua"], {"results": lines}))
    readings = [cell(draft, "results", "ytd_kcdp", n) for n in range(3)]
    assert [(r.value, r.decimals) for r in readings] == [(Decimal(872700), -2), (Decimal("872.7"), 1), (Decimal("872.7"), 1)]


def test_an_unknown_unit_of_money_is_never_guessed():
    draft = one(kinh_phi(header={"money_unit": "đấu"}))
    assert draft.is_returned and "money_unit_unknown" in codes(draft)


def test_an_amount_whose_unit_nothing_tells_returns_the_report():
    draft = one(kinh_phi(header={"money_unit": None}))
    assert draft.is_returned and codes(draft).count("money_unit_missing") == 1

    def only_counts(book):
        for name in ("kcdp_t_plan", "kcdp_t_disbursed"):
            for line in range(3):
                book.worksheets[0][address(MONEY, name, line)] = "-"

    assert "money_unit_missing" not in codes(one(kinh_phi(header={"money_unit": None}, edit=only_counts)))


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("ĐVT · nghìn đồng", 10**3), ("(Đơn vị: tỷ đồng)", 10**9), ("Số liệu tính bằng đồng Việt Nam", 1),
        ("BÁO CÁO KINH PHÍ (ĐVT: 1.000 ĐỒNG)", 10**3), ("Ð.V.T: Tr.Ðồng", 10**6),
    ],
)  # fmt: skip
def test_a_unit_told_anywhere_above_the_table_counts_and_two_that_disagree_return_the_report(text, factor):
    def tell(book):
        book.worksheets[0]["E18"] = text
        book.worksheets[1]["E18"] = text

    draft = one(kinh_phi(header={"money_unit": None}, edit=tell))
    assert draft.identity.money_factor == factor and not draft.is_returned
    other = "đồng" if factor != 1 else "triệu đồng"
    draft = one(kinh_phi(header={"money_unit": other}, edit=tell))
    assert draft.is_returned and "money_units_disagree" in codes(draft)


def say_on_sheet(number, unit):
    def tell(book):
        for row in book.worksheets[number].iter_rows(max_row=18):
            for each in row:
                if each.value == "triệu đồng":
                    each.value = unit

    return tell


def test_a_sheet_that_tells_another_unit_than_the_first_is_read_in_its_own():
    draft = one(kinh_phi(edit=say_on_sheet(0, "nghìn đồng")))
    assert draft.identity.money_factor == 10**3 and draft.tables[0].money_factors == {}
    draft = one(kinh_phi(edit=say_on_sheet(1, "nghìn đồng")))
    assert draft.identity.money_factor == 10**6
    assert draft.tables[0].money_factors == {} and set(draft.tables[1].money_factors.values()) == {10**3}


def test_a_sheet_whose_own_unit_nobody_knows_is_not_read_in_that_of_another():
    draft = one(kinh_phi(edit=say_on_sheet(0, "nghìn USD")))
    assert draft.is_returned and codes(draft).count("money_unit_unknown") == 1


@pytest.mark.parametrize(
    ("unit", "value"),
    [("1.000 đồng", Decimal("4.54")), ("tr.đ", Decimal(4540)), ("trăm triệu đồng", None), ("nghìn USD", None), ("người", None)],
)
def test_the_unit_of_a_line_is_read_in_all_spellings_or_its_number_is_not_known(unit, value):
    lines = [{"indicator_code": "KC-O03v", "indicator": "Giá trị sản xuất công nghiệp nông thôn", "unit_of_measure": unit,
              "ytd_kcdp": 4540}]  # fmt: skip
    draft = one(make_book(FORMS["ket-qua"], {"results": lines}))
    reading = cell(draft, "results", "ytd_kcdp", 0)
    assert (reading.value, "line_unit_unknown" in codes(draft)) == (value, value is None)


def test_an_ambiguous_number_is_decided_by_its_column_only():
    def spoil(book):
        book.worksheets[0][address(MONEY, "kcdp_t_disbursed", 0)] = "1.234"

    def spoil_and_show(book):
        spoil(book)
        book.worksheets[0][address(MONEY, "kcdp_t_disbursed", 1)] = "1.234.567,5"

    undecided = cell(one(kinh_phi(edit=spoil)), "money", "kcdp_t_disbursed")
    assert (undecided.reading, undecided.alternatives) == ("ambiguous", (Decimal(1234), Decimal("1.234")))
    assert cell(one(kinh_phi(edit=spoil_and_show)), "money", "kcdp_t_disbursed").value == 1234


def test_formula_errors_and_formulas_without_result_are_no_blanks():
    def spoil(book):
        sheet = book.worksheets[0]
        sheet[address(MONEY, "kcdp_t_disbursed", 0)] = "#REF!"
        sheet[address(MONEY, "kcdp_t_disbursed", 1)] = "=SUM(A1:A3)"

    draft = one(kinh_phi(edit=spoil))
    assert [cell(draft, "money", "kcdp_t_disbursed", n).reading for n in (0, 1)] == ["formula_error", "unreadable"]
    assert draft.lines["money"].lines[0].texts["kcdp_t_disbursed"] == "#REF!"


@pytest.mark.parametrize(("written", "number_format"), [(0.855, "0.0%"), (85.5, "General"), ("85,5", "@"), ("85,5%", "@")])
def test_a_percentage_is_what_people_see(written, number_format):
    def spoil(book):
        each = book.worksheets[0][address(PROGRESS, "completed_pct")]
        each.value, each.number_format = written, number_format

    reading = cell(one(tien_do(edit=spoil)), "progress", "completed_pct")
    assert (reading.value, reading.decimals) == (Decimal("85.5"), 1)


def test_merged_figures_are_disputed_hidden_rows_and_columns_are_read():
    def spoil(book):
        sheet = book.worksheets[0]
        sheet.merge_cells(f"{address(MONEY, 'kcdp_t_plan', 0)}:{address(MONEY, 'kcdp_t_plan', 1)}")
        sheet.row_dimensions[first_line(MONEY)].hidden = True
        sheet.column_dimensions["D"].hidden = True

    draft = one(kinh_phi(edit=spoil))
    assert codes(draft) == ["hidden_columns", "hidden_rows", "merged_cells"] and not draft.is_returned
    assert cell(draft, "money", "kcdp_t_plan", 0).value == 20
    assert cell(draft, "money", "kcdp_t_plan", 1).reading == "unreadable"
    merged = next(f for f in draft.findings if f.code == "merged_cells")
    assert (merged.cell_address, merged.verdict) == (address(MONEY, "kcdp_t_plan", 1), "cell")


def test_an_unknown_activity_on_a_line_with_money_returns_the_submission():
    def spoil(book):
        book.worksheets[0][address(MONEY, "activity")] = "Hoạt động lạ"

    draft = one(kinh_phi(edit=spoil))
    finding = next(f for f in draft.findings if f.verdict == "return")
    assert (finding.code, finding.cell_address) == ("line_key_unreadable", address(MONEY, "activity"))
    assert "A1, A2" in finding.message_vi and "A10" not in finding.expected


def test_a_numbered_heading_with_a_subtotal_is_no_figure():
    lines = [{"position": "I", "project_name": "Đề án chuyển tiếp", "disbursed": 90},
             {"position": 1, "project_code": "kcqg-2025- 0001", "activity": "A3", "disbursed": 90}]  # fmt: skip
    draft = one(tien_do(lines))
    kinds = [(n.line_kind, n.keys.get("project_key")) for n in draft.lines["progress"].lines]
    assert kinds == [("label", None), ("detail", "KCQG-2025-0001")]
    assert codes(draft) == ["heading_with_amounts"]


def test_dates_marks_and_states_count():
    draft = one(tien_do())
    assert cell(draft, "progress", "contract_date").reading == "date"
    assert cell(draft, "progress", "acceptance_date").reading == "blank"
    assert (cell(draft, "progress", "state").reading, cell(draft, "progress", "state").value) == ("state", 0)
    assert draft.lines["progress"].lines[0].keys["state_code"] == "running"
    stopped = one(tien_do([{"project_code": "A", "activity": "1", "state": "Ngừng", "contract_date": "15/13/2025",
                            "adjusted_mark": "x", "disbursed": 0}]))  # fmt: skip
    assert cell(stopped, "progress", "state").value == 1
    assert cell(stopped, "progress", "contract_date").reading == "unreadable"
    assert cell(stopped, "progress", "adjusted_mark").reading == "mark"


@pytest.mark.parametrize(
    ("header", "lines", "expected"),
    [
        ({"is_nil": "x", "nil_reason": "Chưa giao kế hoạch"}, [], []),
        ({"is_nil": "x"}, [], ["nil_without_reason"]),
        ({}, [], ["no_lines"]),
        ({"is_nil": "x", "nil_reason": "Không có"}, None, ["nil_with_lines"]),
        ({"is_withdrawal": "x"}, [], []),
    ],
)
def test_nil_reports(header, lines, expected):
    draft = one(tien_do(lines, header=header))
    assert codes(draft) == expected
    assert draft.identity.is_nil == ("is_nil" in header)


def test_two_forms_in_one_workbook_are_two_submissions():
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(kinh_phi()))
    other = openpyxl.load_workbook(io.BytesIO(tien_do())).worksheets[0]
    sheet = book.create_sheet(other.title)
    for row in other.iter_rows():
        for each in row:
            sheet.cell(each.row, each.column, each.value)
    buffer = io.BytesIO()
    book.save(buffer)
    drafts, findings = read(buffer.getvalue())
    assert findings == [] and sorted(d.form.form_code for d in drafts) == ["kinh-phi", "tien-do"]
    assert all(not d.findings for d in drafts)


@pytest.mark.parametrize(
    ("options", "header", "code"),
    [
        ({}, {"unit": "Tỉnh Mẫu"}, "unit_unknown"),
        ({}, {"unit": "Tây Ninh"}, "unit_of_another_sender"),
        ({}, {"unit_code": "79"}, "unit_code_other"),
        ({"claimed": None}, {"unit": "Hà Tây"}, "unit_not_on_date"),
        ({}, {"sender_role": "Hội Chữ thập"}, "header_unreadable"),
        ({}, {"period_end": "hôm nay"}, "header_unreadable"),
        ({}, {"period_end": None}, "header_missing"),
    ],
)
def test_a_file_that_is_nobodys_report(options, header, code):
    drafts, _ = read(kinh_phi(header=header), **options)
    assert drafts[0].identity is None
    finding = next(f for f in drafts[0].findings if f.verdict == "return")
    assert finding.code == code
    assert finding.cell_address or code == "header_missing"


@pytest.mark.parametrize(
    ("header", "received", "code"),
    [
        ({"period_end": "30/04/2025"}, "2025-05-02", "period_not_of_form"),
        ({"period_start": "01/05/2025"}, "2025-06-01", "period_backwards"),
        ({"period_start": "01/01/2024"}, "2025-04-20", "period_over_years"),
        ({"period_start": "01/01/2026", "period_end": "31/03/2026"}, "2025-04-20", "period_not_begun"),
        ({"period_end": "30/06/2025"}, "2025-05-20", "period_not_over"),
        ({"budget_year": "2020"}, "2025-04-20", "budget_year_other"),
        ({"unit": "Tây Ninh", "period_start": "01/08/2025", "period_end": "30/09/2025"}, "2025-10-20", "period_start_of_successor"),
    ],
)
def test_periods_that_are_refused(header, received, code):
    claimed = "tay-ninh-2025" if "unit" in header else "long-an"
    moment = datetime.datetime.fromisoformat(f"{received}T09:00:00+07:00")
    drafts, _ = read(kinh_phi(header=header), claimed=claimed, received=moment)
    assert code in codes(drafts[0])
    assert any(f.verdict == "return" for f in drafts[0].findings)


def test_a_successor_reports_for_the_units_it_succeeded_from_its_first_day():
    late = datetime.datetime.fromisoformat("2025-07-20T09:00:00+07:00")
    assert one(kinh_phi(), claimed="tay-ninh-2025", received=late).identity.unit_key == "long-an"
    drafts, _ = read(kinh_phi(), claimed="tay-ninh-2025", received=RECEIVED)
    assert "unit_of_another_sender" in codes(drafts[0])


MAY = {"period_start": "01/01/2025", "period_end": "31/05/2025", "unit_code": "80"}
AUGUST = {"period_start": "01/01/2025", "period_end": "31/08/2025", "unit_code": "80"}
IN_JUNE, IN_SEPTEMBER = (datetime.datetime.fromisoformat(f"2025-{month}-20T09:00:00+07:00") for month in ("06", "09"))


@pytest.mark.parametrize("name", ["by its name", "by its code alone"])
@pytest.mark.parametrize(
    ("period", "claimed", "received", "written", "unit_key"),
    [
        (MAY, "long-an", IN_JUNE, "Long An", "long-an"),
        (MAY, "tay-ninh-2025", IN_SEPTEMBER, "Long An", "long-an"),
        (AUGUST, "tay-ninh-2025", IN_SEPTEMBER, "Tây Ninh", "tay-ninh-2025"),
    ],
)
def test_a_code_means_the_unit_of_the_end_of_the_period_whenever_it_arrives(name, period, claimed, received, written, unit_key):
    header = period | {"unit": written if name == "by its name" else "80"}
    draft = one(tien_do(header=header), claimed=claimed, received=received)
    assert draft.identity.unit_key == unit_key and not draft.is_returned


@pytest.mark.parametrize(
    ("period", "written", "vi", "en"),
    [
        (MAY, "Tây Ninh", "mã “80” vào ngày 31/05/2025 là của Long An, không phải Tây Ninh. Hãy sửa mã hoặc tên và gửi lại.",
         "on 31/05/2025 the code “80” meant Long An, not Tây Ninh. Correct code or name and send the file again."),
        (AUGUST, "Long An", "đơn vị “Long An” không tồn tại vào ngày 31/08/2025", "“Long An” did not exist on 31/08/2025"),
        (AUGUST | {"unit_code": "72"}, "Tây Ninh", "mã “72” vào ngày 31/08/2025 là của không đơn vị nào",
         "the code “72” meant no unit, not Tây Ninh"),
    ],
)  # fmt: skip
def test_a_file_whose_code_and_name_disagree_is_returned_with_a_sentence(period, written, vi, en):
    drafts, _ = read(tien_do(header=period | {"unit": written}), "tay-ninh-2025", IN_SEPTEMBER)
    finding = next(f for f in drafts[0].findings if f.verdict == "return")
    assert drafts[0].identity is None
    assert vi in finding.message_vi and en in finding.message_en
    assert finding.cell_address in finding.message_vi


@pytest.mark.parametrize(("start", "is_accepted"), [("01/01/2025", True), ("01/07/2025", True)])
def test_a_successor_reports_inclusive_or_since(start, is_accepted):
    late = datetime.datetime.fromisoformat("2025-10-20T09:00:00+07:00")
    header = {"unit": "Tây Ninh", "period_start": start, "period_end": "30/09/2025"}
    draft = one(kinh_phi(header=header), claimed="tay-ninh-2025", received=late)
    assert draft.is_returned is not is_accepted


def test_wrong_version_and_unknown_form():
    assert codes(one(kinh_phi(mark="kinh-phi 2"))) == ["version_unknown"]
    drafts, findings = read(kinh_phi(mark="bao-cao-la 1"))
    assert drafts == [] and {f.code for f in findings} == {"form_unknown"}


@pytest.mark.parametrize(("mark", "is_accepted"), [("kinh-phi 1", False), ("kinh-phi 0", True), ("kinh-phi", False)])
def test_a_period_before_the_version_of_the_form_is_returned(mark, is_accepted):
    draft = one(kinh_phi(mark=mark, header={"period_start": "01/01/2022", "period_end": "31/03/2022"}))
    assert draft.is_returned is not is_accepted
    assert ("period_before_form" in codes(draft)) is not is_accepted


def test_without_a_form_mark_the_title_tells():
    def spoil(book):
        for sheet in book:
            sheet["B2"], sheet["C2"] = None, None

    assert codes(one(kinh_phi(edit=spoil))) == ["form_mark_missing"]


def test_two_sheets_of_a_form_must_agree():
    def spoil(book):
        book.worksheets[1]["C3"] = "Tây Ninh"

    assert "header_disagrees" in codes(one(kinh_phi(edit=spoil)))


def test_a_document_number_is_part_of_an_allocation_decision():
    lines = {"allocation": [{"line_unit": "Long An", "project_code": "KCQG-2025-0001", "activity": "A3", "effect": "Giảm",
                             "amount": 40, "place": "xã Mẫu, tỉnh Long An", "project_mark": "x"}]}  # fmt: skip
    header = {"unit": "Trung ương", "sender_role": "Cục Công Thương địa phương", "document_date": "15/01/2025"}
    drafts, _ = read(make_book(FORMS["giao-ke-hoach"], lines, header), claimed="trung-uong")
    assert "header_missing" in codes(drafts[0])
    header |= {"document_no": "12/QĐ-BCT"}
    draft = one(make_book(FORMS["giao-ke-hoach"], lines, header), claimed="trung-uong")
    assert not draft.is_returned and draft.identity.document_no == "12/QĐ-BCT"
    keys = draft.lines["allocation"].lines[0].keys
    assert keys == {"fund_code": "KCQG", "line_unit_key": "long-an", "project_key": "KCQG-2025-0001", "activity_code": "A3",
                    "place_unit_key": "long-an", "effect_code": "reduce"}  # fmt: skip
