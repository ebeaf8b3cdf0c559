"""Where a form's header fields stand: each kind of place, their order, and one submission a sheet where its name tells whose."""

from datetime import date
from decimal import Decimal

import pytest
from invented_forms import (
    ACTIVITY,
    MONEY,
    NO_MARK,
    PERIOD,
    SENDER,
    UNIT,
    constant,
    figure,
    invented,
    read_forms,
    read_one,
    workbook,
)

from ingestion.written.patterns import value_in

TABLE = [["Work", "Paid"], ["Chi khác", 12.5], ["Đào tạo nghề, truyền nghề", 3]]
Q1 = (date(2025, 1, 1), date(2025, 3, 31))
FIXED = [NO_MARK, SENDER, MONEY]


def places(name, type_, *where, **keys):
    return {"name": name, "type": type_, "required": True, "places": list(where), **keys}


def at(where, pattern):
    return {"at": where, "pattern": pattern}


def told(draft):
    """Whose report it is, and where the file says so."""
    i, header = draft.identity, draft.header
    where = {
        name: (header[name].sheet_name, header[name].cell_address) for name in ("unit", "period") if name in header
    }
    return i.unit_key, (i.period_start, i.period_end), where


@pytest.mark.parametrize(
    ("pattern", "text", "value"),
    [
        ("Return of {value} for *", "RETURN  of Hà Nội for Q2 2025", "Hà Nội"),
        ("Return of {value}", "Return officer", None),
        ("{value} - *", "Hà Nội – Quý I/2025", "Hà Nội"),
        ("* - {value}", "Hà Nội - Quý I/2025", "Quý I/2025"),
        ("{value} - *", "Hà Nội Quý I/2025", None),
        ("Region: {value}", "region – North East", "North East"),
        ("FY {value} budget", "FY 2025/26 Budget", "2025/26"),
        ("Báo cáo {value}", "BÁO CÁO tháng 3/2025".lower(), "tháng 3/2025"),
        ("{value}", " – ", None),
    ],
)
def test_a_pattern_gives_the_value_as_it_is_written(pattern, text, value):
    assert value_in(pattern, text) == value


def test_beside_a_label_of_the_forms_own():
    data = workbook(Works=[["Province", "Long An"], ["Period: Quý I/2025"], [], *TABLE])
    draft = read_one(data, invented(*FIXED, UNIT, PERIOD))
    assert told(draft) == ("long-an", Q1, {"unit": ("Works", "B1"), "period": ("Works", "A2")})
    assert [reading.value for _, _, reading in draft.lines["works"].cells] == [Decimal("12.5"), 3]
    assert draft.findings == []
    assert draft.header["sender_role"].cell_address == "form"


def test_below_a_label():
    below = [{"at": "below"}]
    form = invented(*FIXED, {**UNIT, "places": below}, {**PERIOD, "places": below})
    draft = read_one(workbook(Works=[["Province", "Period", "Page"], ["Long An", "Quý I/2025", 1], [], *TABLE]), form)
    assert told(draft) == ("long-an", Q1, {"unit": ("Works", "A2"), "period": ("Works", "B2")})
    assert told(read_one(workbook(Works=[["Province", "Period"], [], ["Long An", "Q1 2025"], *TABLE]), form))[:2] == (
        "long-an",
        Q1,
    )


def test_a_label_below_a_label_is_no_value():
    form = invented(*FIXED, {**UNIT, "places": [{"at": "below"}]}, PERIOD)
    drafts, _ = read_forms(workbook(Works=[["Province", "x"], ["Period", "Q1 2025"], *TABLE]), form)
    assert drafts[0].identity is None
    assert [(f.code, f.expected) for f in drafts[0].findings] == [("header_missing", "Province")]


def test_in_a_text():
    text = "Return of {value} for *"
    form = invented(
        *FIXED,
        places("unit", "unit", at("text", text)),
        places("period", "span", at("text", "Return of * for {value}")),
    )
    draft = read_one(workbook(Works=[["Ministry"], [], ["", "RETURN OF Long An for Q1 2025"], [], *TABLE]), form)
    assert told(draft) == ("long-an", Q1, {"unit": ("Works", "B3"), "period": ("Works", "B3")})
    assert draft.header["unit"].written == "Long An"


