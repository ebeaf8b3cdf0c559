"""Blocks under headings, and areas of labels with values: figures, keys and addresses read by hand from the rows below."""

import pytest
from shape_books import figures, form, key, money, read, said, sheet

from ingestion.form_words import FormError

REGION = key("region", "Region", values=["North", "South"])
COLUMNS = [REGION, key("district", "District"), money("paid", "Paid")]
BLOCKS = sheet("farms", COLUMNS, repeat_by={"heading": "Region: {value}", "column": "region"}, total_labels=["Total"])


def north(district):
    return f"district={district};region=North"


def south(district):
    return f"district={district};region=South"


def test_a_heading_between_lines_gives_its_key_to_each_line_below_and_each_total_its_block():
    draft = read(form(BLOCKS), [
        ["District", "Paid"],
        ["REGION – north"],
        ["Alder", 1],
        ["Birch", 2],
        ["Total", 3],
        ["Region: South"],
        ["Alder", 4],
        ["Total South", 4],
        ["Total", 7],
    ], merged=("A2:B2", "A6:B6"))  # fmt: skip
    assert said(draft) == []
    assert figures(draft) == {"B3": (north("Alder"), 1), "B4": (north("Birch"), 2), "B7": (south("Alder"), 4)}
    assert figures(draft, "block_total") == {"B5": ("region=North", 3), "B8": ("region=South", 4)}
    assert figures(draft, "total") == {"B9": ("", 7)}


@pytest.mark.parametrize(
    ("totals", "of_blocks", "of_all"),
    [
        ([(), ("Total",)], [], ["total"]),  # no block has one
        ([("Total",), ("Total",)], ["first", "second"], []),  # each block has one
        ([("Total",), ("Total", "Total")], ["first", "second"], ["total"]),
        ([(), ("Total", "Total")], ["second"], ["total"]),
        ([("Total North",), ("Total",)], ["first", "second"], []),
    ],
)
def test_which_total_is_of_which_block(totals, of_blocks, of_all):
    rows = [["District", "Paid"]]
    for region, own in zip(("North", "South"), totals, strict=True):
        rows += [[f"Region: {region}"], ["Alder", 1], *([label, 1] for label in own)]
    draft = read(form(BLOCKS), rows)
    names = {"region=North": "first", "region=South": "second"}
    assert [names[key_] for key_, _ in figures(draft, "block_total").values()] == of_blocks
    assert len(figures(draft, "total")) == len(of_all)


def test_blocks_that_each_say_the_header_again_and_the_first_heading_above_the_table():
    draft = read(form(BLOCKS), [
        ["Region: North"],
        ["District", "Paid"],
        ["Alder", 1],
        [],
        [None, "Region:", "South"],
        ["District", "Paid"],
        ["Birch", 2],
    ])  # fmt: skip
    assert said(draft) == []
    assert figures(draft) == {"B3": (north("Alder"), 1), "B7": (south("Birch"), 2)}


def test_a_block_whose_columns_stand_elsewhere_is_refused_with_both_cells():
    draft = read(form(BLOCKS), [
        ["Region: North"], ["District", "Paid"], ["Alder", 1], ["Region: South"], ["Paid", "District"], [2, "Birch"],
    ])  # fmt: skip
    found = next(f for f in draft.findings if f.code == "block_in_other_columns")
    assert (found.verdict, found.row_number, found.cell_address, found.expected) == ("return", 5, "B5", "A5")


def test_a_bare_value_alone_in_the_key_column_is_a_heading_and_a_note_is_none():
    made = form(sheet("farms", COLUMNS, repeat_by={"heading": "{value}", "column": "region"}))
    rows = [["Region", "District", "Paid"], ["North"], [None, "Alder", 1], ["South"], [None, "Birch", 2], ["As of May"]]
    draft = read(made, rows)
    assert figures(draft) == {"C3": (north("Alder"), 1), "C5": (south("Birch"), 2)}
    assert said(draft) == []


def test_a_heading_that_is_not_known_returns_the_file_at_its_own_cell():
    draft = read(form(BLOCKS), [["District", "Paid"], ["Region: Noth"], ["Alder", 1], ["Birch", 2]])
    assert said(draft) == [("heading_not_known", "return"), ("no_lines", "return")]
    assert (draft.findings[0].cell_address, draft.findings[0].expected) == ("A2", "North, South")
    bare = form(sheet("farms", COLUMNS, repeat_by={"heading": "{value}", "column": "region"}))
    draft = read(bare, [["Region", "District", "Paid"], ["North"], [None, "Alder", 1], ["Suoth"], [None, "Birch", 2]])
    assert ("heading_not_known", "return") in said(draft)
    assert figures(draft) == {"C3": (north("Alder"), 1)}


