"""Several tables on a sheet, and where each begins and ends: figures and addresses read by hand from the rows below."""

import re

import pytest
from shape_books import figures, form, key, money, read, said, sheet

from ingestion.form_words import FormError

DISTRICT = key("district", "District")
PLACES = [key("region", "Region", fill_down=True), key("district", "District", fill_down=True)]
FARMS = sheet("farms", [DISTRICT, money("paid", "Paid")], starts_after="Table 1")
SHOPS = sheet("shops", [DISTRICT, money("paid", "Paid", "KC-E04")], starts_after="Table 2")
TWO_TABLES = [
    ["Contents"],
    ["Table 1 Farms"],
    ["Table 2 Shops"],
    [],
    ["Table 2: shops"],
    ["District", "Paid"],
    ["North", 5],
    ["South", 6],
    [],
    ["Table 1: farms"],
    ["District", "Paid"],
    ["North", 7],
]


def test_of_two_tables_with_the_same_headers_each_stands_below_its_own_text_in_any_order():
    draft = read(form(FARMS, SHOPS), TWO_TABLES)
    assert said(draft) == []
    details = {code: [n.row_number for n in lines.lines if n.line_kind == "detail"] for code, lines in draft.lines.items()}
    assert details == {"farms": [12], "shops": [7, 8]}
    assert figures(draft) == {"B7": ("district=North", 5), "B8": ("district=South", 6), "B12": ("district=North", 7)}


def test_two_tables_that_nothing_tells_apart_are_refused_when_the_form_is_loaded():
    with pytest.raises(FormError, match="each must say starts_after"):
        form(FARMS, {**SHOPS, "starts_after": "Table 1"})
    with pytest.raises(FormError, match="each must say starts_after"):
        form({**FARMS, "starts_after": "Table 1"}, {k: v for k, v in SHOPS.items() if k != "starts_after"})
    form(FARMS, {**SHOPS, "starts_after": "Table 1", "sheet_name": "Other"})


def test_a_table_whose_text_is_missing_is_not_taken_for_another():
    draft = read(form(FARMS, SHOPS), TWO_TABLES[3:9])
    assert said(draft) == [("table_start_missing", "return")]
    assert "farms" not in draft.lines


def test_tables_with_other_headers_stand_below_and_beside_each_other():
    made = form(
        sheet("wide", [DISTRICT, money("paid", "Paid"), money("owed", "Owed", "KC-E04")]),
        sheet("narrow", [key("village", "Village"), money("paid", "Paid")]),
        sheet("beside", [key("port", "Port"), money("dues", "Dues")]),
    )
    draft = read(made, [
        ["Returns of 2025"],
        [],
        ["District", "Paid", "Owed", None, "Port", "Dues"],
        ["North", 1, 2, None, "Old quay", 30],
        ["South", 3, 4, None, "New quay", 40],
        [None, None, None, None, "Pier", 50],
        ["Villages, in 2025"],
        ["Village", "Paid"],
        ["Alder", 8],
    ])  # fmt: skip
    assert said(draft) == []
    assert figures(draft) == {
        "B4": ("district=North", 1), "C4": ("district=North", 2), "B5": ("district=South", 3), "C5": ("district=South", 4),
        "B9": ("village=Alder", 8), "F4": ("port=Old quay", 30), "F5": ("port=New quay", 40), "F6": ("port=Pier", 50),
    }  # fmt: skip


def test_a_table_ends_at_its_text_and_what_stands_below_is_said():
    made = form(sheet("farms", [DISTRICT, money("paid", "Paid")], ends_at="Notes"))
    draft = read(made, [["District", "Paid"], ["North", 5], [], ["South", 6], ["NOTES:"], ["Rate", 12], ["Source: survey 7"]])
    assert figures(draft) == {"B2": ("district=North", 5), "B4": ("district=South", 6)}
    assert said(draft) == [("numbers_not_taken", "note")]
    assert draft.findings[0].written == "B6"


def test_a_table_ends_at_an_empty_row_but_not_in_the_middle_of_its_lines():
    made = form(sheet("farms", [DISTRICT, money("paid", "Paid")], ends_at="blank row"))
    rows = [["District", "Paid"], [], ["North", 5], ["South", 6], []]
    draft = read(made, [*rows, ["Rates of the year"], ["Low", 12]])
    assert figures(draft) == {"B3": ("district=North", 5), "B4": ("district=South", 6)}
    assert said(draft) == [("numbers_not_taken", "note")]
    lost = read(made, [*rows, ["East", 12]])
    assert ("lines_below_end", "return") in said(lost)
    assert next(f.row_number for f in lost.findings if f.code == "lines_below_end") == 6


def test_a_further_table_with_the_same_columns_outside_its_place_is_said():
    made = form(sheet("farms", [DISTRICT, money("paid", "Paid")], ends_at="Last year"))
    draft = read(made, [["District", "Paid"], ["North", 5], ["Last year"], ["District", "Paid"], ["North", 4]])
    assert figures(draft) == {"B2": ("district=North", 5)}
    assert said(draft) == [("table_outside_bounds", "note"), ("numbers_not_taken", "note")]
    assert draft.findings[0].row_number == 4