def test_in_the_names_of_sheet_file_and_folder():
    form = invented(
        *FIXED,
        places("unit", "unit", at("folder", "province {value}")),
        places("period", "span", at("file_name", "grants {value}")),
    )
    draft = read_one(workbook(Works=TABLE), form, location="2025/Province Long An/march/grants_Q1-2025.xlsx")
    assert told(draft) == ("long-an", Q1, {"unit": ("", "folder"), "period": ("", "file name")})
    by_sheet = invented(*FIXED, UNIT, places("period", "span", at("sheet_name", "Report {value}")))
    rows = [["Province", "Long An"], *TABLE]
    draft = read_one(workbook(**{"Report Q1 2025": rows}), by_sheet)
    assert told(draft) == (
        "long-an",
        Q1,
        {"unit": ("Report Q1 2025", "B1"), "period": ("Report Q1 2025", "sheet name")},
    )


def test_the_first_place_that_gives_a_value_counts_wherever_it_stands():
    unit = places(
        "unit",
        "unit",
        {"at": "right"},
        at("file_name", "{value} grants"),
        {"at": "constant", "value": "Hà Nội"},
        labels=["Province"],
    )
    form, period = invented(*FIXED, unit, PERIOD), [["Period", "Q1 2025"]]
    cover, name = [["Province", "Long An"]], "Tây Ninh grants.xlsx"
    assert told(read_one(workbook(Works=period + TABLE, Cover=cover), form, location=name))[0] == "long-an"
    assert told(read_one(workbook(Works=period + TABLE), form, location=name))[0] == "tay-ninh"
    assert told(read_one(workbook(Works=period + TABLE), form))[0] == "ha-noi"


def test_a_place_that_is_no_cell_is_named_in_the_sentence():
    form = invented(*FIXED, PERIOD, places("unit", "unit", at("sheet_name", "{value}")))
    drafts, _ = read_forms(workbook(Atlantis=[["Period", "Q1 2025"], *TABLE]), form)
    finding = next(f for f in drafts[0].findings if f.code == "unit_unknown")
    assert finding.message_en.startswith("The name of sheet “Atlantis” names the unit “Atlantis”")
    assert finding.message_vi.startswith("Tên trang “Atlantis” ghi đơn vị “Atlantis”")


def test_sheets_whose_names_tell_units_are_a_submission_each():
    form = invented(*FIXED, PERIOD, places("unit", "unit", at("sheet_name", "{value}")))
    other = [TABLE[0], ["Chi khác", 99]]
    data = workbook(**{"Cover": [["Period", "Q1 2025"]], "Long An": TABLE, "Hà Nội": other})
    drafts, findings = read_forms(data, form)
    assert findings == [] and [draft.findings for draft in drafts] == [[], []]
    assert [told(draft) for draft in drafts] == [
        ("long-an", Q1, {"unit": ("Long An", "sheet name"), "period": ("Cover", "B1")}),
        ("ha-noi", Q1, {"unit": ("Hà Nội", "sheet name"), "period": ("Cover", "B1")}),
    ]
    assert [[c[2].value for c in draft.lines["works"].cells] for draft in drafts] == [[Decimal("12.5"), 3], [99]]


def test_sheets_whose_names_tell_periods_are_a_submission_each_and_their_sum_is_none():
    form = invented(*FIXED, UNIT, places("period", "span", at("sheet_name", "Month {value}")))
    head = [["Province", "Long An"]]
    data = workbook(**{"Month 1-2025": head + TABLE, "Month 2-2025": head + TABLE, "All": head + TABLE})
    drafts, findings = read_forms(data, form)
    assert [draft.identity.period_end for draft in drafts] == [date(2025, 1, 31), date(2025, 2, 28)]
    assert [(f.code, f.sheet_name) for f in findings] == [("sheet_not_read", "All")]


def test_units_in_cells_of_two_sheets_still_disagree():
    form = invented(*FIXED, UNIT, PERIOD)
    rows = [["Period", "Q1 2025"], ["Province", "Long An"]]
    drafts, _ = read_forms(workbook(Works=rows + TABLE, Notes=[["Province", "Hà Nội"]]), form)
    assert [f.code for f in drafts[0].findings] == ["header_disagrees"]


