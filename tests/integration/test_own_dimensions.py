"""A form with two dimensions of its own over a small country: from its cells to the roll-up, the bridge and the explanation.

The figures of the reports are worked out by hand; no code, table or model knows of the form.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import shutil

import pytest
import yaml
from book_builder import address, make_book
from small_country import Country, activity_names, at

from ingestion.forms import load_forms
from kc.figures import print_explanation, print_rollup
from khuyencong.figures.bridge import AMOUNTS, bridge
from khuyencong.figures.difference import diff
from khuyencong.figures.explain import explain
from khuyencong.figures.rollup import rollup
from khuyencong.night.nightly import run_nightly
from warehouse.address import connect
from warehouse.settings import PROJECT

MILLION = 1_000_000
GROUPS = ("viet-nam", "phia-bac", "mien-trung-tay-nguyen", "phia-nam")
NAMES = {"ha-noi": "Hà Nội", "thanh-hoa": "Thanh Hóa", "nghe-an": "Nghệ An", "ha-tinh": "Hà Tĩnh"}
FORM = {
    "form_code": "hoc-nghe", "form_name": "Báo cáo học nghề", "form_name_en": "Trainees", "version": "1",
    "valid_from": "2024-01-01", "legal_basis": "-", "titles": ["Báo cáo học nghề"], "period_months": [3, 6, 9, 12],
    "identity": ["unit", "period"], "money_unit": "triệu đồng", "nil_allowed": True,
    "sheets": [{
        "sheet_code": "courses", "sheet_name": "Khóa học", "required": True, "line_key": ["activity", "sex", "age"],
        "total_labels": [],
        "columns": [
            {"name": "position", "headers": ["STT"], "type": "label", "role": "label"},
            {"name": "activity", "headers": ["Hoạt động"], "type": "activity", "role": "key", "required": True},
            {"name": "sex", "headers": ["Giới"], "type": "code", "role": "key", "required": True, "values": ["F", "M"]},
            {"name": "age", "headers": ["Tuổi"], "type": "code", "role": "key", "required": True, "values": ["15-24", "25-"]},
            {"name": "school", "headers": ["Trường"], "type": "code", "role": "attribute"},
            {"name": "paid", "headers": ["Đã chi"], "type": "money", "role": "figure", "indicator": "KC-X01", "fund": "KCDP-T",
             "measure": "ytd", "blank": "zero"},
            {"name": "dearest", "headers": ["Khóa đắt nhất"], "type": "money", "role": "figure", "indicator": "KC-X02",
             "fund": "KCDP-T", "measure": "ytd", "blank": "zero"},
        ],
    }],
}  # fmt: skip
# quarter → unit → lines (activity, sex, age, million đồng paid since January, the dearest course)
REPORTS = {
    "2025-03": {
        "ha-noi": [("A1", "F", "15-24", 10, 4), ("A1", "M", "15-24", 20, 5), ("A1", "F", "25-", 5, 2), ("A3", "M", "25-", 7, 7)],
        "thanh-hoa": [("A1", "F", "15-24", 3, 1), ("A1", "M", "25-", 4, 2)],
        "nghe-an": [("A1", "F", "15-24", 2, 2), ("A1", "M", "15-24", 1, 1)],
    },
    "2025-06": {
        "ha-noi": [("A1", "F", "15-24", 15, 6), ("A1", "M", "15-24", 22, 5), ("A1", "F", "25-", 9, 3), ("A3", "M", "25-", 8, 8)],
        "thanh-hoa": [("A1", "F", "15-24", 6, 2), ("A1", "M", "25-", 4, 2), ("A1", "M", "15-24", 1, 1)],
    },
}  # fmt: skip
# Hà Nội again: in another order, and 18 in the place of 15
REVISED = [("A1", "F", "25-", 9, 3), ("A1", "M", "15-24", 22, 5), ("A3", "M", "25-", 8, 8), ("A1", "F", "15-24", 18, 6)]
ROWS = {
    "indicators": [
        {"indicator_code": code, "indicator_name": name, "indicator_name_en": name, "unit": "triệu đồng", "activity": "ALL",
         "aggregation": aggregation, "behaviour": "ytd_flow", "is_formula": "no", "source_form": "hoc-nghe"}
        for code, name, aggregation in (("KC-X01", "Chi học nghề", "sum"), ("KC-X02", "Khóa đắt nhất", "none"))
    ],
    "indicator_sources": [
        {"indicator_code": code, "fund_code": "KCDP-T", "form_code": "hoc-nghe", "sheet_code": "courses", "fact": "fct_indicator"}
        for code in ("KC-X01", "KC-X02")
    ],
    "form_roles": [{"form_code": "hoc-nghe", "unit_kind": "province", "sender_role": "so"}],
    "calendar": [
        {"calendar_code": "CAL-X", "form_code": "hoc-nghe", "unit_kinds": "province", "owed_by": "all", "period_months": "3|6|9|12",
         "first_period_end": "2025-03-31", "due_month_offset": "1", "due_day": "25"}
    ],
}  # fmt: skip
FIRST, SECOND = at("2025-07-30"), at("2025-08-10")
ASKED = {"period": "2025-06", "activity": "A1", "indicator": "KC-X01"}


def add_rows(country, table, rows):
    path = country.register / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        names = csv.DictReader(file).fieldnames
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, names, lineterminator="\n").writerows(rows)


def send(country, form, unit, quarter, lines, moment):
    activities = activity_names()
    book = make_book(
        form,
        {"courses": [
            {"position": n, "activity": activities[activity], "sex": sex, "age": age, "school": "Trường nghề", "paid": paid,
             "dearest": dearest}
            for n, (activity, sex, age, paid, dearest) in enumerate(lines, 1)
        ]},
        {"unit": NAMES[unit], "period_end": f"{'30' if quarter.endswith('6') else '31'}/{quarter[5:]}/2025"},
    )  # fmt: skip
    country.receive(f"{unit}/{quarter}.xlsx", book, moment, unit)


@pytest.fixture(scope="module")
def nights(tmp_path_factory, named_database):
    """(connection, form) after two nights, between which Hà Nội revises one figure of its second quarter."""
    home = tmp_path_factory.mktemp("dimensions")
    country = Country(home / "country", units=(*NAMES, *GROUPS), forms=("hoc-nghe",))
    for table, rows in ROWS.items():
        add_rows(country, table, rows)
    forms = home / "forms"
    shutil.copytree(PROJECT / "ingestion" / "forms", forms)
    text = yaml.safe_dump(FORM, allow_unicode=True, sort_keys=False).replace("'2024-01-01'", "2024-01-01")
    (forms / "hoc-nghe.yml").write_text(text, encoding="utf-8")
    form = load_forms(forms, country.register)["hoc-nghe"]
    for quarter, moment in (("2025-03", at("2025-04-10")), ("2025-06", at("2025-07-10"))):
        for unit, lines in REPORTS[quarter].items():
            send(country, form, unit, quarter, lines, moment)
    database = named_database("khuyencong_dimensions")
    settings = dataclasses.replace(country.settings(database.dsn), forms=forms)
    run_nightly(settings, FIRST, lambda: FIRST)
    send(country, form, "ha-noi", "2025-06", REVISED, at("2025-08-05"))
    run_nightly(settings, SECOND, lambda: SECOND)
    with contextlib.closing(connect(database)) as connection:
        yield connection, form


def rows_of(connection, query):
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_a_report_becomes_figures_under_its_codes(nights):
    assert rows_of(
        nights[0],
        """select activity_code, dimension_key, state, value, low, high from release.visible_contributions(1)
        where indicator_code = 'KC-X01' and period_end = '2025-06-30' order by unit_key, activity_code, dimension_key""",
    ) == [
        ("A1", "age=15-24;sex=F", "accepted", 15 * MILLION, None, None),
        ("A1", "age=15-24;sex=M", "accepted", 22 * MILLION, None, None),
        ("A1", "age=25-;sex=F", "accepted", 9 * MILLION, None, None), ("A3", "age=25-;sex=M", "accepted", 8 * MILLION, None, None),
        # nothing ever came from Hà Tĩnh; Nghệ An is missing under the codes that it reported
        ("unallocated", "", "missing", None, 0, None),
        ("A1", "age=15-24;sex=F", "missing", None, 2 * MILLION, None), ("A1", "age=15-24;sex=M", "missing", None, MILLION, None),
        ("A1", "age=15-24;sex=F", "accepted", 6 * MILLION, None, None), ("A1", "age=15-24;sex=M", "accepted", MILLION, None, None),
        ("A1", "age=25-;sex=M", "accepted", 4 * MILLION, None, None),
    ]  # fmt: skip
    assert rows_of(nights[0], "select distinct codes ->> 'school', codes ? 'sex' from raw.line") == [("Trường nghề", True)]


def amounts(row):
    return row["accepted"] / MILLION, row["missing_low"] / MILLION, row["n_unbounded"]


def test_a_rollup_adds_dimensions_up_filters_them_and_breaks_them_out(nights):
    (whole,) = rollup(nights[0], **ASKED)["rows"]
    assert amounts(whole) == (60, 3, 1)
    (women,) = rollup(nights[0], **ASKED, where=("sex=F",))["rows"]
    assert (amounts(women), women["codes"]) == ((33, 2, 1), {"sex": "F"})
    by_both = rollup(nights[0], **ASKED, by_code=("sex", "age"))["rows"]
    assert {(row["codes"]["sex"], row["codes"]["age"]): amounts(row) for row in by_both} == {
        ("F", "15-24"): (24, 2, 1), ("F", "25-"): (9, 0, 0), ("M", "15-24"): (23, 1, 1), ("M", "25-"): (4, 0, 0),
    }  # fmt: skip
    (spring,) = rollup(nights[0], **{**ASKED, "period": "2025-04..2025-06"}, where=("sex=F",), by="region")["rows"]
    assert spring["accepted"] == (18 - 10 + 9 - 5 + 6 - 3) * MILLION
    # Hà Tĩnh said nothing under any code: it may be of any
    (unknown,) = rollup(nights[0], **{**ASKED, "activity": "unallocated"}, where=("sex=F",))["rows"]
    assert amounts(unknown) == (0, 0, 1)


def test_what_is_not_added_up_stands_alone_under_its_codes(nights):
    asked = {"period": "2025-06", "by": "unit", "indicator": "KC-X02"}
    shown = {(row["unit_key"], row["activity"]): row["accepted"] for row in rollup(nights[0], **asked)["rows"]}
    assert (shown["ha-noi", "A1"], shown["ha-noi", "A3"]) == (None, 8 * MILLION)
    rows = rollup(nights[0], **asked, where=("sex=F", "age=15-24"))["rows"]
    assert {row["unit_key"]: row["accepted"] for row in rows if row["activity"] == "A1"} == {
        "ha-noi": 6 * MILLION, "thanh-hoa": 2 * MILLION, "nghe-an": 0,
    }  # fmt: skip


def test_a_bridge_tells_the_one_figure_that_changed(nights):
    (figure,) = bridge(nights[0], 1, 2, indicator="KC-X01")["figures"]
    assert (figure["activity"], figure["before"]["accepted"], figure["after"]["accepted"]) == ("A1", 57 * MILLION, 60 * MILLION)
    assert figure["residual"] == dict.fromkeys(AMOUNTS, 0)
    (by_cell,) = bridge(nights[0], 1, 2, by="cell", indicator="KC-X01", period="2025-04..2025-06")["figures"]
    (part,) = by_cell["parts"]
    assert (part["reason"], part["accepted"], part["codes"]) == ("revision", 3 * MILLION, {"age": "15-24", "sex": "F"})
    assert by_cell["residual"] == dict.fromkeys(AMOUNTS, 0)


def test_an_explanation_ends_in_the_cell_of_these_codes(nights):
    connection, form = nights
    document = explain(connection, **ASKED, where=("sex=F", "age=15-24"))
    assert (document["accepted"], document["n_open"]) == (24 * MILLION, 1)
    parts = {part["unit_key"]: part for part in document["parts"]}
    assert parts.keys() == {"ha-noi", "thanh-hoa", "nghe-an"}
    assert {tuple(part["codes"].items()) for part in parts.values()} == {(("age", "15-24"), ("sex", "F"))}
    cell = parts["ha-noi"]["cell"]
    assert (cell["cell_address"], cell["written"], cell["value"]) == (address(form.sheets[0], "paid", 3), "18", 18 * MILLION)
    assert cell["codes"] == {"age": "15-24", "sex": "F", "school": "Trường nghề"}
    everything = explain(connection, **{**ASKED, "activity": None}, where=("sex=F",))
    assert {part["unit_key"]: part["codes"] for part in everything["parts"] if part["state"] == "missing"} == {
        "ha-tinh": {}, "nghe-an": {"age": "15-24", "sex": "F"},
    }  # fmt: skip


def test_lines_in_another_order_are_set_side_by_side_by_their_codes(nights):
    (two,) = rows_of(
        nights[0],
        """select array_agg(submission_key order by submission_key) from raw.submission
        where unit_key = 'ha-noi' and period_end = '2025-06-30'""",
    )
    (pair,) = diff(nights[0], *map(str, two[0]))["pairs"]
    assert [(c["header"], c["before"], c["after"]) for c in pair["cells"] if c["header"] != "STT"] == [
        ("Đã chi", 15 * MILLION, 18 * MILLION)
    ]
    assert pair["lines_added"] == pair["lines_removed"] == []


def test_people_see_codes_where_they_ask_for_them(nights, capsys):
    print_rollup(rollup(nights[0], **ASKED))
    assert "codes" not in capsys.readouterr().out
    print_rollup(rollup(nights[0], **ASKED, by_code=("sex",)))
    assert "sex=F" in capsys.readouterr().out
    print_explanation(explain(nights[0], **ASKED, where=("sex=F", "age=15-24")))
    told = capsys.readouterr().out
    assert "codes" in told
    assert "sex=F" in told
