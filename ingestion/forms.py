"""The report forms: one YAML a form, checked when loaded, and its rows in the register.

A form says which sheets and columns it has, what each column means and how a blank reads; every other station asks it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from ingestion.written.quantities import money_factor
from ingestion.written.text import folded

QUANTITY_ROLES = ("figure", "check")
COLUMN_ROLES = (*QUANTITY_ROLES, "key", "place", "text", "personal", "label")
COLUMN_TYPES = (
    "money", "percent", "by_indicator", "date", "mark", "project_state", "text", "label", "activity", "indicator",
    "indicator_code", "project", "establishment", "unit", "fund", "effect", "unit_of_measure",
)  # fmt: skip
BLANKS = ("zero", "missing", "not_applicable", "by_indicator")
MEASURES = ("plan", "ytd", "in_period", "prior_ytd", "stock", "ratio", "by_behaviour")
HEADER_TYPES = ("text", "unit", "code", "sender_role", "date", "month_end", "year", "money_unit", "mark")
FORM_KEYS = {
    "form_code", "form_name", "form_name_en", "version", "valid_from", "legal_basis", "titles", "period_months",
    "identity", "required_header", "money_unit", "nil_allowed", "sheets",
}  # fmt: skip
SHEET_KEYS = {
    "sheet_code", "sheet_name", "sheet_aliases", "required", "line_key", "total_labels", "lines_from", "line_fund", "columns",
}  # fmt: skip
COLUMN_KEYS = {
    "name", "headers", "type", "role", "group", "indicator", "fund", "measure", "fact", "counts_as", "counts_when",
    "blank", "required",
}  # fmt: skip


class FormError(ValueError):
    """A form file that does not say what a form must say; the message names the file and the place."""


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


def load_forms(folder: Path) -> dict[str, Form]:
    """Every form of a folder by form_code; raises FormError naming the file and what is wrong with it."""
    header_fields = _load_header(folder / "_header.yml")
    forms = {}
    for path in sorted(folder.glob("[!_]*.yml")):
        form = _form_of(_yaml_of(path), path.name, header_fields)
        if form.form_code != path.stem:
            raise FormError(f"{path.name}: form_code is {form.form_code!r}; it must be the file's name.")
        forms[form.form_code] = form
    if not forms:
        raise FormError(f"{folder.name}: no form (*.yml) in this folder.")
    return forms


def _yaml_of(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise FormError(f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise FormError(f"{path.name}: the file must be a mapping.")
    return content


def _check_keys(entry: dict[str, Any], allowed: set[str], needed: tuple[str, ...], place: str) -> None:
    unknown = sorted(set(entry) - allowed)
    missing = [key for key in needed if key not in entry]
    if unknown:
        raise FormError(f"{place}: unknown key {unknown[0]!r}; known: {', '.join(sorted(allowed))}.")
    if missing:
        raise FormError(f"{place}: the key {missing[0]!r} is missing.")


def _check_word(word: object, allowed: tuple[str, ...], what: str, place: str) -> None:
    if word not in allowed:
        raise FormError(f"{place}: {what} is {word!r}; it must be one of {', '.join(allowed)}.")


def _load_header(path: Path) -> tuple[HeaderField, ...]:
    fields = []
    for entry in _yaml_of(path).get("fields", []):
        place = f"{path.name}: field {entry.get('name')}"
        _check_keys(entry, {"name", "labels", "type", "required"}, ("name", "labels", "type"), place)
        _check_word(entry["type"], HEADER_TYPES, "type", place)
        fields.append(HeaderField(entry["name"], tuple(entry["labels"]), entry["type"], bool(entry.get("required"))))
    return tuple(fields)


def _form_of(entry: dict[str, Any], place: str, header_fields: tuple[HeaderField, ...]) -> Form:
    _check_keys(entry, FORM_KEYS, tuple(sorted(FORM_KEYS - {"required_header"})), place)
    factor = money_factor(entry["money_unit"])
    if factor is None:
        raise FormError(f"{place}: money_unit {entry['money_unit']!r} is no unit of money.")
    field_names = tuple(field.name for field in header_fields)
    for name in entry.get("required_header", ()):
        _check_word(name, field_names, "required_header", place)
    sheets = tuple(_sheet_of(sheet, f"{place}: sheet {sheet.get('sheet_code')}") for sheet in entry["sheets"])
    return Form(
        form_code=entry["form_code"],
        form_name=entry["form_name"],
        form_name_en=entry["form_name_en"],
        version=str(entry["version"]),
        valid_from=entry["valid_from"],
        legal_basis=entry["legal_basis"],
        titles=tuple(entry["titles"]),
        period_months=tuple(entry["period_months"]),
        identity=tuple(entry["identity"]),
        required_header=tuple(entry.get("required_header", ())),
        money_unit=entry["money_unit"],
        money_factor=factor,
        nil_allowed=bool(entry["nil_allowed"]),
        sheets=sheets,
        header_fields=header_fields,
    )


def _sheet_of(entry: dict[str, Any], place: str) -> FormSheet:
    _check_keys(entry, SHEET_KEYS, ("sheet_code", "sheet_name", "line_key", "columns"), place)
    columns = tuple(_column_of(column, n, place) for n, column in enumerate(entry["columns"], 1))
    names = [column.name for column in columns]
    headers = [(folded(c.group or ""), folded(header)) for c in columns for header in c.headers]
    for what, seen in (("column", names), ("header", headers)):
        twice = next((each for each in seen if seen.count(each) > 1), None)
        if twice:
            raise FormError(f"{place}: the {what} {twice!r} stands twice.")
    for name in entry["line_key"]:
        _check_word(name, tuple(names), "line_key", place)
    return FormSheet(
        sheet_code=entry["sheet_code"],
        sheet_name=entry["sheet_name"],
        sheet_aliases=tuple(entry.get("sheet_aliases", ())),
        required=bool(entry.get("required", True)),
        line_key=tuple(entry["line_key"]),
        total_labels=tuple(entry.get("total_labels", ())),
        lines_from=entry.get("lines_from"),
        line_fund=entry.get("line_fund"),
        columns=columns,
    )


def _column_of(entry: dict[str, Any], position: int, place: str) -> Column:
    place = f"{place}: column {entry.get('name')}"
    needed = ("name", "headers", "type", "role")
    if entry.get("role") in QUANTITY_ROLES:
        needed += ("measure", "blank")
    _check_keys(entry, COLUMN_KEYS, needed, place)
    _check_word(entry["type"], COLUMN_TYPES, "type", place)
    _check_word(entry["role"], COLUMN_ROLES, "role", place)
    _check_word(entry.get("blank", "zero"), BLANKS, "blank", place)
    _check_word(entry.get("measure", "plan"), MEASURES, "measure", place)
    texts = {key: value for key, value in entry.items() if key not in ("headers", "counts_when")}
    return Column(
        position=position, headers=tuple(entry["headers"]), counts_when=tuple(entry.get("counts_when", ())), **texts
    )
