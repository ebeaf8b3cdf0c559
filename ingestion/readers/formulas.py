"""Whether a stored result contradicts its own formula: sums, products and references over the values that a sheet stores.

Only what is certain is judged; a formula with a function or a reference that is not known here has no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingestion.written.text import column_index, column_letter

LONGEST_FORMULA = 2000
DEEPEST = 64
Place = tuple[int, int]
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<range>\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+)"
    r"|(?P<cell>\$?[A-Z]{1,3}\$?\d+)(?![A-Za-z0-9_(!])|(?P<name>[A-Z]+)\(|(?P<sign>[-+*/(),%]))"
)
_CELL = re.compile(r"(\$?)([A-Z]{1,3})(\$?)(\d+)")
_SHIFTED = re.compile(r"(?<![A-Za-z0-9_!])(\$?)([A-Z]{1,3})(\$?)(\d+)(?![A-Za-z0-9_(])")
_FUNCTIONS = ("SUM", "ROUND", "ROUNDUP", "ROUNDDOWN", "PRODUCT", "SUBTOTAL", "ABS", "MAX", "MIN", "AVERAGE")


class _Unknown(Exception):
    """The formula holds what is not judged here."""


def value_of(formula: str, stored: Callable[[Place], float | None], formula_at: Callable[[Place], str | None]) -> float | None:
    """The value of a formula (without "="), its own formula cells calculated too; None when it cannot be told.

    `stored` gives the stored number of a cell (None for none), `formula_at` its formula (None for none).
    """
    known: dict[Place, float] = {}

    def cell(place: Place, depth: int) -> float:
        if place not in known:
            own = formula_at(place)
            known[place] = _calculated(own, depth + 1) if own is not None else stored(place) or 0.0
        return known[place]

    def _calculated(text: str, depth: int) -> float:
        if depth > DEEPEST or len(text) > LONGEST_FORMULA:
            raise _Unknown
        return _Parser(text, lambda place: cell(place, depth)).value()

    try:
        return _calculated(formula, 0)
    except (_Unknown, ZeroDivisionError, RecursionError, OverflowError):
        return None


def shifted(formula: str, rows: int, columns: int) -> str:
    """A shared formula as it stands so many rows and columns away."""

    def moved(match: re.Match[str]) -> str:
        column = match[2] if match[1] else column_letter(max(column_index(match[2]) + columns, 0))
        row = match[4] if match[3] else str(int(match[4]) + rows)
        return f"{match[1]}{column}{match[3]}{row}"

    return _SHIFTED.sub(moved, formula)


class _Parser:
    """Recursive descent over one formula."""

    def __init__(self, text: str, cell: Callable[[Place], float]) -> None:
        self.text, self.place, self.cell = text, 0, cell
        self.token = self._next()

    def value(self) -> float:
        found = self._sum()
        if self.token is not None:
            raise _Unknown
        return found

    def _next(self) -> tuple[str, str] | None:
        if not self.text[self.place :].strip():
            return None
        match = _TOKEN.match(self.text, self.place)
        if match is None or match.lastgroup is None:
            raise _Unknown
        self.place = match.end()
        return match.lastgroup, match[match.lastgroup]

    def _take(self, *signs: str) -> str | None:
        if self.token and self.token[0] == "sign" and self.token[1] in signs:
            sign = self.token[1]
            self.token = self._next()
            return sign
        return None

    def _sum(self) -> float:
        found = self._product()
        while sign := self._take("+", "-"):
            other = self._product()
            found = found + other if sign == "+" else found - other
        return found

    def _product(self) -> float:
        found = self._factor()
        while sign := self._take("*", "/"):
            other = self._factor()
            found = found * other if sign == "*" else found / other
        return found

    def _factor(self) -> float:
        if sign := self._take("+", "-"):
            return self._factor() if sign == "+" else -self._factor()
        if self.token is None:
            raise _Unknown
        kind, text = self.token
        if kind == "sign" and text == "(":
            self.token = self._next()
            found = self._sum()
            if not self._take(")"):
                raise _Unknown
        elif kind == "number":
            self.token, found = self._next(), float(text)
        elif kind == "cell":
            self.token, found = self._next(), self.cell(_place(text))
        elif kind == "name" and text in _FUNCTIONS:
            self.token = self._next()
            found = self._function(text)
        else:
            raise _Unknown
        return found / 100 if self._take("%") else found

    def _function(self, name: str) -> float:
        groups = [list(self._argument())]
        while self._take(","):
            groups.append(list(self._argument()))
        if not self._take(")"):
            raise _Unknown
        numbers = [number for group in (groups[1:] if name == "SUBTOTAL" else groups) for number in group]
        if name == "SUBTOTAL" and groups[0] not in ([9.0], [109.0]):
            raise _Unknown
        if not numbers:
            return 0.0
        if name in ("SUM", "SUBTOTAL"):
            return sum(numbers)
        if name.startswith("ROUND"):
            return round(groups[0][0], int(groups[1][0]) if len(groups) > 1 else 0)
        if name == "PRODUCT":
            product = 1.0
            for number in numbers:
                product *= number
            return product
        return {"ABS": abs(numbers[0]), "MAX": max(numbers), "MIN": min(numbers), "AVERAGE": sum(numbers) / len(numbers)}[name]

    def _argument(self) -> Iterator[float]:
        if self.token and self.token[0] == "range":
            text = self.token[1]
            self.token = self._next()
            (top, left), (bottom, right) = (_place(end) for end in text.split(":"))
            if (bottom - top + 1) * (right - left + 1) > 100_000:
                raise _Unknown
            yield from (self.cell((row, column)) for row in range(top, bottom + 1) for column in range(left, right + 1))
        else:
            yield self._sum()


def _place(text: str) -> Place:
    match = _CELL.fullmatch(text)
    if match is None:
        raise _Unknown
    return int(match[4]), column_index(match[2])
