"""The report forms: one YAML a form, checked when loaded, and its rows in the register.

A form says which sheets and columns it has, what each column means and how a blank reads; every other station asks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingestion.form import Form, HeaderField, Layout
from ingestion.form_headings import check_periods, headings
from ingestion.form_parts import check_shape, column_period_of, header_of, named, own_header, repeated_of
from ingestion.form_sheet import Column, FormSheet
from ingestion.form_tables import check_told_apart
from ingestion.form_words import (
    COLUMN_KEYS,
    FORM_KEYS,
    IDENTITY,
    KEY_TYPES,
    LINES_FROM,
    QUANTITY_ROLES,
    SHEET_KEYS,
    VERSION_KEYS,
    Codes,
    FormError,
    check_codes,
    check_column,
    check_keys,
    check_word,
    codes_of,
)
from ingestion.known_words import line_of, placed, read_yaml
from ingestion.register_rows import read_tables, refuse_rows_of_unknown_forms
from ingestion.written.money_units import money_examples, money_factor

PLAIN_KEYS = ("lines_from", "line_fund", "shape", "starts_after", "ends_at", "header_rows")  # of a sheet, kept as they are


def load_forms(folder: Path, register: Path) -> dict[str, Form]:
    """Every form of a folder by form_code, beside the register whose codes it names.

    Raises FormError naming the file, the place, what is written there and what may be; RegisterError for a row of the register
    that names a form or a sheet which does not exist.
    """
    tables = read_tables(register)
    codes = codes_of(tables)
    header_fields = header_of(_yaml_of(folder / "_header.yml"), "_header.yml")
    forms = {}
    for path in sorted(folder.glob("[!_]*.yml")):
        form = form_of(_yaml_of(path), path.name, header_fields, codes)
        forms[form.form_code] = form
    if not forms:
        raise FormError(f"{folder.name}: no form (*.yml) in this folder.")
    sheets = {code: tuple(sheet.sheet_code for sheet in form.sheets) for code, form in forms.items()}
    refuse_rows_of_unknown_forms(tables, sheets)
    return forms


def load_form(file: Path, folder: Path, register: Path) -> Form:
    """One form by its file, wherever it lies, with the header fields of `folder`; raises FormError."""
    header_fields = header_of(_yaml_of(folder / "_header.yml"), "_header.yml")
    return form_of(_yaml_of(file), file.name, header_fields, codes_of(read_tables(register)))


def _yaml_of(path: Path) -> dict[str, Any]:
    try:
        return read_yaml(path)
    except ValueError as error:
        raise FormError(str(error)) from error


def form_of(entry: dict[str, Any], place: str, header_fields: tuple[HeaderField, ...], codes: Codes) -> Form:
    """A form from the YAML of the file `place`; raises FormError."""
    check_keys(entry, FORM_KEYS, tuple(sorted(FORM_KEYS.keys() - {"required_header", "earlier_versions", "header"})), place)
    if f"{entry['form_code']}.yml" != place:
        raise FormError.at(place, entry["form_code"], f"form_code is {entry['form_code']!r}; it must be the file's name.")
    factor = money_factor(entry["money_unit"])
    if factor is None:
        said = f"money_unit {entry['money_unit']!r} is no unit of money; such are {money_examples()}."
        raise FormError.at(place, entry["money_unit"], said)
    for name in entry["identity"]:
        check_word(name, IDENTITY, "identity", place)
    for name in IDENTITY[:2]:
        if name not in entry["identity"]:
            raise FormError.at(place, entry, f"identity lacks {name!r}.")
    header_fields = own_header(entry.get("header", ()), header_fields, place)
    for name in entry.get("required_header", ()):
        check_word(name, tuple(field.name for field in header_fields), "required_header", place)
    versions = entry.get("earlier_versions", ())
    for version in versions:
        check_keys(version, VERSION_KEYS, ("version", "valid_from"), f"{place}: earlier_versions")
    _check_once([entry["version"], *(version["version"] for version in versions)], "version", place)
    sheets = _sheets_of(entry["sheets"], place, codes)
    layouts = {
        version["version"]: _layout_of(version, f"{place}: version {version['version']}", header_fields, sheets, codes)
        for version in versions
    }
    form = Form(
        form_code=entry["form_code"],
        form_name=entry["form_name"],
        form_name_en=entry["form_name_en"],
        version=entry["version"],
        valid_from=entry["valid_from"],
        earlier_versions={version["version"]: version["valid_from"] for version in versions},
        legal_basis=entry["legal_basis"],
        titles=tuple(entry["titles"]),
        period_months=tuple(entry["period_months"]),
        identity=tuple(entry["identity"]),
        required_header=tuple(entry.get("required_header", ())),
        money_unit=entry["money_unit"],
        money_factor=factor,
        nil_allowed=entry["nil_allowed"],
        sheets=sheets,
        header_fields=header_fields,
        layouts={version: layout for version, layout in layouts.items() if layout != Layout()},
    )
    check_periods(form, place)
    return form


def _sheets_of(entries: Sequence[Any], place: str, codes: Codes) -> tuple[FormSheet, ...]:
    sheets = tuple(_sheet_of(sheet, f"{place}: sheet {named(sheet, 'sheet_code')}", codes) for sheet in entries)
    _check_once([sheet.sheet_code for sheet in sheets], "sheet", place)
    check_told_apart(sheets, place)
    return sheets


def _layout_of(
    entry: dict[str, Any], place: str, header_fields: tuple[HeaderField, ...], present: tuple[FormSheet, ...], codes: Codes
) -> Layout:
    """What an earlier version says of its layout; a column of a present name must mean what it means now."""
    sheets = _sheets_of(entry["sheets"], place, codes) if "sheets" in entry else None
    now = {(sheet.sheet_code, column.name): column for sheet in present for column in sheet.columns}
    for then in sheets or ():
        for column in then.columns:
            if now.get((then.sheet_code, column.name), column).meaning != column.meaning:
                said = f"{line_of(column.name)}column {column.name} means something else than in the present version; rename it."
                raise FormError(placed(f"{place}: sheet {then.sheet_code}", said))
    return Layout(
        titles=tuple(entry["titles"]) if "titles" in entry else None,
        header_fields=own_header(entry["header"], header_fields, place) if "header" in entry else None,
        sheets=sheets,
    )


def _sheet_of(entry: dict[str, Any], place: str, codes: Codes) -> FormSheet:
    check_keys(entry, SHEET_KEYS, ("sheet_code", "sheet_name", "line_key", "columns"), place)
    check_codes(entry, codes, place)
    columns = tuple(_column_of(column, n, place, codes) for n, column in enumerate(entry["columns"], 1))
    _check_once([column.name for column in columns], "column", place)
    _check_once(headings(columns), "header", place)
    types = {column.name: column.type for column in columns if column.role == "key"}
    for name in entry["line_key"]:
        check_word(name, tuple(types), "line_key", place)
        check_word(types[name], KEY_TYPES, f"type of the key {name}", place)
    if "lines_from" in entry:
        check_word(entry["lines_from"], LINES_FROM, "lines_from", place)
    wants_indicator = entry.get("lines_from") == "indicators" or any(column.type == "by_indicator" for column in columns)
    for wanted, type_ in ((wants_indicator, "indicator"), (entry.get("lines_from") == "activities", "activity")):
        if wanted and type_ not in types.values():
            raise FormError.at(place, entry, f"no column of type {type_} with role key says what each line is.")
    check_shape(entry, columns, place)
    more: dict[str, Any] = {"lines_from": None, "line_fund": None} | {key: entry[key] for key in PLAIN_KEYS if key in entry}
    return FormSheet(
        sheet_code=entry["sheet_code"],
        sheet_name=entry["sheet_name"],
        sheet_aliases=tuple(entry.get("sheet_aliases", ())),
        required=entry.get("required", True),
        line_key=tuple(entry["line_key"]),
        total_labels=tuple(entry.get("total_labels", ())),
        columns=columns,
        repeat_by=repeated_of(entry.get("repeat_by"), tuple(types), place),
        keys=dict(entry.get("keys", {})),
        **more,
    )


def _column_of(entry: dict[str, Any], position: int, place: str, codes: Codes) -> Column:
    place = f"{place}: column {named(entry, 'name')}"
    needed = ["name", "headers", "type", "role"]
    if isinstance(entry, dict) and entry.get("role") in QUANTITY_ROLES:
        needed += ["measure", "blank"]
    check_keys(entry, COLUMN_KEYS, needed, place)
    check_column(entry, place)
    check_codes(entry, codes, place)
    made: dict[str, Any] = {key: tuple(entry[key]) for key in ("headers", "counts_when", "values") if key in entry}
    for key in ("required_if", "forbidden_if"):
        if key in entry:
            made[key] = {name: tuple(said) for name, said in entry[key].items()}
    made["period"] = column_period_of(entry.get("period"), place)
    made["groups"] = (group,) if isinstance(group := entry.get("group", ()), str) else tuple(group)
    return Column(position=position, **made, **{key: value for key, value in entry.items() if key not in (*made, "group")})


def _check_once(names: Sequence[object], what: str, place: str) -> None:
    twice = next((each for n, each in enumerate(names) if each in names[:n]), None)
    if twice:
        raise FormError.at(place, twice, f"the {what} {twice!r} stands twice.")