def test_a_line_above_the_first_heading_returns_the_file():
    draft = read(form(BLOCKS), [["District", "Paid"], ["Alder", 1], ["Region: North"], ["Birch", 2]])
    assert said(draft) == [("line_before_heading", "return")]
    assert draft.findings[0].row_number == 2
    assert figures(draft) == {"B4": (north("Birch"), 2)}


def test_blocks_with_empty_rows_between_them_end_at_the_empty_row_behind_the_last():
    draft = read(form({**BLOCKS, "ends_at": "blank row"}), [
        ["District", "Paid"], ["Region: North"], ["Alder", 1], [], ["Region: South"], ["Birch", 2], [], ["Staff"], ["Officers", 9],
    ])  # fmt: skip
    assert figures(draft) == {"B3": (north("Alder"), 1), "B6": (south("Birch"), 2)}
    assert said(draft) == [("numbers_not_taken", "note")]


LABELS = [
    {"name": "office", "headers": ["Office"], "type": "text", "role": "text"},
    money("paid", "Paid"), money("owed", "Owed (nghìn đồng)", "KC-E04"), money("lent", "Lent", "KC-E06"),
]  # fmt: skip
AREA = sheet("cover", LABELS, shape="key_values")


def test_labels_with_values_beside_them_are_one_line_and_each_cell_has_its_own_row():
    draft = read(form(AREA), [["Office", None, "Old quay"], ["Paid", None, "12,5"], ["Lent"], ["Owed (nghìn đồng)", None, 300]])
    assert said(draft) == []
    assert figures(draft) == {"C2": ("", 12.5), "C4": ("", 300)}
    table = draft.tables[0]
    assert {name: table.address(name, 1) for name in table.positions} == {"office": "C1", "paid": "C2", "lent": "C3", "owed": "C4"}
    assert draft.lines["cover"].lines[0].texts == {"office": "Old quay", "paid": "12,5", "owed": "300"}
    assert table.money_factors == {"owed": 1000}


def test_values_below_labels_that_stand_side_by_side_and_behind_a_colon():
    draft = read(form(AREA), [["Office", "Paid", "Lent"], ["Old quay", 12, None], [], ["Owed: 7"]])
    table = draft.tables[0]
    assert figures(draft) == {"B2": ("", 12), "A4": ("", 7)}
    assert {name: table.address(name, 1) for name in table.positions} == {"office": "A2", "paid": "B2", "lent": "C2", "owed": "A4"}


def test_an_empty_value_does_not_take_a_number_that_stands_further_right():
    draft = read(form(AREA), [["Paid", 1], ["Owed", 2], ["Lent", None, None, 99]])
    assert figures(draft) == {"B1": ("", 1), "B2": ("", 2)}
    assert draft.tables[0].address("lent", 1) == "B3"
    assert said(draft)[-1] == ("numbers_not_taken", "note")


def test_a_label_that_stands_twice_or_lacks_returns_the_file():
    assert ("label_twice", "return") in said(read(form(AREA), [["Paid", 1], ["Paid", 2], ["Owed", 3], ["Lent", 4]]))
    lacking = read(form(AREA), [["Paid", 1], ["Owed", 3]])
    assert [(f.code, f.expected) for f in lacking.findings] == [("label_missing", "Lent")]


def test_labels_under_headings_of_their_own_are_told_apart():
    columns = [money("men", "Paid", group="Men"), money("women", "Paid", "KC-E04", group="Women")]
    made = form(sheet("cover", columns, shape="key_values"))
    draft = read(made, [["Women"], ["Paid", 3], ["Men"], ["Paid", 4]])
    assert said(draft) == []
    assert {name: reading.value for _, name, reading in draft.lines["cover"].cells} == {"women": 3, "men": 4}


def test_areas_above_beside_and_below_a_table_on_one_sheet():
    made = form(
        AREA,
        sheet("farms", [key("district", "District"), money("paid", "Paid out")]),
        sheet("side", [money("rate", "Rate"), money("fee", "Fee", "KC-E04")], shape="key_values"),
        sheet("foot", [money("dues", "Dues"), money("fines", "Fines", "KC-E04")], shape="key_values"),
    )
    draft = read(made, [
        ["Office", "Old quay"],
        ["Paid", 1],
        ["Owed", 2],
        ["Lent", 3],
        [],
        ["District", "Paid out"],
        ["Alder", 10, None, "Rate", 5],
        ["Birch", 20, None, "Fee", 6],
        [],
        ["Dues", 7],
        ["Fines", 8],
    ])  # fmt: skip
    assert said(draft) == []
    assert figures(draft) == {
        "B2": ("", 1), "B3": ("", 2), "B4": ("", 3), "B7": ("district=Alder", 10), "B8": ("district=Birch", 20),
        "E7": ("", 5), "E8": ("", 6), "B10": ("", 7), "B11": ("", 8),
    }  # fmt: skip


