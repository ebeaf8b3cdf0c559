"""Formulas judged by the values that they stand on, and what a number format shows: against results worked out by hand."""

import pytest

from ingestion.readers.formulas import shifted, value_of
from ingestion.readers.number_formats import Shown, shown_by

STORED = {(1, 0): 10.0, (2, 0): 20.5, (3, 0): None, (1, 1): 3.0}
FORMULAS = {(4, 0): "SUM(A1:A3)", (5, 0): "A4*2", (6, 0): "A6+1", (7, 0): "VLOOKUP(A1,B:C,2)"}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("A1", 10.0), ("A1+A2", 30.5), ("A1-A2*2", -31.0), ("(A1+A2)/B1", 30.5 / 3), ("SUM(A1:A3)", 30.5), ("SUM(A1,A2,5)", 35.5),
        ("SUM($A$1:A2)+B1", 33.5), ("ROUND(507.801,3)", 507.801), ("ROUND(A2*1.26,1)", 25.8), ("-A1", -10.0), ("A1*50%", 5.0),
        ("A4", 30.5), ("A5", 61.0), ("SUBTOTAL(9,A1:A2)", 30.5), ("PRODUCT(A1,B1)", 30.0), ("A3", 0.0), ("A99", 0.0),
        ("1.5E2", 150.0),
        ("A6", None), ("A7", None), ("A1+", None), ("IF(A1>0,1,2)", None), ("Sheet2!A1", None), ("A1/A3", None), ('"x"', None),
    ],
)  # fmt: skip
def test_the_value_of_a_formula(formula, value):
    found = value_of(formula, STORED.get, FORMULAS.get)
    assert found == pytest.approx(value) if value is not None else found is None


@pytest.mark.parametrize(
    ("formula", "rows", "columns", "expected"),
    [("A1+B1", 2, 0, "A3+B3"), ("SUM(A1:A9)", 0, 1, "SUM(B1:B9)"), ("$A1*B$2", 3, 2, "$A4*D$2"), ("LOG10(A1)", 1, 0, "LOG10(A2)")],
)
def test_a_shared_formula_is_moved(formula, rows, columns, expected):
    assert shifted(formula, rows, columns) == expected


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", Shown()), ("0", Shown()), ("#,##0", Shown()), ("#,##0.00", Shown()), ("#.##0,00", Shown()),
        ("#,##0,", Shown(False, 1)), ("#,##0.0,,", Shown(False, 2)), ("0.0,,,", Shown(False, 3)), ("0,.0", Shown(False, 1)),
        ('#,##0.0,,"tr"', Shown(False, 2, "tr")), ('#,##0," nghìn"', Shown(False, 1, "nghìn")), ("0%", Shown(True, 0)),
        ("0.00%", Shown(True, 0)),
        ('0.0"%"', Shown()), (r"0.0\%", Shown()), ("[Red]0%", Shown(True, 0)), ("#,##0_);(#,##0)", Shown()),
        ("dd/mm/yyyy", Shown()),
        ("_-* #,##0_-;-* #,##0_-;_-* \"-\"_-;_-@_-", Shown()), ('"a;b"0%', Shown(True, 0, "a;b")), ("@", Shown()),
        ("0;0%", Shown()), ("", Shown()),
    ],
)  # fmt: skip
def test_what_a_number_format_shows(code, shown):
    assert shown_by(code) == shown


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ('#,##0.0" nghìn đồng"', 1, Shown(words="nghìn đồng")), ("[$$-409]#,##0.00", 1, Shown(words="$")),
        ("#,##0.00 [$₫-42A]", 1, Shown(words="₫")), ('General" hộ"', 1, Shown(words="hộ")),
        (r"_-* #,##0\ _₫_-;\-* #,##0\ _₫_-;_-* " + '"-"' + r"\ _₫_-", -1, Shown()), (r"#,##0\ \t\r\đ", 1, Shown(words="trđ")),
        (";;;", 5, Shown(is_unseen=True)), ('"x"', 5, Shown(is_unseen=True)), (";;;", 0, Shown()),
        ("#,##0;;", -5, Shown(is_unseen=True)),
        ("0.0;0.0", -5, Shown(is_unseen=True)), ("0.0;[Red]0.0", -5, Shown()), ("0.0;(0.0)", -5, Shown()), ("0.0;0.0", 5, Shown()),
        ("#,##0;-#,##0,", -5, Shown(thousands=1)), ("#,##0;-#,##0,", 5, Shown()), ("0;0%", 5, Shown()),
        ('[>=1000000]0.0,,"tr";[>=1000]0.0,"k";0', 2e6, Shown(thousands=2, words="tr")),
        ('[>=1000000]0.0,,"tr";[>=1000]0.0,"k";0', 2000, Shown(thousands=1, words="k")),
        ('[>=1000000]0.0,,"tr";[>=1000]0.0,"k";0', 20, Shown()), ("dd/mm/yyyy", 5, Shown()), ("[h]:mm", 5, Shown()),
    ],
)  # fmt: skip
def test_what_a_number_format_shows_of_a_number(code, value, shown):
    assert shown_by(code, value) == shown
