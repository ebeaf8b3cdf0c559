"""A report before it is a file: header values, sheets and lines, each cell as it will be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ingestion.form import Form
from samples.scenario import Habit

MARK = "x"

Spot = tuple[int, int, str]  # sheet, line, column


@dataclass
class Line:
    """One line of a table: column name → value as written (number, text, date, None)."""

    values: dict[str, Any]
    kind: str = "detail"


@dataclass
class SheetPart:
    """One sheet: its code in the form, the name it is given, its lines."""

    sheet_code: str
    name: str
    lines: list[Line]


@dataclass
class Document:
    """One report of one unit; `part` tells two files of the same report apart (v2 …)."""

    form: Form
    unit_key: str
    period_end: date
    header: dict[str, Any]
    sheets: list[SheetPart]
    habit: Habit
    office: str
    received_at: datetime
    folder: str
    part: str = ""
    extension: str = "xlsx"
    encoding: str = "utf-8-sig"
    separator: str = ";"
    extra_titles: int = 0
    merges_header: bool = False
    document_no: str = ""
    truth: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the file lies below the inbox."""
        number = f"-{self.document_no.split('/')[0]}" if self.document_no else ""
        part = f"-{self.part}" if self.part else ""
        return f"{self.folder}/{self.form.form_code}-{self.period_end:%Y-%m}{number}{part}.{self.extension}"

    def cells(self, sheet: int | None = None) -> Iterator[tuple[Spot, Any]]:
        """Every cell of the tables (of one sheet when given): (sheet, line, column), value."""
        for n, part in enumerate(self.sheets):
            for m, line in enumerate(part.lines if sheet in (None, n) else ()):
                for column, value in line.values.items():
                    yield (n, m, column), value

    def value(self, spot: Spot) -> Any:
        """The value written in a cell."""
        return self.sheets[spot[0]].lines[spot[1]].values.get(spot[2])

    def put(self, spot: Spot, value: Any) -> None:
        """Write a value into a cell."""
        self.sheets[spot[0]].lines[spot[1]].values[spot[2]] = value


def money(value: int, habit: Habit, blank_zero: bool = True) -> Any:
    """Đồng as an office writes them: in its unit, rounded half up to its decimals; zero as its mark (plans keep a 0)."""
    if value == 0 and blank_zero:
        return _zero(habit)
    return number(Decimal(value) / habit.factor, habit.decimals, habit)


def number(value: Decimal | int, decimals: int, habit: Habit) -> Any:
    """A number as an office writes it: a spreadsheet number, or text with a decimal comma."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if habit.numbers_as_text and decimals:
        whole, _, part = f"{rounded:,f}".partition(".")
        return f"{whole.replace(',', '.')},{part}"
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def whole(value: int, habit: Habit) -> Any:
    """A count; zero as the office's mark."""
    return value if value else _zero(habit)


def written(value: Any) -> str:
    """A value as a reader of the file sees it typed."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _zero(habit: Habit) -> Any:
    return 0 if habit.zero == "0" else habit.zero
