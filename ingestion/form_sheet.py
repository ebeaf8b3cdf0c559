"""A sheet of a form and its columns: what each column means, how a blank reads, what may stand there."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ingestion.form_words import QUANTITY_ROLES
from ingestion.written.budget_years import BudgetYears
from ingestion.written.periods import month_end
from ingestion.written.text import folded


@dataclass(frozen=True)
class ColumnPeriod:
    """The period of a column's figures where it is not the report's: absolute, so many months before the report's end, or months of
    the report's budget year (1 is the first).
    """

    months_before: int = 0
    months: int | None = None
    start: datetime.date | None = None
    end: datetime.date | None = None
    from_month: int | None = None
    to_month: int | None = None

    def of(self, start: datetime.date, end: datetime.date, years: BudgetYears) -> tuple[datetime.date, datetime.date]:
        """First and last day of the column's period in a report from `start` to `end`; without `months` as long as the report's."""
        if self.start and self.end:
            return self.start, self.end
        if self.from_month and self.to_month:
            return years.months(years.of(end), self.from_month, self.to_month) or (start, end)
        last = end.year * 12 + end.month - 1 - self.months_before  # a month's number since the year 0
        first = last + 1 - (self.months or (end.year - start.year) * 12 + end.month - start.month + 1)
        return datetime.date(first // 12, first % 12 + 1, 1), month_end(last // 12, last % 12 + 1)


@dataclass(frozen=True)
class Column:
    """One column of a form sheet; `position` counts from 1 in the order of the YAML.

    groups           the headers above its own, from the top: what tells columns of one name apart
    values, list     the codes that may stand there, or the list of the register that says them
    required_if, forbidden_if   other columns and the codes at which this one must, or must not, be filled
    keys             codes of the form's own dimensions that every figure of the column has
    """

    name: str
    position: int
    headers: tuple[str, ...]
    type: str
    role: str
    indicator: str | None = None
    fund: str | None = None
    measure: str | None = None
    fact: str | None = None
    counts_as: str | None = None
    counts_when: tuple[str, ...] = ()
    blank: str = "not_applicable"
    required: bool = False
    values: tuple[str, ...] = ()
    list: str | None = None
    pattern: str | None = None
    required_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    forbidden_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    unique: bool = False
    negative: bool = False
    fill_down: bool = False
    period: ColumnPeriod | None = None
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    groups: tuple[str, ...] = ()

    @property
    def group(self) -> str | None:
        """The headers above its own in one text; None where there are none."""
        return " / ".join(self.groups) or None

    @property
    def is_quantity(self) -> bool:
        return self.role in QUANTITY_ROLES

    @property
    def is_dimension(self) -> bool:
        """Whether it is a dimension of the form's own: part of the line's key and of the figure's."""
        return self.role == "key" and self.type == "code"

    @property
    def meaning(self) -> tuple[object, ...]:
        """All that a column of this name means in every version of its form: its place and its headers may change."""
        return (self.type, self.role, self.indicator, self.fund, self.measure, self.fact, self.counts_as, self.counts_when,
                self.period, self.keys)  # fmt: skip


@dataclass(frozen=True)
class Repeated:
    """Blocks of a table under headings: the text of a heading, with {value} in it, and the key column that the value fills."""

    heading: str
    column: str


@dataclass(frozen=True)
class FormSheet:
    """One sheet of a form: its names, its key and its columns; `is_of_period`: with the header texts of one period."""

    sheet_code: str
    sheet_name: str
    sheet_aliases: tuple[str, ...]
    required: bool
    line_key: tuple[str, ...]
    total_labels: tuple[str, ...]
    lines_from: str | None
    line_fund: str | None
    columns: tuple[Column, ...]
    shape: str = "table"
    starts_after: str | None = None
    ends_at: str | None = None
    header_rows: int = 3
    repeat_by: Repeated | None = None
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    is_of_period: bool = False

    @cached_property
    def column_by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def own_columns(self) -> tuple[Column, ...]:
        """The form's own dimensions and attributes."""
        return tuple(column for column in self.columns if column.is_dimension or column.role == "attribute")

    @cached_property
    def folded_names(self) -> frozenset[str]:
        return frozenset(folded(name) for name in (self.sheet_name, *self.sheet_aliases))
