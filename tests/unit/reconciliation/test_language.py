"""The rule language: what is read, and what is refused with which words."""

import pytest

from expectations.reconciliation.language import Comparison, RuleError, read_rule


@pytest.mark.parametrize(
    ("text", "terms", "constant", "operator"),
    [
        ("a + b == t", (("a", 1), ("b", 1), ("t", -1)), 0, "=="),
        ("0.5*x <= y", (("x", -1), ("y", 2)), 0, ">="),
        ("profit==turnover-cost", (("profit", 1), ("turnover", -1), ("cost", 1)), 0, "=="),
        ("2*y+1==z", (("y", 2), ("z", -1)), 1, "=="),
        ("x1>=-5", (("x1", 1),), 5, ">="),
        ("x < 1", (("x", -1),), 1, ">"),
        ("(x + y)/2 - 3*(z - 1) > 0", (("x", 1), ("y", 1), ("z", -6)), 6, ">"),
        ("`01.1` + `tổng số` == kinh_phí", (("01.1", 1), ("tổng số", 1), ("kinh_phí", -1)), 0, "=="),
    ],
)
def test_a_linear_rule_becomes_whole_numbers(text, terms, constant, operator):
    (found,) = read_rule(text).alternatives
    assert found == Comparison(terms, constant, operator)


def test_a_conditional_rule_is_not_the_condition_or_the_consequence():
    rule = read_rule("if (x > 0) y >= 1")
    assert rule.alternatives == (Comparison((("x", -1),), 0, ">="), Comparison((("y", 1),), -1, ">="))
    assert rule.cells == ("x", "y")


def test_an_equality_as_condition_fails_on_either_side():
    rule = read_rule("if (a==0) b==0")
    assert [option.operator for option in rule.alternatives] == [">", ">", "=="]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("a + b", "one of =="),
        ("a * b == c", "not linear"),
        ("1 / a == c", "not linear"),
        ("a / 0 == c", "division by zero"),
        ("0 <= a <= 5", "compares once"),
        ("1 == 1", "names no figure"),
        ("a == a", "names no figure"),
        ("(a == b", "bracket"),
        ("if x > 0 y > 1", "brackets"),
        ("a == b c", "not expected"),
        ("a = b", "cannot be read"),
        ("a == __import__('os')", "cannot be read"),
    ],
)
def test_what_is_no_linear_rule_is_refused_with_its_reason(text, reason):
    with pytest.raises(RuleError, match=reason):
        read_rule(text)
