"""What a cell says: Vietnamese digits, marks for nothing, unit words, texts two conventions read differently."""

import datetime
import unicodedata
from decimal import Decimal

import pytest
from babel.numbers import parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from ingestion.written.money_units import money_factor
from ingestion.written.quantities import decimal_mark_of, number_readings, read_cell


@pytest.mark.parametrize(
    ("written", "value", "decimals"),
    [
        ("1.234.567,89", "1234567.89", 2),
        ("1,234,567.89", "1234567.89", 2),
        ("1 234 567", "1234567", 0),
        ("1\u00a0234\u00a0567", "1234567", 0),
        ("1\u2009234,5", "1234.5", 1),
        ("(123)", "-123", 0),
        ("-5", "-5", 0),
        ("−5,25", "-5.25", 2),
        ("04", "4", 0),
        ("0,125", "0.125", 3),
        ("1234.567", "1234.567", 3),
        ("2,1", "2.1", 1),
        ("85.05", "85.05", 2),
        ("１２３", "123", 0),
        ("0", "0", 0),
        ("1.5E+06", "1500000", 0),
        (12, "12", 0),
        (1250.5, "1250.5", 1),
        (1e6, "1000000", 0),
        (0.1 + 0.2, "0.3", 1),
        (Decimal("17.60"), "17.60", 2),
        (10**20, "1" + "0" * 20, 0),
    ],
)
def test_a_number_is_read_exactly(written, value, decimals):
    read = read_cell(written)
    assert (read.reading, read.value, read.decimals) == ("number", Decimal(value), decimals)


@pytest.mark.parametrize(
    ("written", "reading"),
    [
        (None, "blank"),
        ("", "blank"),
        (" \u00a0 ", "blank"),
        ("-", "zero_mark"),
        ("–", "zero_mark"),
        ("…", "missing_mark"),
        ("...", "missing_mark"),
        ("x", "not_applicable"),
        ("X", "not_applicable"),
        ("#REF!", "formula_error"),
        ("#N/A", "formula_error"),
        ("#DIV/0!", "formula_error"),
        (True, "unreadable"),
        (float("nan"), "unreadable"),
        (float("inf"), "unreadable"),
        (datetime.date(2025, 6, 30), "unreadable"),
        (datetime.datetime(2025, 6, 30, 8, 0), "unreadable"),
        ("30/6/2025", "unreadable"),
        ("189/211", "unreadable"),
        ("1.23.456", "unreadable"),
        ("1,2,3", "unreadable"),
        ("không có", "unreadable"),
        ("(12", "unreadable"),
        ("12 345 6", "unreadable"),
    ],
)
def test_what_is_no_number_says_why(written, reading):
    assert read_cell(written).reading == reading


def test_one_mark_before_three_digits_is_ambiguous_and_never_guessed():
    read = read_cell("1.234")
    assert (read.reading, read.value) == ("ambiguous", None)
    assert set(read.alternatives) == {Decimal(1234), Decimal("1.234")}
    assert read_cell("1.234", ",").value == Decimal(1234)
    assert read_cell("1.234", ".").value == Decimal("1.234")
    assert set(read_cell("-1,234").alternatives) == {Decimal(-1234), Decimal("-1.234")}


def test_the_siblings_of_a_column_show_its_decimal_mark():
    assert decimal_mark_of(["1.234", "2,5", "700"]) == ","
    assert decimal_mark_of(["1.234.567", "1.234"]) == ","
    assert decimal_mark_of(["85.05", "1,234"]) == "."
    assert decimal_mark_of(["85.05", "25,8"]) is None
    assert decimal_mark_of(["1.234", "5"]) is None


def test_words_around_a_number_in_a_cell():
    read = read_cell("Ước trên 1.250,5 triệu đồng")
    assert (read.value, read.qualifier, read.is_estimated) == (Decimal("1250.5"), "over", True)
    assert money_factor(read.unit_text) == 10**6
    assert read_cell("khoảng trên 1.000,0").qualifier == "approx"
    assert read_cell(unicodedata.normalize("NFD", "gần 5 tỷ đồng")).qualifier == "under"
    assert read_cell("85,05%").unit_text == "%"


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("đồng", 1), ("VND", 1), ("nghìn đồng", 10**3), ("ngàn đồng", 10**3), ("Triệu đồng", 10**6), ("trđ", 10**6),
        ("tr.đ", 10**6), ("tr. đồng", 10**6), ("tỷ đồng", 10**9), ("tỉ đồng", 10**9), ("tỷ", 10**9),
        ("tỷ dồng", 10**9), ("TRIỆU  ĐỒNG", 10**6), ("(triệu đồng)", 10**6), ("ĐVT: triệu đồng", 10**6),
        ("nghìn tỷ đồng", 10**12), ("million VND", 10**6), ("VND million", 10**6), ("billion dong", 10**9),
        ("thousand VND", 10**3), (unicodedata.normalize("NFD", "triệu đồng"), 10**6),
        ("người", None), ("", None), ("đề án", None), ("triệu đồng/người/tháng", None), ("hợp đồng", None), ("m", None),
    ],
)  # fmt: skip
def test_money_units(unit, factor):
    assert money_factor(unit) == factor


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_vietnamese_print_is_read_as_babel_reads_it(number):
    whole, _, fraction = f"{number:.2f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", ".") + "," + fraction
    assert read_cell(grouped).value == parse_decimal(grouped, locale="vi", strict=True) == number


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_a_float_keeps_what_a_spreadsheet_can_hold(number):
    read = read_cell(number)
    assert read.reading == "number"
    exact = Decimal(repr(number))
    assert abs(read.value - exact) <= max(abs(exact) * Decimal("1e-14"), Decimal("1e-20"))


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text):
    read = read_cell(text)
    assert (read.value is not None) == (read.reading in ("number", "zero_mark"))
    assert (len(read.alternatives) == 2) == (read.reading == "ambiguous")


def test_readings_of_bare_digits():
    assert number_readings("12") == ((Decimal(12), 0),)
    assert number_readings("73.701,34") == ((Decimal("73701.34"), 2),)
    assert number_readings("1.2.3") == ()
