"""A form whose layout changed in mid-year, and columns whose headers name a period: found as the report's own period says."""

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
    figure,
    invented,
    read_forms,
    read_one,
    workbook,
)

from ingestion.form_words import FormError
from ingestion.readers.legacy import form_words
from ingestion.sheets.form_periods import told_period
from ingestion.written.budget_years import BudgetYears
from ingestion.written.period_names import names_of
from ingestion.written.periods import read_date, read_span

FIXED = [NO_MARK, SENDER, MONEY]
MARK = {"name": "form_mark", "labels": ["Return no."], "type": "text", "required": False}
OLD_SHEET = {
    "sheet_code": "works", "sheet_name": "Works", "line_key": ["activity"],
    "columns": [
        {**ACTIVITY, "headers": ["Kind of work"]}, figure("paid", "Paid out"),
        figure("lent", "Lent", indicator="KC-E04"),
    ],
}  # fmt: skip
OLD = {
    "version": "1", "valid_from": date(2022, 1, 1), "titles": ["Old grants of provinces"], "sheets": [OLD_SHEET],
    "header": [{"name": "unit", "labels": ["Grantee"], "type": "unit", "required": True}],
}  # fmt: skip


def changed(**keys):
    """A form whose second version came on 1 July 2024: other headers, a column less, another label for the unit."""
    return invented(*FIXED, UNIT, PERIOD, valid_from=date(2024, 7, 1), earlier_versions=[OLD], **keys)


NEW_ROWS = [["Province", "Long An"], ["Period", "Q3 2024"], ["Work", "Paid"], ["Chi khác", 12.5]]
OLD_ROWS = [["Grantee", "Long An"], ["Period", "Q2 2024"], ["Kind of work", "Paid out", "Lent"], ["Chi khác", 12.5, 4]]


def cells(draft):
    """(column, address, value) of the quantity cells of a submission."""
    table = draft.tables[0]
    return [
        (name, table.sheet.address(n - 1, table.positions[name]), reading.value)
        for n, name, reading in draft.lines["works"].cells
    ]


def test_the_version_is_the_one_in_use_when_the_period_ends():
    form = changed()
    new, old = read_one(workbook(Works=NEW_ROWS), form), read_one(workbook(Works=OLD_ROWS), form)
    assert (new.version, cells(new)) == ("2", [("paid", "B4", Decimal("12.5"))])
    assert (old.version, cells(old)) == ("1", [("paid", "B4", Decimal("12.5")), ("lent", "C4", 4)])
    assert new.findings == old.findings == []
    assert old.header["unit"].cell_address == "B1"
    assert form.raw_columns == ("activity", "paid", "lent")


def test_the_mark_names_the_version_whatever_the_period():
    late = [["Return no.", "grants 1"], *OLD_ROWS]
    late[2] = ["Period", "Q3 2024"]
    draft = read_one(workbook(Works=late), changed())
    assert (draft.version, len(cells(draft))) == ("1", 2)


def test_the_title_of_an_earlier_version_names_the_form():
    other = invented(*FIXED, UNIT, PERIOD, code="loans", columns=OLD_SHEET["columns"])
    drafts, findings = read_forms(workbook(Works=[["OLD GRANTS OF PROVINCES"], *OLD_ROWS]), other, changed())
    assert findings == [] and [(draft.form.form_code, draft.version) for draft in drafts] == [("grants", "1")]


def test_a_sheet_of_another_version_is_sent_back_with_the_version_that_was_expected():
    rows = [["Province", "Long An"], ["Period", "Q3 2024"], *OLD_ROWS[2:]]
    drafts, _ = read_forms(workbook(Works=rows), changed())
    finding = next(f for f in drafts[0].findings if f.code == "table_not_found")
    assert (
        "version 2" in finding.message_en and "phiên bản 2" in finding.message_vi and "Work, Paid" in finding.message_en
    )
    rows = [
        ["Return no.", "grants 1"],
        ["Grantee", "Long An"],
        ["Period", "Q2 2024"],
        ["Kind of work", "Lent"],
        ["Chi khác", 4],
    ]
    drafts, _ = read_forms(workbook(Works=rows), changed())
    assert [(f.code, "version 1" in f.message_en) for f in drafts[0].findings] == [("column_missing", True)]