def test_five_header_rows_with_groups_of_one_name_are_told_apart_by_all_that_stands_above():
    made = form(sheet(
        "staff",
        [DISTRICT,
         money("plan_men", "Paid", group=["Plan", "Men"]), money("plan_women", "Paid", "KC-E04", group=["Plan", "Women"]),
         money("real_men", "Paid", "KC-E06", group=["Actual", "Men"]),
         money("real_women", "Paid", "KC-E07", group=["Actual", "Women"]),
         money("all", "Paid", "KC-E02", group="All")],
        header_rows=5,
    ))  # fmt: skip
    draft = read(made, [
        ["Staff of the districts"],
        ["District", "Plan", None, "Actual", None, "All"],
        [None, "Staff", None, "Staff"],
        [None, "Men", "Women", "Men", "Women"],
        [None, "(a)", "(b)", "(a)", "(b)"],
        [None, "Paid", "Paid", "Paid", "Paid", "Paid"],
        ["North", 1, 2, 3, 4, 5],
    ], merged=("A2:A6", "B2:C2", "D2:E2", "B3:C3", "D3:E3", "F2:F5"))  # fmt: skip
    assert said(draft) == []
    lines = draft.lines["staff"]
    assert {name: reading.value for _, name, reading in lines.cells} == {
        "plan_men": 1, "plan_women": 2, "real_men": 3, "real_women": 4, "all": 5,
    }  # fmt: skip


def test_a_group_ends_with_its_merged_cell():
    made = form(sheet("staff", [DISTRICT, money("men", "Paid", group="Men"), money("other", "Paid", "KC-E04")]))
    draft = read(made, [["District", "Men", None, None], [None, "Count", "Paid", "Paid"], ["North", 1, 2, 3]], merged=("B1:C1",))
    assert {name: reading.value for _, name, reading in draft.lines["staff"].cells} == {"men": 2, "other": 3}


def test_keys_of_a_sheet_and_codes_typed_once():
    made = form(sheet(
        "women",
        [*PLACES, key("kind", "Kind"), money("paid", "Paid")],
        keys={"sex": "F"}, total_labels=["Total"],
    ))  # fmt: skip
    draft = read(made, [
        ["Region", "District", "Kind", "Paid"],
        ["East", "Alder", "farm", 1],
        [None, None, "shop", 2],
        [None, "Birch", "farm", 3],
        ["West", "Cedar", "farm", 4],
        [None, None, "Total Cedar", 4],
        [None, None, "shop", 5],
        ["Total", None, None, 15],
    ])  # fmt: skip
    assert figures(draft) == {
        "D2": ("district=Alder;kind=farm;region=East;sex=F", 1), "D3": ("district=Alder;kind=shop;region=East;sex=F", 2),
        "D4": ("district=Birch;kind=farm;region=East;sex=F", 3), "D5": ("district=Cedar;kind=farm;region=West;sex=F", 4),
        "D7": ("district=Cedar;kind=shop;region=West;sex=F", 5),
    }  # fmt: skip
    assert figures(draft, "total") == {"D8": ("sex=F", 15)}
    assert said(draft) == [("heading_with_amounts", "note")]  # "Total Cedar" is added to nothing


def test_a_new_region_with_no_district_has_not_the_district_of_the_region_above():
    made = form(sheet("farms", [*PLACES, money("paid", "Paid")]))
    draft = read(made, [["Region", "District", "Paid"], ["East", "Alder", 1], ["West", None, 2]])
    assert figures(draft) == {"C2": ("district=Alder;region=East", 1)}
    assert ("line_key_unreadable", "return") in said(draft)


def test_a_figure_is_never_filled_down():
    with pytest.raises(FormError, match="fill_down"):
        form(sheet("farms", [DISTRICT, money("paid", "Paid", fill_down=True)]))


def test_a_note_of_one_text_is_no_line_where_any_text_may_be_a_key():
    made = form(sheet("farms", [DISTRICT, money("paid", "Paid"), money("owed", "Owed", "KC-E04")]))
    draft = read(made, [["District", "Paid", "Owed"], ["North", 5, None], ["Figures are provisional"]])
    assert figures(draft) == {"B2": ("district=North", 5)}
    assert said(draft) == [("line_without_figures", "note")]


@pytest.mark.parametrize(("key_", "text"), [("ends_at", "Blank row"), ("ends_at", "—"), ("starts_after", "***")])
def test_a_bound_that_no_row_can_have_is_refused(key_, text):
    with pytest.raises(FormError, match=f"{key_} is '{re.escape(text)}'; it must be a text"):
        form(sheet("farms", [key("district", "District"), money("paid", "Paid")], **{key_: text}))
