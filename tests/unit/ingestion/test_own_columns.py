"""A form's own dimensions and attributes, and what it says may stand in a column: read and judged by its YAML alone."""

import datetime

import pytest
from book_builder import PROJECT, make_book

from ingestion.form_parts import header_of
from ingestion.form_words import HEADER_FIELDS as HEADER_TYPES
from ingestion.form_words import FormError, codes_of
from ingestion.forms import form_of
from ingestion.known_words import read_yaml
from ingestion.landing.receipts import Receipt
from ingestion.reading.reading import read_file
from ingestion.register import load_register
from ingestion.register_rows import read_tables

FOLDER = PROJECT / "dbt_project" / "register"
HEADER = header_of(read_yaml(PROJECT / "ingestion" / "forms" / "_header.yml"), "_header.yml")
COLUMNS = [
    {"name": "position", "headers": ["STT"], "type": "label", "role": "label"},
    {"name": "project", "headers": ["Mã đề án"], "type": "project", "role": "key", "required": True},
    {"name": "sex", "headers": ["Giới"], "type": "code", "role": "key", "required": True, "values": ["Nữ", "Nam"]},
    {"name": "place", "headers": ["Vùng"], "type": "code", "role": "key"},
    {"name": "status", "headers": ["Trạng thái"], "type": "code", "role": "attribute", "values": ["mở", "đóng"]},
    {"name": "closed_on", "headers": ["Ngày đóng"], "type": "date", "role": "attribute", "required_if": {"status": ["đóng"]},
     "forbidden_if": {"status": ["mở"]}},
    {"name": "mail", "headers": ["Thư"], "type": "text", "role": "text", "pattern": r"[^@\s]+@[^@\s]+", "unique": True},
    {"name": "paid", "headers": ["Đã chi"], "type": "money", "role": "figure", "indicator": "KC-E05", "fund": "KCQG",
     "measure": "ytd", "blank": "zero", "forbidden_if": {"status": ["mở"]}},
]  # fmt: skip
ENTRY = {
    "form_code": "vay", "form_name": "Báo cáo vay", "form_name_en": "Loans", "version": "1",
    "valid_from": datetime.date(2024, 1, 1), "legal_basis": "-", "titles": ["Báo cáo vay"], "period_months": [3, 6, 9, 12],
    "identity": ["unit", "period"], "money_unit": "triệu đồng", "nil_allowed": True,
    "sheets": [{"sheet_code": "loans", "sheet_name": "Vay", "line_key": ["project", "sex", "place"], "columns": COLUMNS}],
}  # fmt: skip
LINE = {"position": 1, "project": "DA-1", "sex": "nữ", "place": "ven biển", "status": "Đóng", "closed_on": "31/01/2025",
        "mail": "a@b.invalid", "paid": 10}  # fmt: skip


def form(**column):
    """The form, with keys of the column `name` changed."""
    columns = [{**each, **column} if each["name"] == column.get("name") else each for each in COLUMNS]
    entry = {**ENTRY, "sheets": [{**ENTRY["sheets"][0], "columns": columns}]}
    return form_of(entry, "vay.yml", HEADER, codes_of(read_tables(FOLDER)))


def read(*lines, made=None, header=None):
    made = made or form()
    data = make_book(made, {"loans": list(lines)}, header=header)
    received = datetime.datetime.fromisoformat("2025-04-20T09:00:00+07:00")
    receipt = Receipt(1, "long-an", received, "0" * 64, "xlsx")
    drafts, findings = read_file(data, receipt, {"vay": made}, load_register(FOLDER), FOLDER)
    assert findings == []
    return drafts[0]


def said(draft):
    """(code, verdict, cell) of the findings about columns."""
    return [(f.code, f.verdict, f.cell_address) for f in draft.findings if f.code != "form_mark_missing"]


