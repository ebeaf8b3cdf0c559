"""A report form, as its YAML says it: whose it is, its versions, the block above its tables, its sheets."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ingestion.form_sheet import FormSheet


@dataclass(frozen=True)
class Place:
    """Where the value of a header field stands: `at` a place, by a pattern with {value} in it, or given by the form itself."""

    at: str
    pattern: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class HeaderField:
    """One field of the block above the table: its labels, how its value reads, and where it may stand, in order."""

    name: str
    labels: tuple[str, ...]
    type: str
    required: bool
    places: tuple[Place, ...] = (Place("right"),)


@dataclass(frozen=True)
class Layout:
    """What an earlier version of a form looked like; the titles, header fields and sheets of the present one where it says none."""

    titles: tuple[str, ...] | None = None
    header_fields: tuple[HeaderField, ...] | None = None
    sheets: tuple[FormSheet, ...] | None = None


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
    layouts: Mapping[str, Layout] = field(default_factory=dict)

    def in_version(self, version: str) -> Form:
        """The form with the layout of a version; itself for the present one, one of the same layout, or one that is not known."""
        layout = self.layouts.get(version)
        if layout is None:
            return self
        return replace(
            self, titles=layout.titles or self.titles, header_fields=layout.header_fields or self.header_fields,
            sheets=layout.sheets or self.sheets,
        )  # fmt: skip

    @cached_property
    def sheets_ever(self) -> tuple[FormSheet, ...]:
        """The sheets of all versions, each once, with the columns that it ever had: the present ones first."""
        found: dict[str, FormSheet] = {}
        for sheet in (*self.sheets, *(sheet for layout in self.layouts.values() for sheet in layout.sheets or ())):
            known = found.setdefault(sheet.sheet_code, sheet)
            more = [column for column in sheet.columns if column.name not in known.column_by_name]
            if more:
                last = len(known.columns)
                columns = (*known.columns, *(replace(each, position=last + n) for n, each in enumerate(more, 1)))
                found[sheet.sheet_code] = replace(known, columns=columns)
        return tuple(found.values())

    @cached_property
    def titles_ever(self) -> tuple[str, ...]:
        """The titles of all versions, each once."""
        return tuple(dict.fromkeys((*self.titles, *(title for each in self.layouts.values() for title in each.titles or ()))))

    @cached_property
    def header_fields_ever(self) -> tuple[HeaderField, ...]:
        """The header fields of all versions, each once in each way in which a version asks for it."""
        earlier = (field for layout in self.layouts.values() for field in layout.header_fields or ())
        return tuple(dict.fromkeys((*self.header_fields, *earlier)))

    @cached_property
    def header_texts_ever(self) -> tuple[str, ...]:
        """What heads a column in any version, each text once: headers, and the groups above them."""
        sheets = (*self.sheets, *(sheet for layout in self.layouts.values() for sheet in layout.sheets or ()))
        texts = (text for sheet in sheets for column in sheet.columns for text in (*column.headers, *column.groups))
        return tuple(dict.fromkeys(text for text in texts if text))

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
        return tuple(dict.fromkeys(column.name for sheet in self.sheets_ever for column in sheet.columns))
