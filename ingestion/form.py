"""A report form, as its YAML says it: sheets, columns, what each column means and how a blank reads."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ingestion.form_words import QUANTITY_ROLES
from ingestion.written.text import folded


@dataclass(frozen=True)
class Column:
    """One column of a form sheet; `position` counts from 1 in the order of the YAML."""

    name: str
    position: int
    headers: tuple[str, ...]
    type: str
    role: str
    group: str | None = None
    indicator: str | None = None
    fund: str | None = None
    measure: str | None = None
    fact: str | None = None
    counts_as: str | None = None
    counts_when: tuple[str, ...] = ()
    blank: str = "not_applicable"
    required: bool = False

    @property
    def is_quantity(self) -> bool:
        return self.role in QUANTITY_ROLES


@dataclass(frozen=True)
class FormSheet:
    """One sheet of a form: its names, its key and its columns."""

    sheet_code: str
    sheet_name: str
    sheet_aliases: tuple[str, ...]
    required: bool
    line_key: tuple[str, ...]
    total_labels: tuple[str, ...]
    lines_from: str | None
    line_fund: str | None
    columns: tuple[Column, ...]

    @cached_property
    def column_by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def folded_names(self) -> frozenset[str]:
        return frozenset(folded(name) for name in (self.sheet_name, *self.sheet_aliases))


@dataclass(frozen=True)
class HeaderField:
    """One field of the block above the table: the labels that announce it and how its value reads."""

    name: str
    labels: tuple[str, ...]
    type: str
    required: bool


@dataclass(frozen=True)
class Form:
    """One report form, as its YAML says it."""

    form_code: str
    form_name: str
    form_name_en: str
    version: str
    valid_from: datetime.date
    earlier_versions: Mapping[str, datetime.date]
    legal_basis: str
    titles: tuple[str, ...]
    period_months: tuple[int, ...]
    identity: tuple[str, ...]
    required_header: tuple[str, ...]
    money_unit: str
    money_factor: int
    nil_allowed: bool
    sheets: tuple[FormSheet, ...]
    header_fields: tuple[HeaderField, ...]

    @property
    def has_document_no(self) -> bool:
        return "document_no" in self.identity

    def first_day(self, version: str) -> datetime.date:
        """The day from which a version of the form is in use: no period ends before it."""
        return self.earlier_versions.get(version, self.valid_from)

    def version_on(self, day: datetime.date) -> str:
        """The version in use on a day; the first one before any is."""
        versions = {**self.earlier_versions, self.version: self.valid_from}
        begun = {version: first for version, first in versions.items() if first <= day}
        return max(begun, key=begun.__getitem__) if begun else min(versions, key=versions.__getitem__)

    @property
    def is_line_form(self) -> bool:
        """Whether the file itself decides which lines there are, so that no line needs the box "Không phát sinh"."""
        return bool(self.sheets) and all(sheet.lines_from is None for sheet in self.sheets)

    @property
    def table_name(self) -> str:
        return self.form_code.replace("-", "_")

    @cached_property
    def raw_columns(self) -> tuple[str, ...]:
        """The columns of the form's raw table: those of all its sheets, each once, in the order of the YAML."""
        return tuple(dict.fromkeys(column.name for sheet in self.sheets for column in sheet.columns))