@pytest.mark.parametrize(
    ("cell", "codes"), [(None, []), ("Unit: million VND", []), ("Đơn vị tính: nghìn đồng", ["money_units_disagree"])]
)
def test_a_unit_of_money_that_the_form_says_is_contradicted_by_another(cell, codes):
    rows = [["Province", "Long An"], ["Period", "Q1 2025"], [cell], *TABLE]
    drafts, _ = read_forms(workbook(Works=rows), invented(*FIXED, UNIT, PERIOD))
    assert [f.code for f in drafts[0].findings if f.verdict == "return"] == codes
    assert drafts[0].identity.money_factor in (1_000_000, 1000)


def test_one_cell_for_the_period_gives_way_to_cells_for_its_ends():
    start = {"name": "period_start", "labels": ["From"], "type": "date", "required": True}
    rows = [["Province", "Long An"], ["Period", "Q1 2025"], ["From", "01/02/2025"], *TABLE]
    assert told(read_one(workbook(Works=rows), invented(*FIXED, UNIT, PERIOD, start)))[1] == (
        date(2025, 2, 1),
        date(2025, 3, 31),
    )


@pytest.mark.parametrize(("rows", "code"), [([["Period", "soon"]], "header_unreadable"), ([], "header_missing")])
def test_a_period_that_cannot_be_told_is_asked_for_by_its_own_label(rows, code):
    drafts, _ = read_forms(workbook(Works=[["Province", "Long An"], *rows, *TABLE]), invented(*FIXED, UNIT, PERIOD))
    assert {(f.code, "Period" in f.message_en) for f in drafts[0].findings} == {(code, True)}


def test_a_file_that_names_no_form_is_the_one_whose_header_it_has():
    own = {"name": "unit", "labels": ["Grantee"], "type": "unit", "required": True}
    forms = invented(*FIXED, UNIT, PERIOD), invented(*FIXED, own, PERIOD, code="loans")
    drafts, findings = read_forms(workbook(Works=[["Grantee", "Long An"], ["Period", "Q1 2025"], *TABLE]), *forms)
    assert findings == [] and [draft.form.form_code for draft in drafts] == ["loans"]
    both = workbook(Works=[["Grantee", "Long An"], ["Province", "Long An"], ["Period", "Q1 2025"], *TABLE])
    drafts, findings = read_forms(both, *forms)
    assert drafts == [] and [(f.code, f.verdict, f.expected) for f in findings] == [
        ("form_ambiguous", "return", "grants, loans")
    ]


def test_two_forms_in_one_file_are_told_apart_by_their_tables():
    columns = [{**ACTIVITY, "headers": ["Loan for"]}, figure("lent", "Lent")]
    forms = invented(*FIXED, UNIT, PERIOD), invented(*FIXED, UNIT, PERIOD, code="loans", columns=columns)
    head = [["Province", "Long An"], ["Period", "Q1 2025"]]
    drafts, findings = read_forms(workbook(A=head + TABLE, B=[*head, ["Loan for", "Lent"], ["Chi khác", 1]]), *forms)
    assert findings == [] and [draft.form.form_code for draft in drafts] == ["grants", "loans"]
    assert not any(draft.is_returned for draft in drafts)


def test_a_form_that_asks_for_its_mark_says_that_it_is_missing():
    mark = {"name": "form_mark", "labels": ["Return no."], "type": "text", "required": True}
    rows = [["Province", "Long An"], ["Period", "Q1 2025"], *TABLE]
    drafts, _ = read_forms(workbook(Works=rows), invented(mark, SENDER, MONEY, UNIT, PERIOD))
    assert [f.code for f in drafts[0].findings] == ["form_mark_missing"]
    assert (
        read_one(
            workbook(Works=[["Return no.", "grants 2"], *rows]), invented(mark, SENDER, MONEY, UNIT, PERIOD)
        ).findings
        == []
    )


def test_a_strange_mark_does_not_hide_a_form_that_asks_for_none():
    rows = [["Return no.", "990-EZ"], ["Province", "Long An"], ["Period", "Q1 2025"], *TABLE]
    assert told(read_one(workbook(Works=rows), invented(*FIXED, UNIT, PERIOD)))[0] == "long-an"
    strict = invented({**NO_MARK, "required": True}, SENDER, MONEY, UNIT, PERIOD)
    drafts, findings = read_forms(workbook(Works=rows), strict)
    assert drafts == [] and [f.code for f in findings] == ["form_unknown"]


def test_a_constant_is_in_no_file_and_names_none():
    form = invented(constant("form_mark", "text", "grants 2"), SENDER, MONEY, UNIT, PERIOD)
    assert read_forms(workbook(Works=[["Nothing", 1]]), form)[0] == []
