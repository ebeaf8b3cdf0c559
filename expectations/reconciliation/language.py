"""The rule language of `kc reconcile`: one linear comparison a rule, or `if (linear) linear`, read into exact integers.

`0.5*x <= y`, `a + b == t`, `if (x > 0) y >= 1`; several conditions stand one after another,
`if (x > 0) if (z > 0) y >= 1`. A name is letters, digits, `_` and `.`, or anything between backticks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|`([^`]+)`|([^\W\d][\w.]*)|(==|<=|>=|<|>|[-+*/()]))")
COMPARISONS = ("==", "<=", ">=", "<", ">")


class RuleError(ValueError):
    """A rule that cannot be read; the message quotes the rule and says why."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Σ coefficient · cell + constant, compared with zero by `==`, `>=` or `>`; all numbers are integers."""

    terms: tuple[tuple[str, int], ...]
    constant: int
    operator: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence about figures: it holds when at least one of its alternatives holds (`if A: B` is `not A, or B`)."""

    name: str
    text: str
    alternatives: tuple[Comparison, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """Names of the cells in the order in which the rule names them."""
        return tuple(dict.fromkeys(cell for option in self.alternatives for cell, _ in option.terms))

    def renamed(self, names: Mapping[str, str]) -> Rule:
        """The same rule with some cells under other names."""
        options = tuple(
            Comparison(tuple((names.get(n, n), a) for n, a in o.terms), o.constant, o.operator)
            for o in self.alternatives
        )
        return Rule(self.name, self.text, options)


def read_rule(text: str, name: str | None = None) -> Rule:
    """Read one rule. Raises RuleError when it is no linear comparison of at least one cell."""
    tokens = _tokens(text)
    alternatives: list[Comparison] = []
    at = 0
    while tokens[at] == ("name", "if"):
        if tokens[at + 1] != ("sign", "("):
            raise RuleError(f"{text!r}: after 'if' the condition stands in brackets, as in 'if (x > 0) y >= 1'")
        condition, at = _comparison(text, tokens, at + 2)
        if tokens[at] != ("sign", ")"):
            raise RuleError(f"{text!r}: the bracket of the condition is not closed")
        alternatives += _opposite(condition)
        at += 1
    consequence, after = _comparison(text, tokens, at)
    alternatives.append(consequence)
    if tokens[after] != ("end", ""):
        raise RuleError(f"{text!r}: {tokens[after][1]!r} is not expected after the comparison")
    rule = Rule(name or text, text, tuple(alternatives))
    if not rule.cells:
        raise RuleError(f"{text!r}: the rule names no figure")
    return rule


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = TOKEN.match(text, position)
        if not match:
            raise RuleError(f"{text!r}: {text[position:].strip()[:10]!r} cannot be read")
        number, quoted, name, sign = match.groups()
        found.append(("number", number) if number else ("sign", sign) if sign else ("name", quoted or name))
        position = match.end()
    if not found:
        raise RuleError("an empty rule")
    return [*found, ("end", "")]


def _comparison(text: str, tokens: list[tuple[str, str]], at: int) -> tuple[Comparison, int]:
    left, at = _sum(text, tokens, at)
    operator = tokens[at][1]
    if tokens[at][0] != "sign" or operator not in COMPARISONS:
        raise RuleError(f"{text!r}: one of {', '.join(COMPARISONS)} is expected, not {operator!r}")
    right, at = _sum(text, tokens, at + 1)
    if tokens[at][1] in COMPARISONS:
        raise RuleError(f"{text!r}: a rule compares once; write a chain as several rules")
    sign = -1 if operator in ("<=", "<") else 1
    names = dict.fromkeys([*left, *right])
    difference = {name: sign * (left.get(name, Fraction(0)) - right.get(name, Fraction(0))) for name in names}
    constant = difference.pop("", Fraction(0))
    return _whole({k: v for k, v in difference.items() if v}, constant, operator.replace("<", ">")), at


def _whole(terms: dict[str, Fraction], constant: Fraction, operator: str) -> Comparison:
    scale = lcm(constant.denominator, *(v.denominator for v in terms.values()))
    numbers = {name: int(v * scale) for name, v in terms.items()}
    number = int(constant * scale)
    common = gcd(number, *numbers.values()) or 1
    return Comparison(tuple((name, v // common) for name, v in numbers.items()), number // common, operator)


def _opposite(comparison: Comparison) -> tuple[Comparison, ...]:
    """What holds exactly when the comparison does not."""
    negated = tuple((name, -coefficient) for name, coefficient in comparison.terms)
    if comparison.operator == "==":
        above = Comparison(comparison.terms, comparison.constant, ">")
        return above, Comparison(negated, -comparison.constant, ">")
    return (Comparison(negated, -comparison.constant, ">=" if comparison.operator == ">" else ">"),)


def _sum(text: str, tokens: list[tuple[str, str]], at: int) -> tuple[dict[str, Fraction], int]:
    """A sum of products; the constant stands under the empty name."""
    total: dict[str, Fraction] = {}
    sign = 1
    if tokens[at][1] in ("+", "-") and tokens[at][0] == "sign":
        sign, at = (-1 if tokens[at][1] == "-" else 1), at + 1
    while True:
        part, at = _product(text, tokens, at)
        for name, value in part.items():
            total[name] = total.get(name, Fraction(0)) + sign * value
        if tokens[at] not in (("sign", "+"), ("sign", "-")):
            return total, at
        sign, at = (-1 if tokens[at][1] == "-" else 1), at + 1


def _product(text: str, tokens: list[tuple[str, str]], at: int) -> tuple[dict[str, Fraction], int]:
    product, at = _factor(text, tokens, at)
    while tokens[at] in (("sign", "*"), ("sign", "/")):
        divide = tokens[at][1] == "/"
        factor, at = _factor(text, tokens, at + 1)
        if set(product) <= {""} and not divide:
            product, factor = factor, product
        if not set(factor) <= {""}:
            raise RuleError(f"{text!r}: not linear, two figures are multiplied or divided; cross-multiply a ratio")
        number = factor.get("", Fraction(0))
        if divide and not number:
            raise RuleError(f"{text!r}: division by zero")
        product = {name: value / number if divide else value * number for name, value in product.items()}
    return product, at


def _factor(text: str, tokens: list[tuple[str, str]], at: int) -> tuple[dict[str, Fraction], int]:
    kind, word = tokens[at]
    if kind == "number":
        return {"": Fraction(word)}, at + 1
    if kind == "name":
        return {word: Fraction(1)}, at + 1
    if word == "(":
        inner, at = _sum(text, tokens, at + 1)
        if tokens[at] != ("sign", ")"):
            raise RuleError(f"{text!r}: a bracket is not closed")
        return inner, at + 1
    if word == "-":
        inner, at = _factor(text, tokens, at + 1)
        return {name: -value for name, value in inner.items()}, at
    raise RuleError(f"{text!r}: a number or a figure's name is expected, not {word or 'the end'!r}")