def test_words_of_every_version_are_words_of_the_form():
    sheet = {**OLD_SHEET, "columns": [OLD_SHEET["columns"][0], figure("paid", "Đã chi")]}
    words = form_words(
        {"grants": invented(*FIXED, UNIT, PERIOD, earlier_versions=[{**OLD, "titles": ["Biểu cũ"], "sheets": [sheet]}])}
    )
    assert {"đã chi", "biểu cũ"} <= words


@pytest.mark.parametrize(
    ("text", "years", "names"),
    [
        ("{month:02}/{year}", BudgetYears(1, False), ("06/2025",)),
        ("Tháng {month} năm {year-1}", BudgetYears(1, False), ("Tháng 6 năm 2024",)),
        ("Quý {quarter}", BudgetYears(1, False), ("Quý 2", "Quý II")),
        ("Q{quarter} FY {fiscal_year}", BudgetYears(4, False), ("Q1 FY 2025/26", "Q1 FY 2025/2026", "Q1 FY 2025", "QI FY 2025/26",
                                                             "QI FY 2025/2026", "QI FY 2025")),
        ("FY {fiscal_year-1}", BudgetYears(10, True), ("FY 2023/24", "FY 2023/2024", "FY 2024")),
        ("{fiscal_year}", BudgetYears(1, False), ("2025",)),
        ("No period", BudgetYears(1, False), ("No period",)),
    ],
)  # fmt: skip
def test_a_period_is_written_in_each_way_that_people_write_it(text, years, names):
    assert names_of(text, date(2025, 4, 1), date(2025, 6, 30), years) == names


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("June 2025", (2025, 6, 1), (2025, 6, 30)),
        ("Sept. 2025", (2025, 9, 1), (2025, 9, 30)),
        ("quarter ended 30 June 2025", (2025, 4, 1), (2025, 6, 30)),
        ("Quarter ending September 30, 2025", (2025, 7, 1), (2025, 9, 30)),
        ("year ended 31 March 2026", (2025, 4, 1), (2026, 3, 31)),
        ("Quý kết thúc ngày 31/3/2025", (2025, 1, 1), (2025, 3, 31)),
    ],
)
def test_periods_are_also_named_by_months_and_by_their_last_day(text, first, last):
    assert read_span(text, BudgetYears(1, False)) == (date(*first), date(*last))


@pytest.mark.parametrize("text", ["Maybe 2025", "Marching 3 2025", "quarter ended soon", "June 31 2025"])
def test_what_names_no_period_gives_none(text):
    assert read_span(text, BudgetYears(1, False)) is None and read_date(text) is None


def test_quarters_of_the_year_across():
    quarters = [
        figure(f"q{n}", f"Q{n}", measure="in_period", period={"from_month": 3 * n - 2, "to_month": 3 * n})
        for n in (1, 2, 3, 4)
    ]
    form = invented(*FIXED, UNIT, PERIOD, columns=[ACTIVITY, *quarters])
    rows = [
        ["Province", "Long An"],
        ["Period", "Q2 2025"],
        ["Work", "Q1", "Q2", "Q3", "Q4"],
        ["Chi khác", 1, 2, None, None],
    ]
    assert [value for *_, value in cells(read_one(workbook(Works=rows), form))] == [1, 2, None, None]
    report = date(2025, 4, 1), date(2025, 6, 30)
    found = [told_period(column, "in_period", report, BudgetYears(1, False)) for column in form.sheets[0].columns[1:]]
    assert found[::3] == [(date(2025, 1, 1), date(2025, 3, 31)), (date(2025, 10, 1), date(2025, 12, 31))]
    april = told_period(
        form.sheets[0].columns[1], "in_period", (date(2026, 1, 1), date(2026, 3, 31)), BudgetYears(4, False)
    )
    assert april == (date(2025, 4, 1), date(2025, 6, 30))


@pytest.mark.parametrize(
    "period", [{"from_month": 4}, {"from_month": 5, "to_month": 4}, {"from_month": 1, "to_month": 3, "months": 1}]
)
def test_months_of_a_year_are_in_their_order_and_alone(period):
    with pytest.raises(FormError, match="grants.yml"):
        invented(*FIXED, UNIT, PERIOD, columns=[ACTIVITY, figure("paid", "Paid", period=period)])