def test_dimensions_are_part_of_the_key_and_attributes_are_not():
    others = {"sex": "NAM", "place": "Vùng  núi", "mail": "c@d.invalid"}, {"place": None, "mail": "e@f.invalid"}
    draft = read(LINE, *({**LINE, **other} for other in others))
    first, second, third = draft.lines["loans"].lines
    assert first.keys == {"project_key": "DA-1", "dimension_key": "place=ven biển;sex=Nữ"}
    assert first.codes == {"sex": "Nữ", "place": "ven biển", "status": "đóng", "closed_on": "2025-01-31"}
    assert second.keys["dimension_key"] == "place=Vùng núi;sex=Nam"
    assert third.keys["dimension_key"] == "sex=Nữ"
    assert said(draft) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "treo", "closed_on": None}, [("value_not_allowed", "note", "E21")]),
        ({"closed_on": None}, [("value_required", "note", "F21")]),
        ({"closed_on": "soon"}, [("value_not_a_day", "note", "F21")]),
        ({"status": "mở", "paid": None}, [("value_forbidden", "note", "F21")]),
        ({"status": "mở", "closed_on": None}, [("value_forbidden", "cell", "H21")]),
        ({"mail": "nobody"}, [("value_of_another_pattern", "note", "G21")]),
        ({"mail": "é" * 501}, [("value_of_another_pattern", "note", "G21")]),
    ],
)
def test_what_may_not_stand_there_is_told_with_its_cell(change, expected):
    assert said(read({**LINE, **change})) == expected


def test_a_value_that_may_stand_once_names_the_row_of_the_first():
    draft = read(LINE, {**LINE, "sex": "Nam", "mail": "A@B.invalid"})
    (finding,) = [f for f in draft.findings if f.code == "value_twice"]
    assert (finding.cell_address, finding.expected, finding.verdict) == ("G22", "21", "note")


def test_a_word_in_a_column_that_must_be_filled_returns_the_report():
    made = form(name="status", required=True)
    assert ("value_not_allowed", "return", "E21") in said(read({**LINE, "status": "treo", "closed_on": None}, made=made))
    assert ("value_missing", "return", "E21") in said(read({**LINE, "status": None, "closed_on": None}, made=made))


def test_a_dimension_that_is_not_known_returns_the_report_and_says_what_may_stand_there():
    (finding,) = [f for f in read(LINE, {**LINE, "sex": "khác"}).findings if f.verdict == "return"]
    assert (finding.code, finding.cell_address, finding.expected) == ("line_key_unreadable", "C22", "Nữ, Nam")


def test_the_same_keys_with_another_dimension_are_another_line():
    from expectations.door.one_file import findings_of

    register = load_register(FOLDER)
    assert findings_of(read(LINE, {**LINE, "sex": "Nam", "mail": "c@d.invalid"}), register) == []
    twice = findings_of(read(LINE, {**LINE, "mail": "c@d.invalid"}), register)
    assert [finding.code for finding in twice] == ["line_twice"]