def test_an_area_has_no_blocks_and_no_lines_of_its_own():
    for words in ({"repeat_by": {"heading": "{value}", "column": "region"}}, {"header_rows": 2}, {"total_labels": ["Total"]}):
        with pytest.raises(FormError, match="an area of labels"):
            form(sheet("cover", [REGION, money("paid", "Paid")], shape="key_values", **words))


def test_a_block_may_be_of_any_key_that_a_line_has():
    activity = {"name": "activity", "headers": ["Activity"], "type": "activity", "role": "key", "required": True}
    made = form(sheet("farms", [activity, key("district", "District"), money("paid", "Paid")], total_labels=["Total"],
                      repeat_by={"heading": "Activity {value}", "column": "activity"}))  # fmt: skip
    rows = [["District", "Paid"], ["Activity A1"], ["Alder", 1], ["Total", 1], ["Activity A3"], ["Alder", 2], ["Total", 2]]
    draft = read(made, rows)
    assert [(n.line_kind, n.keys.get("activity_code")) for n in draft.lines["farms"].lines if n.line_kind != "label"] == [
        ("detail", "A1"), ("block_total", "A1"), ("detail", "A3"), ("block_total", "A3"),
    ]  # fmt: skip


def test_each_table_of_a_sheet_has_the_unit_of_money_that_is_told_above_it():
    made = form(
        sheet("farms", [key("district", "District"), money("paid", "Paid")], starts_after="Part A"),
        sheet("shops", [key("district", "District"), money("paid", "Paid", "KC-E04")], starts_after="Part B"),
    )
    draft = read(made, [
        ["Part A"], ["Đơn vị tính: nghìn đồng"], ["District", "Paid"], ["Alder", 1],
        ["Part B"], ["Đơn vị tính: tỷ đồng"], ["District", "Paid"], ["Alder", 2],
    ])  # fmt: skip
    assert "money_units_disagree" not in dict(said(draft))
    factors = {table.form_sheet.sheet_code: table.money_factors.get("paid", draft.identity.money_factor) for table in draft.tables}
    assert factors == {"farms": 1_000, "shops": 1_000_000_000}


@pytest.mark.parametrize("heading", ["Regoin: South", "South", "Regon South"])
def test_a_heading_that_is_misspelt_does_not_leave_its_lines_to_the_block_above(heading):
    draft = read(form(BLOCKS), [["District", "Paid"], ["Region: North"], ["Alder", 1], [heading], ["Birch", 2]])
    assert ("heading_not_known", "return") in said(draft)
    found = next(f for f in draft.findings if f.code == "heading_not_known")
    assert (found.cell_address, found.written, found.expected) == ("A4", heading, "Region: {value}")
    assert (north("Birch"), 2) not in figures(draft).values()


def test_a_note_between_the_lines_of_a_block_is_no_heading():
    rows = [["District", "Paid"], ["Region: North"], ["Alder", 1], ["as reported by the mayor"], ["Birch", 2]]
    draft = read(form(BLOCKS), rows)
    assert figures(draft) == {"B3": (north("Alder"), 1), "B5": (north("Birch"), 2)}


def test_a_heading_ends_what_was_typed_once_and_is_nothing_that_was_typed():
    columns = [REGION, key("district", "District", fill_down=True), key("kind", "Kind"), money("paid", "Paid")]
    made = form(sheet("farms", columns, repeat_by={"heading": "Region: {value}", "column": "region"}))
    draft = read(made, [
        ["District", "Kind", "Paid"], ["Region: North"], ["Alder", "new", 1], [None, "old", 2], ["Region: South"], [None, "new", 3],
    ])  # fmt: skip
    assert figures(draft) == {"C3": ("district=Alder;kind=new;region=North", 1), "C4": ("district=Alder;kind=old;region=North", 2)}
    found = next(f for f in draft.findings if f.code == "line_key_unreadable")
    assert (found.verdict, found.cell_address, found.row_number) == ("return", "A6", 6)


def test_a_value_merged_over_two_labels_is_the_figure_of_one_and_no_nought_of_the_other():
    columns = [money("paid", "Paid"), money("owed", "Owed", "KC-E06"), money("lent", "Lent", "KC-E03")]
    made = form({**sheet("account", columns, shape="key_values"), "line_key": []})
    draft = read(made, [["Paid", 5], ["Owed"], ["Lent", 7]], merged=("B1:B2",))
    assert figures(draft) == {"B1": ("", 5), "B2": ("", None), "B3": ("", 7)}
    assert [(f.verdict, f.cell_address) for f in draft.findings if f.code == "merged_cells"] == [("cell", "B2")]