MONTHS = [
    ACTIVITY,
    figure("this_month", "{month:02}/{year}", measure="in_period"),
    figure("last_month", "{month:02}/{year}", measure="in_period", period={"months_before": 1, "months": 1}),
    figure("year_ago", "{month:02}/{year}", measure="in_period", role="check", period={"months_before": 12}),
]


def test_columns_are_found_by_the_period_of_their_figures():
    form = invented(*FIXED, UNIT, PERIOD, columns=MONTHS)
    rows = [
        ["Province", "Long An"],
        ["Period", "01/2025"],
        ["Work", "01/2024", "12/2024", "01/2025"],
        ["Chi khác", 1, 2, 3],
    ]
    found = cells(read_one(workbook(Works=rows), form))
    assert found == [("this_month", "D4", 3), ("last_month", "C4", 2), ("year_ago", "B4", 1)]
    rows[1:3] = [["Period", "12/2024"], ["Work", "12/2024", "11/2024", "12/2023"]]
    assert [value for *_, value in cells(read_one(workbook(Works=rows), form))] == [1, 2, 3]


def test_a_column_of_another_month_is_not_the_one_that_was_meant():
    form = invented(*FIXED, UNIT, PERIOD, columns=MONTHS)
    rows = [
        ["Province", "Long An"],
        ["Period", "02/2025"],
        ["Work", "01/2024", "12/2024", "01/2025"],
        ["Chi khác", 1, 2, 3],
    ]
    drafts, _ = read_forms(workbook(Works=rows), form)
    assert drafts == [] or drafts[0].is_returned


def test_groups_name_periods_too_and_years_may_be_numbers():
    columns = [
        ACTIVITY,
        figure("paid", "Paid", group="Year {year}"),
        figure("before", "Paid", group="Year {year}", role="check", period={"months_before": 12}),
    ]
    rows = [
        ["Province", "Long An"],
        ["Period", "Q2 2025"],
        ["", "Year 2024", "Year 2025"],
        ["Work", "Paid", "Paid"],
        ["Chi khác", 8, 9],
    ]
    draft = read_one(workbook(Works=rows), invented(*FIXED, UNIT, PERIOD, columns=columns))
    assert cells(draft) == [("paid", "C5", 9), ("before", "B5", 8)]
    years = [ACTIVITY, figure("paid", "{year}"), figure("before", "{year}", role="check", period={"months_before": 12})]
    rows = [["Province", "Long An"], ["Period", "Q2 2025"], ["Work", 2024, 2025], ["Chi khác", 8, 9]]
    draft = read_one(workbook(Works=rows), invented(*FIXED, UNIT, PERIOD, columns=years))
    assert cells(draft) == [("paid", "C4", 9), ("before", "B4", 8)]


def test_periods_of_columns_by_sheets_that_tell_them_in_their_names():
    period = {
        "name": "period",
        "type": "span",
        "required": True,
        "places": [{"at": "sheet_name", "pattern": "{value}"}],
    }
    form = invented(*FIXED, UNIT, period, columns=[ACTIVITY, figure("paid", "Paid in {year}")])
    first, second = (
        [["Province", "Long An"], ["Work", f"Paid in {year}"], ["Chi khác", year]] for year in (2024, 2025)
    )
    drafts, findings = read_forms(workbook(**{"Q4 2024": first, "Q1 2025": second}), form)
    assert findings == [] and [(d.identity.period_end, cells(d)[0][2]) for d in drafts] == [
        (date(2024, 12, 31), 2024), (date(2025, 3, 31), 2025),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([ACTIVITY, figure("paid", "Paid {yaer}")], "{yaer}"),
        ([ACTIVITY, figure("paid", "{year}"), figure("again", "{year}")], "stands twice"),
        (
            [ACTIVITY, figure("paid", "P"), figure("plan", "Q", measure="plan", period={"months_before": 12})],
            "budget year",
        ),
    ],
)
def test_what_no_report_could_mean_is_refused_when_the_form_is_loaded(columns, message):
    with pytest.raises(FormError, match="grants.yml") as error:
        invented(*FIXED, UNIT, PERIOD, columns=columns)
    assert message in str(error.value)


def test_a_unit_of_money_of_the_form_is_one():
    with pytest.raises(FormError, match="no unit of money"):
        invented(
            NO_MARK, {"name": "money_unit", "type": "money_unit", "places": [{"at": "constant", "value": "cowries"}]}
        )