def test_a_listed_code_that_no_key_can_hold_is_refused():
    tables = read_tables(FOLDER)
    tables["code_lists"] = [{"list_code": "sexes", "code": "F=M", "line": "2"}]
    listed = [{**each, "list": "sexes"} if each["name"] == "place" else each for each in COLUMNS]
    entry = {**ENTRY, "sheets": [{**ENTRY["sheets"][0], "columns": listed}]}
    with pytest.raises(FormError, match="list has 'F=M'; a code is"):
        form_of(entry, "vay.yml", HEADER, codes_of(tables))


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ({"name": "place", "list": "sexes"}, "list is 'sexes'; it must be one of"),
        ({"name": "mail", "pattern": "("}, "pattern is '('; it must be a regular expression"),
        ({"name": "mail", "values": ["x"]}, "values is of a column with role key or attribute, not text"),
        ({"name": "closed_on", "required_if": {"state": ["đóng"]}}, "required_if of column closed_on is 'state'; it must be"),
        ({"name": "closed_on", "required_if": {"status": ["dong"]}}, "required_if of column closed_on is 'dong'; it must be"),
        ({"name": "paid", "keys": {"sex": "Nam"}}, "keys names 'sex', which is a column too"),
        ({"name": "sex", "values": ["Nữ", "Nam;khác"]}, "a code is of 1 to 60 printable signs, none of them | ; ="),
        ({"name": "paid", "keys": {"kind": "a|b"}}, "keys has 'a|b'; a code is"),
        ({"name": "paid", "keys": {"kind=": "a"}}, "keys has 'kind='; a code is"),
        ({"name": "sex", "values": ["A+", "A-"]}, "values has 'A-', which is read as 'A+' is"),
        ({"name": "sex", "values": ["+", "x"]}, "values has '+', which has no letter or digit"),
        ({"name": "status", "values": ["mở", "đóng", "MO"]}, "values has 'MO', which is read as 'mở' is"),
        ({"name": "paid", "keys": {"row": "Nam"}}, "'row' is what rules call a key of every form"),
        ({"name": "sex", "negative": True}, "negative is of a column with role figure or check, not key"),
    ],
)
def test_a_wrong_word_is_refused_when_the_form_is_loaded(column, sentence):
    with pytest.raises(FormError) as refused:
        form(**column)
    assert sentence in str(refused.value)


def test_two_columns_that_tell_one_figure_are_refused():
    again = {**COLUMNS[-1], "name": "again", "headers": ["Đã chi lại"]}
    entry = {**ENTRY, "sheets": [{**ENTRY["sheets"][0], "columns": [*COLUMNS, again]}]}
    codes = codes_of(read_tables(FOLDER))
    with pytest.raises(FormError, match="column again: it tells the same figure as column paid"):
        form_of(entry, "vay.yml", HEADER, codes)
    for apart in ({"keys": {"kind": "new"}}, {"period": {"months_before": 12}}, {"role": "check"}, {"fund": "KCDP-T"}):
        columns = [*COLUMNS, {**again, **apart}]
        form_of({**ENTRY, "sheets": [{**ENTRY["sheets"][0], "columns": columns}]}, "vay.yml", HEADER, codes)


def test_a_dimension_is_said_of_a_sheet_or_of_its_columns_and_not_of_both():
    columns = [*COLUMNS[:-1], {**COLUMNS[-1], "keys": {"kind": "new"}}]
    entry = {**ENTRY, "sheets": [{**ENTRY["sheets"][0], "columns": columns, "keys": {"kind": "old"}}]}
    with pytest.raises(FormError, match="column paid: keys names 'kind', which the sheet's keys say of every line already"):
        form_of(entry, "vay.yml", HEADER, codes_of(read_tables(FOLDER)))


@pytest.mark.parametrize(
    "period",
    [
        {"start": datetime.date(2025, 5, 1), "end": datetime.date(2025, 1, 31)},
        {"start": datetime.date(2025, 1, 15), "end": datetime.date(2025, 2, 28)},
        {"start": datetime.date(2025, 1, 1), "end": datetime.date(2025, 2, 27)},
        {"months_before": 1, "months": 0},
        {"months_before": 99999, "months": 1},
    ],
)
def test_a_period_that_is_none_is_refused(period):
    with pytest.raises(FormError, match="column paid: (start must be|months_before is)"):
        form(name="paid", period=period)


def test_a_report_without_what_its_form_does_not_ask_for_is_told_to_lack_it():
    """Whose report it is must be known, whether or not the form says that the field is required."""
    free = [{"name": name, "type": HEADER_TYPES[name], "labels": [name]} for name in ("sender_role", "period_start")]
    made = form_of({**ENTRY, "header": free}, "vay.yml", HEADER, codes_of(read_tables(FOLDER)))
    draft = read(LINE, made=made, header={"sender_role": None, "period_start": None})
    assert draft.identity is None
    assert [f.expected for f in draft.findings if f.code == "header_missing"] == ["sender_role", "period_start"]
