"""A row of the register that names what does not exist, or contradicts another row, is refused by file, line and word."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from misspelt import misspellings

from ingestion.register import load_register
from ingestion.register_measures import refuse_contradictions_of_measures
from ingestion.register_rows import (
    BESIDES,
    CODES,
    DAYS,
    NUMBERS,
    WORDS,
    RegisterError,
    read_tables,
    refuse_rows_of_unknown_forms,
    refuse_unknown_codes,
)
from ingestion.register_units import refuse_contradictions_of_units
from warehouse.settings import PROJECT

REGISTER = PROJECT / "dbt_project" / "register"
TABLES = read_tables(REGISTER)
SHEETS = {row["form_code"]: () for name in ("calendar", "form_roles") for row in TABLES[name]}
for source in TABLES["indicator_sources"]:
    SHEETS[source["form_code"]] = tuple(dict.fromkeys((*SHEETS.get(source["form_code"], ()), source["sheet_code"])))
CODED = [(name, column) for home in (WORDS, CODES) for name, columns in home.items() for column in columns]


def with_cell(name, number, column, value):
    changed = copy.deepcopy(dict(TABLES))
    changed[name][number][column] = value
    return changed


def judge(tables):
    refuse_unknown_codes(tables)
    refuse_contradictions_of_units(tables)
    refuse_contradictions_of_measures(tables)
    refuse_rows_of_unknown_forms(tables, SHEETS)


def test_the_register_of_the_project_names_only_what_there_is():
    judge(TABLES)


@pytest.mark.parametrize(("name", "column"), CODED)
def test_a_misspelt_code_is_refused_with_its_line(name, column):
    number = len(TABLES[name]) - 1
    leaf, allowed = TABLES[name][number][column], (*BESIDES.get((name, column), ()), *WORDS.get(name, {}).get(column, ()))
    slips = [f"{leaf}x"] if "|" in leaf else misspellings(leaf or "unknown")
    for wrong in slips:
        if isinstance(wrong, str) and wrong not in (*allowed, *(row[column] for row in TABLES[name])):
            with pytest.raises(RegisterError) as refused:
                refuse_unknown_codes(with_cell(name, number, column, wrong))
            line, last = TABLES[name][number]["line"], wrong.split("|")[-1]
            assert f"{name}.csv line {line}: {column} is {last!r}" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "column"),
    [(name, column) for name, rows in TABLES.items() for column in (*DAYS, *NUMBERS) if rows and column in rows[0]],
)
def test_what_is_no_day_or_number_is_refused(name, column):
    for wrong in ("31/12/2024", "2024-13-01", "1.5 triệu"):
        with pytest.raises(RegisterError, match=rf"{name}\.csv line 2: {column} is '{wrong}'; it must be a (day|number)"):
            refuse_unknown_codes(with_cell(name, 0, column, wrong))


@pytest.mark.parametrize(
    ("name", "column", "value", "sentence"),
    [
        ("calendar", "form_code", "kinh-phí", "calendar.csv line 2: form_code is 'kinh-phí'; it must be one of"),
        ("form_roles", "form_code", "tien-d", "form_roles.csv line 2: form_code is 'tien-d'"),
        ("form_roles", "sender_role", "s", "form_roles.csv line 2: sender_role is 's'"),
        ("indicator_sources", "form_code", "ketqua", "indicator_sources.csv line 2: form_code is 'ketqua'"),
        ("indicator_sources", "sheet_code", "alocation", "sheet_code is 'alocation'; it must be one of allocation"),
        ("calendar", "unit_kinds", "province|center", "unit_kinds is 'center'; it must be one of province, centre"),
        ("calendar", "period_months", "3|13", "period_months is '13'"),
        ("caps", "activity_code", "A11", "caps.csv line 2: activity_code is 'A11'"),
        ("units", "valid_to", "2003-12-31", "units.csv line 2: valid_to 2003-12-31 lies before valid_from 2004-01-01"),
        ("units", "valid_from", "", "units.csv line 2: ha-noi has no valid_from"),
        ("units", "unit_name", "Hà Giang", "the name ha giang means"),
        ("units", "unit_key", "ha-giang", "ha-giang stands in line 2 already"),
        ("unit_codes", "gso_code", "04", "unit_codes.csv line 4: the code 04 means ha-noi and cao-bang on 2004-01-01"),
        ("unit_aliases", "unit_key", "ha-giang", "the name ha noi means ha-noi and ha-giang on 2004-01-01"),
        ("unit_aliases", "valid_from", "2003-01-01", "unit_aliases.csv line 2: the row begins before ha-noi on 2004-01-01"),
        ("group_members", "group_key", "ha-giang", "group_members.csv line 2: ha-giang is no group"),
        ("group_members", "unit_key", "phia-bac", "group_members.csv line 2: phia-bac is a group"),
        ("group_members", "unit_key", "quang-tri", "quang-tri belongs to phia-bac and mien-trung-tay-nguyen on 2004-01-01"),
        ("successions", "predecessor_key", "cao-bang", "cao-bang ends on no day; whom another follows ends the day before"),
        ("successions", "predecessor_key", "tuyen-quang", "successions.csv line 4: tuyen-quang is followed already"),
        ("successions", "successor_key", "long-an", "successions.csv line 2: long-an does not exist on 2025-07-01"),
        ("successions", "successor_key", "phia-bac", "phia-bac is a group, which nobody follows"),
        ("successions", "effective_date", "2004-01-01", "does not exist on 2004-01-01"),
        ("units_of_measure", "stored_factor", "1.5", "units_of_measure.csv line 2: stored_factor is '1.5'; it must be a whole"),
        ("units_of_measure", "stored_factor", "", "stored_factor is ''; it must be a whole number"),
        ("units_of_measure", "stored_factor", "1000", "stored_factor is '1000'; a unit that is stored as it is has 1"),
        ("units_of_measure", "stored_unit", "tỷ đồng", "stored_unit is 'tỷ đồng', which is stored in another (line 5)"),
        ("units_of_measure", "stored_unit", "người", "is_money and is_count are not those of 'người'"),
        ("units_of_measure", "is_count", "yes", "'đồng' cannot be money and a count"),
        ("behaviours", "behaviour", "plan", "behaviours.csv line 3: plan stands in line 2 already"),
    ],
)
def test_rows_that_cannot_both_be_true_are_refused(name, column, value, sentence):
    with pytest.raises(RegisterError) as refused:
        judge(with_cell(name, 0, column, value))
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", ["unit_aliases", "unit_codes", "group_members", "contacts"])
def test_a_row_that_holds_after_its_units_end_is_refused(name):
    number = next(n for n, row in enumerate(TABLES[name]) if row["unit_key"] == "ha-tay")
    for end in ("", "2008-08-01"):
        with pytest.raises(RegisterError, match="the row holds after ha-tay ended on 2008-07-31"):
            refuse_contradictions_of_units(with_cell(name, number, "valid_to", end))


def test_an_address_that_stands_twice_on_a_day_is_refused():
    tables = copy.deepcopy(dict(TABLES))
    tables["contacts"].append(dict(tables["contacts"][0]))
    with pytest.raises(RegisterError, match="stands twice on one day"):
        refuse_contradictions_of_units(tables)


def test_a_second_centre_on_one_day_is_refused():
    number = next(n for n, row in enumerate(TABLES["units"]) if row["unit_key"] == "don-vi-bo-1")
    with pytest.raises(RegisterError, match="the centre is trung-uong and don-vi-bo-1 on 2008-01-01"):
        refuse_contradictions_of_units(with_cell("units", number, "unit_kind", "centre"))


def test_a_row_with_a_cell_too_many_is_refused_where_the_register_is_loaded(tmp_path):
    for path in REGISTER.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        Path(tmp_path / path.name).write_text(text + ("ha-noi,09,2004-01-01,,\n" if path.stem == "unit_codes" else ""), "utf-8")
    with pytest.raises(RegisterError, match=rf"unit_codes\.csv line {len(TABLES['unit_codes']) + 2}: the row has not the columns"):
        load_register(tmp_path)


@pytest.mark.parametrize(
    ("spelling", "sentence"),
    [
        ("A-", "code_lists.csv line 3: 'A-' is read as the code 'A+' of line 2 is"),
        ("á", "code_lists.csv line 3: 'á' is read as the code 'A+' of line 2 is"),
        ("+", "code_lists.csv line 3: '+' has no letter or digit"),
    ],
)
def test_two_codes_of_a_list_that_are_read_alike_are_refused(spelling, sentence):
    names = {"code_name": "", "code_name_en": "", "spellings": ""}
    first = {"list_code": "grades", "code": "A+", "line": "2", **names, "code_name": "a plus"}
    second = {"list_code": "grades", "code": "B", "line": "3", **names}
    refuse_unknown_codes({**TABLES, "code_lists": [first, second, {**second, "list_code": "others", "code": "A-", "line": "4"}]})
    with pytest.raises(RegisterError) as refused:
        refuse_unknown_codes({**TABLES, "code_lists": [first, {**second, "spellings": spelling}]})
    assert sentence in str(refused.value)
