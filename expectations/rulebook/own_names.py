"""Dimensions and attributes of a form's own, as rules name them in filters (`where`) and in scopes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import product

from expectations.rulebook.words import SCOPES, one_of
from ingestion.form_sheet import FormSheet
from ingestion.form_words import ROW
from ingestion.known_words import unknown_word

# name → codes, in the order in which they are written; a line fits that has, of each name, one of its codes
Where = tuple[tuple[str, tuple[str, ...]], ...]


def own_names(sheet: FormSheet, lists: Mapping[str, Collection[str]]) -> dict[str, Collection[str] | None]:
    """Name → the codes that may stand there, None where any may: dimensions, attributes, keys of the sheet or its columns."""
    found: dict[str, Collection[str] | None] = {name: (code,) for name, code in sheet.keys.items()}
    for column in sheet.columns:
        if column.is_dimension or column.role == "attribute":
            found[column.name] = lists.get(column.list, ()) if column.list else column.values or None
        for name, code in column.keys.items():
            found[name] = tuple(dict.fromkeys((*(found.get(name) or ()), code)))
    return found


def read_where(
    where: Mapping[str, Sequence[str]], sheet: FormSheet, lists: Mapping[str, Collection[str]], home: str
) -> Where:
    """The filter of a term, checked against its sheet; raises ValueError for a name or a code that is not known there."""
    names = own_names(sheet, lists)
    for name, codes in where.items():
        said = unknown_word(name, names, "where", home)
        if said:
            raise ValueError(f"the sheet {sheet.sheet_code} has no dimension or attribute {name!r}: {said}")
        if not codes:
            raise ValueError(f"where: {name} lists no code, so no line would be left")
        allowed = names[name]
        for code in codes if allowed is not None else ():
            one_of(code, allowed or (), f"where, {name}", home)
    return tuple((name, tuple(dict.fromkeys(codes))) for name, codes in where.items())


def alternatives(where: Where) -> list[dict[str, str]]:
    """A filter as sets of codes: a line fits when it has all of one set. {sex: [F, M], kind: [a]} is two sets."""
    names = [name for name, _ in where]
    return [dict(zip(names, codes, strict=True)) for codes in product(*(codes for _, codes in where))]


def check_scope(scope: Sequence[str], sheets: Mapping[str, FormSheet], lists: Mapping[str, Collection[str]]) -> None:
    """Raise ValueError for a name of a scope that no figure has, or that some sheet of the rule's terms lacks.

    sheets    form and sheet ("thue/dong") → the sheet, of every term; the first one is the judged form's
    """
    named = [own_names(sheet, lists) for sheet in sheets.values()]
    for name in scope:
        one_of(name, (*SCOPES, ROW, *dict.fromkeys(each for of_sheet in named for each in of_sheet)), "scope")
        if name in SCOPES or name == ROW:
            continue
        for place, of_sheet in zip(sheets, named, strict=True):
            if name not in of_sheet:
                raise ValueError(f"scope: {place} has no dimension or attribute {name!r}, so its figures would meet no others")
            column = sheets[place].column_by_name.get(name)
            if column is not None and not column.is_dimension and not column.required:
                raise ValueError(f"scope: {name!r} of {place} may be left empty; a rule of each {name} needs it required")
    if ROW in scope and len(sheets) > 1:
        raise ValueError(f"scope: a line is of one sheet, so no rule of each line ({ROW}) compares {' and '.join(sheets)}")
